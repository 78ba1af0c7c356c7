/* SPDX-License-Identifier: MIT */
#pragma once
#include "space.h"

/*
 * Is there a way to go on for ever in which each thread either moves again and again, or cannot
 * move again and again, and `must_end` never ends?  Then *state is on it.
 */
bool fair_cycle(const struct space *sp, int must_end, uint32_t *state);
