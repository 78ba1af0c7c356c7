/* SPDX-License-Identifier: MIT */
/* Header lines of a mail or of a part: folded lines, parameters, what matters of them. */
#include "mail/internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static size_t name_length(const struct raw *l)
{
	size_t n = 0;

	while (n < l->n && (isalnum((unsigned char)l->s[n]) || l->s[n] == '-' || l->s[n] == '_'))
		n++;
	return n && n < l->n && l->s[n] == ':' ? n : 0;
}

bool mail_is_header(const struct raw *l)
{
	return name_length(l) != 0;
}

static bool is_named(const struct raw *l, const char *name)
{
	size_t n = name_length(l);

	return n && strlen(name) == n && !strncasecmp(l->s, name, n);
}

bool mail_is_known(const struct raw *l)
{
	static const char *const names[] = {
		"From",
		"To",
		"Cc",
		"Date",
		"Subject",
		"Message-ID",
		"References",
		"In-Reply-To",
		"Reply-To",
		"Sender",
		"Return-Path",
		"Received",
		"List-Id",
		"User-Agent",
		"MIME-Version",
		"Content-Type",
		"X-Mailer",
		"Delivered-To",
		"Content-Transfer-Encoding",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (is_named(l, names[i]))
			return true;
	return false;
}

/* ---- parameters ---- */

static const char *lower(struct mail_box *b, const char *s, size_t n)
{
	char *p = mail_strn(b, s, n);

	for (char *c = p; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return p;
}

/* The value of `key` in "text/plain; charset=utf-8; name=\"a b\""; NULL: not there. */
static const char *parameter(struct mail_box *b, const char *s, const char *key)
{
	size_t n = strlen(key);

	for (const char *p = s; (p = strchr(p, ';'));) {
		const char *end;

		p++;
		while (isspace((unsigned char)*p))
			p++;
		if (strncasecmp(p, key, n) != 0)
			continue;
		p += n;
		while (isspace((unsigned char)*p))
			p++;
		if (*p++ != '=')
			continue;
		while (isspace((unsigned char)*p))
			p++;
		if (*p == '"') {
			end = strchr(++p, '"');
			return mail_strn(b, p, end ? (size_t)(end - p) : strlen(p));
		}
		return mail_strn(b, p, strcspn(p, "; \t\r\n"));
	}
	return NULL;
}

static void read_type(struct mail_box *b, struct header *h, const char *s)
{
	const char *charset = parameter(b, s, "charset"), *format = parameter(b, s, "format");
	const char *delsp = parameter(b, s, "delsp"), *name = parameter(b, s, "name");

	h->type = lower(b, s, strcspn(s, "; \t"));
	h->boundary = parameter(b, s, "boundary");
	h->charset = charset ? lower(b, charset, strlen(charset)) : NULL;
	h->is_flowed = format && !strcasecmp(format, "flowed");
	h->is_delsp = delsp && !strcasecmp(delsp, "yes");
	h->name = name ? name : h->name;
}

static void read_coding(struct mail_box *b, struct header *h, const char *s, unsigned line)
{
	size_t n = strcspn(s, "; \t");

	if (n == 16 && !strncasecmp(s, "quoted-printable", n))
		h->coding = CODING_QUOTED;
	else if (n == 6 && !strncasecmp(s, "base64", n))
		h->coding = CODING_BASE64;
	else if (n && !(n == 4 && (!strncasecmp(s, "7bit", n) || !strncasecmp(s, "8bit", n))) &&
		 !(n == 6 && !strncasecmp(s, "binary", n)))
		mail_note(b, line, "unknown transfer encoding \"%.*s\": read as it stands",
			  n > 40 ? 40 : (int)n, s);
}

static void take(struct mail_box *b, struct header *h, const struct raw *l, const char *value,
		 size_t n)
{
	if (is_named(l, "From"))
		h->from = mail_words(b, value, n);
	else if (is_named(l, "Date"))
		h->date = mail_words(b, value, n);
	else if (is_named(l, "Subject"))
		h->subject = mail_words(b, value, n);
	else if (is_named(l, "Message-ID"))
		h->id = mail_words(b, value, n);
	else if (is_named(l, "Content-Type"))
		read_type(b, h, value);
	else if (is_named(l, "Content-Transfer-Encoding"))
		read_coding(b, h, value, l->no);
	else if (is_named(l, "Content-Disposition") && parameter(b, value, "filename"))
		h->name = parameter(b, value, "filename");
}

size_t mail_header(struct mail_box *b, struct raws l, struct header *h)
{
	size_t i = 0;

	while (i < l.n && mail_is_header(&l.at[i])) {
		const struct raw *first = &l.at[i];
		size_t skip = name_length(first) + 1;
		struct buf value = { 0 };
		const char *s;

		buf_addn(&value, first->s + skip, first->n - skip);
		for (i++; i < l.n && l.at[i].n && (*l.at[i].s == ' ' || *l.at[i].s == '\t'); i++)
			buf_addn(&value, l.at[i].s, l.at[i].n);
		s = buf_str(&value);
		while (isspace((unsigned char)*s))
			s++;
		take(b, h, first, s, strlen(s));
		buf_free(&value);
	}
	if (i < l.n && !l.at[i].n)
		i++;
	return i;
}
