/* SPDX-License-Identifier: MIT */
/* Mails: header lines, quoted-printable, quoting marks. */
#include "rules/internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

unsigned rules_peel(const char **s, unsigned max)
{
	unsigned depth = 0;

	while (depth < max && **s == '>') {
		depth++;
		++*s;
		if (**s == ' ')
			++*s;
	}
	return depth;
}

static bool is_header(const char *s)
{
	static const char names[] =
		"From To Cc Date Subject Message-ID Message-Id In-Reply-To References "
		"Reply-To Sender MIME-Version Content-Type Content-Transfer-Encoding";
	size_t n = strcspn(s, ":");

	return s[n] == ':' && rules_inn(s, n, names);
}

bool rules_is_mail(const struct rules_lines *l)
{
	unsigned headers = 0;

	for (size_t i = 0; i < l->n && i < 40; i++) {
		headers += is_header(l->at[i].s);
		if (headers >= 2)
			return true;
	}
	return false;
}

static int hex(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Decodes one line of quoted-printable into b; true: the next line continues it. */
static bool add_quoted_printable(struct buf *b, const char *s)
{
	for (; *s; s++) {
		if (*s == '=' && !s[1])
			return true;
		if (*s == '=' && hex(s[1]) >= 0 && hex(s[2]) >= 0) {
			int c = hex(s[1]) * 16 + hex(s[2]);

			buf_addc(b, c < 32 && c != '\t' ? ' ' : (char)c);
			s += 2;
			continue;
		}
		buf_addc(b, *s);
	}
	return false;
}

void rules_mail_unquote(struct reader *r, struct rules_lines *l)
{
	bool is_coded = false;
	size_t k = 0;

	for (size_t i = 0; i < l->n; i++) {
		struct rules_line line = l->at[i];
		struct buf b = { 0 };

		if (str_starts(line.s, "From "))
			is_coded = false;
		if (!strncasecmp(line.s, "Content-Transfer-Encoding:", 26)) {
			is_coded = strstr(line.s, "quoted-printable") != NULL;
			if (strstr(line.s, "base64"))
				rules_note(r, line.no,
					   "base64 mail: save it decoded to have it read");
		} else if (is_coded && strchr(line.s, '=')) {
			while (add_quoted_printable(&b, l->at[i].s) && i + 1 < l->n)
				i++;
			line.s = rules_str(r, buf_str(&b));
			buf_free(&b);
		}
		l->at[k++] = line;
	}
	l->n = k;
}

/* The text of a mail that carries no patch: quoting marks off, a change of depth ends a paragraph.
 */
void rules_mail_body(struct reader *r, const struct rules_lines *in, struct rules_lines *out)
{
	unsigned depth = 0;
	bool in_header = true;

	for (size_t i = 0; i < in->n; i++) {
		struct rules_line l = in->at[i];
		unsigned now = rules_peel(&l.s, 99);

		if (str_starts(in->at[i].s, "From ") && str_ends(in->at[i].s, "2001"))
			in_header = true;
		if (in_header) {
			in_header = *l.s && (is_header(l.s) || isspace((unsigned char)*l.s) ||
					     i == 0 || strcspn(l.s, ": ") < strlen(l.s));
			if (in_header && !is_header(l.s) && i > 0 && is_header(in->at[i - 1].s) &&
			    !isspace((unsigned char)*l.s) && l.s[strcspn(l.s, ": ")] != ':')
				in_header = false;
			if (in_header)
				continue;
		}
		if (!strcmp(l.s, "--"))
			break;
		if (now != depth)
			vec_push(out, (struct rules_line){ .s = "", .no = l.no });
		depth = now;
		vec_push(out, l);
	}
	(void)r;
}
