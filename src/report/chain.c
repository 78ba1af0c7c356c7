/* SPDX-License-Identifier: MIT */
/* A witness as lines: lock or "calls", function, place. */
#include "report/internal.h"

#include <stdlib.h>
#include <string.h>

enum { MIN_LABEL = 12, MAX_LABEL = 18, MIN_FUNC = 16, MAX_FUNC = 34, MIN_PATH = 12 };

const char *report_name(const struct report *r, uint32_t cls)
{
	if (cls >= r->lore->classes.n)
		return "";
	if (r->spelling && r->spelling[cls])
		return r->spelling[cls];
	return lore_str(r->lore, r->lore->classes.at[cls].name);
}

const char *report_func(const struct report *r, uint32_t place)
{
	uint32_t func = r->lore->places.at[place].func;

	return func < r->lore->funcs.n ? lore_str(r->lore, r->lore->funcs.at[func].name) : "?";
}

const char *report_file(const struct report *r, uint32_t place)
{
	return lore_str(r->lore, r->lore->places.at[place].file);
}

uint32_t report_line(const struct report *r, uint32_t place)
{
	return r->lore->places.at[place].line;
}

const char *report_count(char *out, size_t size, uint32_t n, const char *what)
{
	snprintf(out, size, "%u %s%s", n, what, n == 1 ? "" : "s");
	return out;
}

void report_lock(const struct report *r, struct buf *b, uint32_t cls, uint8_t mode, uint8_t flags)
{
	uint8_t kind =
		cls < r->lore->classes.n ? r->lore->classes.at[cls].kind : FACTS_KIND_UNKNOWN;
	const char *name = report_name(r, cls);

	if (mode == ORDER_WAIT) {
		buf_addf(b, "wait(%s)", name);
		return;
	}
	buf_add(b, name);
	if (mode != ORDER_EXCLUSIVE)
		buf_add(b, " (read)");
	else if (kind == FACTS_KIND_RWLOCK || kind == FACTS_KIND_RWSEM)
		buf_add(b, " (write)");
	if (flags & LORE_TRY)
		buf_add(b, " (try)");
}

/* A path that is too long loses its front. */
static void print_path(const struct report *r, const char *file, uint32_t line, size_t room)
{
	char number[16];
	size_t n = strlen(file), tail;

	snprintf(number, sizeof(number), ":%u", line);
	if (room < MIN_PATH)
		room = MIN_PATH;
	if (n + strlen(number) <= room || room < strlen(number) + 4) {
		fprintf(r->out, "%s%s\n", file, number);
		return;
	}
	tail = room - strlen(number) - 3;
	for (size_t i = n - tail; i < n; i++) /* at a folder, where there is one left */
		if (file[i] == '/') {
			tail = n - i;
			break;
		}
	fprintf(r->out, "...%s%s\n", file + n - tail, number);
}

/* Columns that the last name of the path needs, so that it is never cut. */
static size_t least_room(const char *file, uint32_t line)
{
	const char *slash = strrchr(file, '/');
	char number[16];

	snprintf(number, sizeof(number), ":%u", line);
	return strlen(slash ? slash : file) + strlen(number) + (slash ? 3 : 0);
}

void report_place(const struct report *r, size_t at, size_t func_width, uint32_t place)
{
	const char *func = report_func(r, place);
	size_t end = at + strlen(func) + 2;
	size_t stop = end < at + func_width ? at + func_width : end;
	size_t room = least_room(report_file(r, place), report_line(r, place));

	fprintf(r->out, "%s()", func);
	if (stop + 2 + room > report_columns(r) && end + 2 + room <= report_columns(r))
		func_width = strlen(func) + 2; /* out of line rather than cut */
	else if (stop + 2 + room > report_columns(r)) {
		fputc('\n', r->out);
		report_pad(r, 0, at + 2);
		print_path(r, report_file(r, place), report_line(r, place),
			   report_columns(r) - at - 2);
		return;
	}
	report_pad(r, end, at + func_width);
	if (end < at + func_width)
		end = at + func_width;
	fputs("  ", r->out);
	print_path(r, report_file(r, place), report_line(r, place), report_columns(r) - end - 2);
}

/* What a step is: where the outer lock is taken, a call on the way, the inner take. */
static void label(const struct report *r, struct buf *b, const struct verdict_evidence *e,
		  uint32_t i)
{
	if (i == 0 && e->outer != LORE_NONE && e->n_chain > 1)
		report_lock(r, b, e->outer, e->outer_mode, 0);
	else if (i + 1 == e->n_chain && e->inner != LORE_NONE)
		report_lock(r, b, e->inner, e->inner_mode, e->flags & LORE_TRY);
	else
		buf_add(b, "calls");
}

static size_t clamp(size_t n, size_t low, size_t high)
{
	return n < low ? low : n > high ? high : n;
}

void report_chain(const struct report *r, const struct verdict_evidence *e, size_t indent,
		  const char *head)
{
	size_t label_width = 0, func_width = 0;
	struct buf b = { 0 };

	for (uint32_t i = 0; i < e->n_chain; i++) {
		size_t f = strlen(report_func(r, e->chain[i])) + 2;

		b.n = 0;
		label(r, &b, e, i);
		label_width = b.n > label_width ? b.n : label_width;
		func_width = f > func_width ? f : func_width;
	}
	label_width = clamp(label_width, MIN_LABEL, MAX_LABEL);
	func_width = clamp(func_width, MIN_FUNC, MAX_FUNC);
	for (uint32_t i = 0; i < e->n_chain; i++) {
		size_t at = indent + 2 + label_width;
		bool is_lock;

		b.n = 0;
		label(r, &b, e, i);
		is_lock = strcmp(buf_str(&b), "calls") != 0;
		fputs(i ? "" : head, r->out);
		report_pad(r, i ? 0 : strlen(head), indent);
		report_paint(r, is_lock ? HUE_BOLD : HUE_DIM, "%s", buf_str(&b));
		if (b.n > label_width) {
			fputc('\n', r->out);
			report_pad(r, 0, at);
		} else {
			report_pad(r, indent + b.n, at);
		}
		report_place(r, at, func_width, e->chain[i]);
	}
	buf_free(&b);
}
