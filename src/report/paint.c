/* SPDX-License-Identifier: MIT */
#include "report/internal.h"

#include <string.h>

void report_paint(const struct report *r, enum report_hue hue, const char *fmt, ...)
{
	static const char *const codes[] = { "",	   "\033[1m", "\033[32m",
					     "\033[1;31m", "\033[2m", "\033[33m" };
	bool is_painted = r->color && hue != HUE_PLAIN;
	va_list ap;

	if (is_painted)
		fputs(codes[hue], r->out);
	va_start(ap, fmt);
	vfprintf(r->out, fmt, ap);
	va_end(ap);
	if (is_painted)
		fputs("\033[0m", r->out);
}

void report_pad(const struct report *r, size_t at, size_t column)
{
	for (; at < column; at++)
		fputc(' ', r->out);
}

/* What a document says goes to a terminal: its control characters do not. */
static void put_word(const struct report *r, const char *word, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)word[i];
		bool is_c1 = c == 0xc2 && i + 1 < n && (unsigned char)word[i + 1] < 0xa0;

		fputc(c < ' ' || c == 0x7f || is_c1 ? '?' : c, r->out);
		i += is_c1;
	}
}

void report_wrap(const struct report *r, size_t at, size_t indent, const char *text)
{
	bool is_first = true; /* on its line */

	while (*text == ' ')
		text++;
	while (*text) {
		size_t n = strcspn(text, " ");

		if (!is_first && at + 1 + n > report_columns(r)) {
			fputc('\n', r->out);
			report_pad(r, 0, indent);
			at = indent;
			is_first = true;
		}
		if (!is_first) {
			fputc(' ', r->out);
			at++;
		}
		put_word(r, text, n);
		at += n;
		is_first = false;
		text += n;
		while (*text == ' ')
			text++;
	}
	fputc('\n', r->out);
}
