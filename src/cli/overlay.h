/* SPDX-License-Identifier: MIT */
/* overlay.h - files laid over others for the compiler alone (clang's -ivfsoverlay). */
#ifndef LOCKLORE_CLI_OVERLAY_H
#define LOCKLORE_CLI_OVERLAY_H

#include "base/base.h"

/* `path` (absolute; need not exist) reads as `content` does. */
struct overlay_file { char *path, *content; };
struct overlay { VEC(struct overlay_file); };

void overlay_add(struct overlay *o, const char *path, const char *content);
/* Sorts it and writes it for clang.  A path must not be there twice. */
bool overlay_write(const char *path, struct overlay *o, struct diag *d);
void overlay_free(struct overlay *o);

#endif
