/* SPDX-License-Identifier: MIT */
#ifndef LOCKLORE_ANALYSE_NAMES_H
#define LOCKLORE_ANALYSE_NAMES_H

#include "analyse/internal.h"

/* Canonical name (string) per class, unique.  Caller frees with free(). */
uint32_t *names_all(struct prog *p);

#endif
