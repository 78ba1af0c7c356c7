/* SPDX-License-Identifier: MIT */
/* Transfer encodings of bodies, and encoded words of header lines. */
#include "mail/internal.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static int hex(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
				      : -1;
}

static int base64_digit(char c)
{
	return c >= 'A' && c <= 'Z'   ? c - 'A'
	       : c >= 'a' && c <= 'z' ? c - 'a' + 26
	       : c >= '0' && c <= '9' ? c - '0' + 52
	       : c == '+'	      ? 62
	       : c == '/'	      ? 63
				      : -1;
}

static void put_plain(const struct raw *l, struct sink *to)
{
	for (size_t i = 0; i < l->n; i++)
		mail_put(to, l->s[i], l->no);
	mail_put(to, '\n', l->no);
}

static void put_quoted(const struct raw *l, struct sink *to)
{
	size_t n = l->n;

	while (n && (l->s[n - 1] == ' ' || l->s[n - 1] == '\t'))
		n--; /* put there on the way */
	for (size_t i = 0; i < n; i++) {
		if (l->s[i] == '=' && i + 1 == n)
			return;
		if (l->s[i] == '=' && i + 2 < n && hex(l->s[i + 1]) >= 0 && hex(l->s[i + 2]) >= 0) {
			mail_put(to, (char)(hex(l->s[i + 1]) * 16 + hex(l->s[i + 2])), l->no);
			i += 2;
			continue;
		}
		mail_put(to, l->s[i], l->no);
	}
	mail_put(to, '\n', l->no);
}

static bool is_base64(const struct raw *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (base64_digit(l->s[i]) < 0 && l->s[i] != '=' && !isspace((unsigned char)l->s[i]))
			return false;
	return true;
}

/* A line that is none is left out whole: the next one begins anew, as mailers write them. */
static void put_base64(struct mail_box *b, struct raws l, struct sink *to)
{
	uint32_t bits = 0;
	unsigned have = 0;

	for (size_t i = 0; i < l.n; i++) {
		if (!is_base64(&l.at[i])) {
			mail_note(b, l.at[i].no, "broken base64: what could be decoded is read");
			have = 0;
			continue;
		}
		for (size_t k = 0; k < l.at[i].n; k++) {
			int digit = base64_digit(l.at[i].s[k]);

			if (l.at[i].s[k] == '=')
				have = 0;
			if (digit < 0)
				continue;
			bits = bits << 6 | (uint32_t)digit;
			have += 6;
			if (have < 8)
				continue;
			have -= 8;
			mail_put(to, (char)(bits >> have & 0xff), l.at[i].no);
		}
	}
}

void mail_decode(struct mail_box *b, struct raws l, const struct header *h, struct sink *to)
{
	if (h->coding == CODING_BASE64) {
		put_base64(b, l, to);
		return;
	}
	for (size_t i = 0; i < l.n; i++)
		if (h->coding == CODING_QUOTED)
			put_quoted(&l.at[i], to);
		else
			put_plain(&l.at[i], to);
}

/* ---- encoded words ---- */

static void decode_word(struct buf *out, const char *s, size_t n, bool is_base64)
{
	uint32_t bits = 0;
	unsigned have = 0;

	for (size_t i = 0; i < n; i++) {
		if (is_base64) {
			int digit = base64_digit(s[i]);

			if (digit < 0)
				continue;
			bits = bits << 6 | (uint32_t)digit;
			have += 6;
			if (have >= 8) {
				have -= 8;
				buf_addc(out, (char)(bits >> have & 0xff));
			}
		} else if (s[i] == '=' && i + 2 < n && hex(s[i + 1]) >= 0 && hex(s[i + 2]) >= 0) {
			buf_addc(out, (char)(hex(s[i + 1]) * 16 + hex(s[i + 2])));
			i += 2;
		} else {
			buf_addc(out, s[i] == '_' ? ' ' : s[i]);
		}
	}
}

/* Length of an encoded word at s, 0: it is none; what it says is appended. */
static size_t encoded_word(struct buf *out, const char *s, size_t n)
{
	const char *charset = s + 2, *coding, *text, *end;
	char name[32];
	struct buf bytes = { 0 };

	if (n < 8 || s[0] != '=' || s[1] != '?')
		return 0;
	coding = memchr(charset, '?', n - 2);
	if (!coding || (size_t)(coding - s) + 3 >= n || coding[2] != '?')
		return 0;
	text = coding + 3;
	end = memmem(text, n - (size_t)(text - s), "?=", 2);
	if (!end || (size_t)(coding - charset) >= sizeof(name))
		return 0;
	memcpy(name, charset, (size_t)(coding - charset));
	name[coding - charset] = '\0';
	for (char *c = name; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	decode_word(&bytes, text, (size_t)(end - text), coding[1] == 'b' || coding[1] == 'B');
	mail_to_utf8(out, buf_str(&bytes), bytes.n, name);
	buf_free(&bytes);
	return (size_t)(end - s) + 2;
}

const char *mail_words(struct mail_box *b, const char *s, size_t n)
{
	struct buf out = { 0 }, plain = { 0 };
	bool was_word = false;
	const char *kept;

	mail_to_utf8(&plain, s, n, NULL);
	s = buf_str(&plain);
	n = strlen(s);
	for (size_t i = 0; i < n;) {
		size_t gap = 0, used;
		struct buf word = { 0 };

		while (i + gap < n && isspace((unsigned char)s[i + gap]))
			gap++;
		used = encoded_word(&word, s + i + gap, n - i - gap);
		if (gap && out.n && !(used && was_word))
			buf_addc(&out, ' ');
		i += gap;
		if (used)
			buf_addn(&out, buf_str(&word), word.n);
		else if (i < n)
			buf_addc(&out, s[i]);
		was_word = used != 0;
		i += used ? used : 1;
		buf_free(&word);
	}
	for (size_t i = 0; i < out.n; i++)
		if ((unsigned char)out.at[i] < ' ')
			out.at[i] = ' ';
	kept = mail_strn(b, buf_str(&out), strlen(buf_str(&out)));
	buf_free(&out);
	buf_free(&plain);
	return kept;
}
