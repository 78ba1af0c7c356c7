/* SPDX-License-Identifier: MIT */
/* Decoded bytes to lines, and soft line ends (RFC 3676) joined. */
#include "mail/internal.h"

#include <string.h>

/* Does this line of a patch end where it ends, whatever stands at its end? */
static bool is_patch_line(const char *s)
{
	return *s == '+' || *s == '-' || *s == ' ' || !strncmp(s, "@@", 2);
}

/*
 * Takes the stuffed blank off and says whether the line goes on in the next.  A patch that was
 * sent this way has lines that end with a blank of their own: those are not joined.
 */
static void give_flowed(struct sink *to, const char *s, size_t n, unsigned no)
{
	struct mail_message *m = &to->box->messages.at[to->message];
	unsigned depth = 0;
	struct buf b = { 0 };
	bool is_soft;

	while (depth < n && s[depth] == '>')
		depth++;
	s += depth;
	n -= depth;
	if (n && *s == ' ') {
		s++;
		n--;
	}
	is_soft = n > 1 && s[n - 1] == ' ' && strcmp(s, "-- ") != 0 && strspn(s, " ") < n;
	if (to->is_soft && to->soft_depth == depth && m->lines.n > to->first &&
	    !(is_patch_line(m->lines.at[m->lines.n - 1].s + (depth ? depth + 1 : 0)) &&
	      is_patch_line(s))) {
		buf_add(&b, m->lines.at[m->lines.n - 1].s);
		if (to->header->is_delsp && b.n && b.at[b.n - 1] == ' ')
			b.n--;
		buf_addn(&b, s, n);
		m->lines.at[m->lines.n - 1].s = mail_strn(to->box, buf_str(&b), b.n);
	} else {
		for (unsigned i = 0; i < depth; i++)
			buf_addc(&b, '>');
		if (depth)
			buf_addc(&b, ' ');
		buf_addn(&b, s, n);
		vec_push(&m->lines, (struct mail_line){ mail_strn(to->box, buf_str(&b), b.n), no });
	}
	to->is_soft = is_soft;
	to->soft_depth = depth;
	buf_free(&b);
}

static void give(struct sink *to)
{
	struct mail_message *m = &to->box->messages.at[to->message];
	struct buf b = { 0 };
	const char *s;

	if (to->line.n && to->line.at[to->line.n - 1] == '\r')
		to->line.at[--to->line.n] = '\0';
	mail_to_utf8(&b, buf_str(&to->line), to->line.n, to->header->charset);
	s = buf_str(&b);
	if (to->header->is_flowed)
		give_flowed(to, s, b.n, to->line_no);
	else
		vec_push(&m->lines, (struct mail_line){ mail_strn(to->box, s, b.n), to->line_no });
	buf_free(&b);
	to->line.n = 0;
	if (to->line.at)
		to->line.at[0] = '\0';
	to->is_open = false;
}

void mail_put(struct sink *to, char c, unsigned no)
{
	if (!to->is_open) {
		to->is_open = true;
		to->line_no = no;
	}
	if (c == '\n') {
		give(to);
		return;
	}
	to->has_nul |= !c;
	buf_addc(&to->line, c);
}

void mail_put_end(struct sink *to)
{
	if (to->is_open)
		give(to);
	buf_free(&to->line);
}
