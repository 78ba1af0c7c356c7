/* SPDX-License-Identifier: MIT */
/* Charsets: UTF-8 as it is, the Western one-byte sets by table, everything else by looking. */
#include "mail/internal.h"

#include <string.h>

static const char *const western[] = {
	"iso-8859-1", "iso_8859-1",   "latin1", "l1",	     "iso-8859-15",
	"latin-9",    "windows-1252", "cp1252", "iso8859-1",
};
static const char *const unicode[] = { "utf-8", "utf8", "us-ascii", "ascii", "" };

static bool is_in(const char *name, const char *const *set, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(name, set[i]))
			return true;
	return false;
}

bool mail_knows_charset(const char *name)
{
	return is_in(name, western, ARRAY_LEN(western)) || is_in(name, unicode, ARRAY_LEN(unicode));
}

bool mail_is_utf8(const char *text, size_t n)
{
	const unsigned char *s = (const unsigned char *)text;

	for (size_t i = 0; i < n;) {
		size_t len = s[i] < 0x80		    ? 1
			     : s[i] >= 0xc2 && s[i] <= 0xdf ? 2
			     : (s[i] & 0xf0) == 0xe0	    ? 3
			     : s[i] >= 0xf0 && s[i] <= 0xf4 ? 4
							    : 0;

		if (!len || i + len > n)
			return false;
		for (size_t k = 1; k < len; k++)
			if ((s[i + k] & 0xc0) != 0x80)
				return false;
		/* overlong, surrogates, beyond the last character */
		if ((s[i] == 0xe0 && s[i + 1] < 0xa0) || (s[i] == 0xed && s[i + 1] > 0x9f) ||
		    (s[i] == 0xf0 && s[i + 1] < 0x90) || (s[i] == 0xf4 && s[i + 1] > 0x8f))
			return false;
		i += len;
	}
	return true;
}

/* What Windows has where Latin-1 has control characters; 0: nothing. */
static const uint16_t windows[32] = {
	0x20ac, 0,	0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
	0x2039, 0x0152, 0,	0x017d, 0,	0,	0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
	0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,	0x017e, 0x0178,
};

static void add_character(struct buf *out, unsigned char c)
{
	unsigned cp = c >= 0x80 && c < 0xa0 && windows[c - 0x80] ? windows[c - 0x80] : c;

	if (cp < 0x80) {
		buf_addc(out, (char)cp);
	} else if (cp < 0x800) {
		buf_addc(out, (char)(0xc0 | cp >> 6));
		buf_addc(out, (char)(0x80 | (cp & 0x3f)));
	} else {
		buf_addc(out, (char)(0xe0 | cp >> 12));
		buf_addc(out, (char)(0x80 | (cp >> 6 & 0x3f)));
		buf_addc(out, (char)(0x80 | (cp & 0x3f)));
	}
}

void mail_to_utf8(struct buf *out, const char *s, size_t n, const char *charset)
{
	if (!(charset && is_in(charset, western, ARRAY_LEN(western))) && mail_is_utf8(s, n)) {
		buf_addn(out, s, n);
		return;
	}
	for (size_t i = 0; i < n; i++)
		add_character(out, (unsigned char)s[i]);
}
