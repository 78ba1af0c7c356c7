/* SPDX-License-Identifier: MIT */
/*
 * fatal.h - LLVM aborts where this program reports.  Usage, in one function:
 *	struct fatal f = { .path = path };
 *	fatal_enter(&f);
 *	if (setjmp(f.back)) ... f.text says why; nothing that LLVM made may be touched again
 *	... fatal_leave();
 */
#ifndef LOCKLORE_BITCODE_FATAL_H
#define LOCKLORE_BITCODE_FATAL_H

#include <setjmp.h>

#include "bitcode/internal.h"

struct fatal {
	jmp_buf back;
	const char *path;
	char text[512];
};

void fatal_enter(struct fatal *f);
void fatal_leave(void);
void fatal_one_line(char *out, size_t bytes, const char *s); /* control characters become spaces */

#endif
