/* SPDX-License-Identifier: MIT */
/* Parts of a mail: which of them is text that a reader would read. */
#include "mail/internal.h"

#include <string.h>
#include <strings.h>

/* Is it "--boundary", and the last one ("--boundary--")? */
static bool is_boundary(const struct raw *l, const char *boundary, bool *is_last)
{
	size_t n = strlen(boundary), end = l->n;

	while (end && (l->s[end - 1] == ' ' || l->s[end - 1] == '\t'))
		end--;
	if (end < n + 2 || memcmp(l->s, "--", 2) != 0 || memcmp(l->s + 2, boundary, n) != 0)
		return false;
	*is_last = end == n + 4 && !memcmp(l->s + n + 2, "--", 2);
	return *is_last || end == n + 2;
}

static void read_part(struct mail_box *b, size_t message, struct raws l, unsigned depth)
{
	struct header h = { .from = "", .date = "", .subject = "", .id = "", .type = "" };
	size_t used;

	h.line = l.n ? l.at[0].no : 0;
	if (l.n && !l.at[0].n) /* a part without header lines begins with a blank one */
		used = 1;
	else
		used = mail_header(b, l, &h);
	mail_part(b, message, (struct raws){ l.at + used, l.n - used }, &h, depth + 1);
}

static void read_parts(struct mail_box *b, size_t message, struct raws l, const struct header *h,
		       unsigned depth)
{
	size_t from = SIZE_MAX;
	bool is_last = false;

	for (size_t i = 0; i < l.n && !is_last; i++) {
		if (!is_boundary(&l.at[i], h->boundary, &is_last))
			continue;
		if (from != SIZE_MAX)
			read_part(b, message, (struct raws){ l.at + from, i - from }, depth);
		from = i + 1;
	}
	if (is_last)
		return;
	mail_note(b, h->line, "this mail is cut off: the end of its MIME parts is missing");
	if (from == SIZE_MAX)
		from = 0;
	read_part(b, message, (struct raws){ l.at + from, l.n - from }, depth);
}

static bool is_patch_name(const char *name)
{
	static const char *const ends[] = { ".patch", ".diff", ".txt", ".rst", ".md", ".c", ".h" };

	for (size_t i = 0; name && i < ARRAY_LEN(ends); i++)
		if (str_ends(name, ends[i]))
			return true;
	return false;
}

static bool is_text(const struct header *h)
{
	if (!strcmp(h->type, "text/html"))
		return false;
	return !*h->type || str_starts(h->type, "text/") ||
	       !strcmp(h->type, "application/x-patch") || !strcmp(h->type, "application/x-diff") ||
	       !strchr(h->type, '/') || is_patch_name(h->name);
}

static void read_text(struct mail_box *b, size_t message, struct raws l, const struct header *h)
{
	struct sink to = { .box = b, .message = message, .header = h };

	to.first = b->messages.at[message].lines.n;
	if (h->charset && !mail_knows_charset(h->charset))
		mail_note(b, h->line, "unknown charset \"%.40s\": read as UTF-8 or Latin-1",
			  h->charset);
	mail_decode(b, l, h, &to);
	mail_put_end(&to);
	if (to.has_nul) { /* no text, whatever it says */
		b->messages.at[message].lines.n = to.first;
		mail_note(b, h->line, "a part of this mail holds binary data: left out");
	}
}

void mail_part(struct mail_box *b, size_t message, struct raws l, const struct header *h,
	       unsigned depth)
{
	if (depth > MAIL_MAX_DEPTH) {
		mail_note(b, h->line, "MIME parts nest too deeply: the innermost are left out");
		return;
	}
	if (str_starts(h->type, "multipart/")) {
		if (h->boundary && *h->boundary) {
			read_parts(b, message, l, h, depth);
			return;
		}
		mail_note(b, h->line,
			  "a mail of several parts that does not say what separates "
			  "them: read as plain text");
		read_text(b, message, l, h);
		return;
	}
	if (!strcmp(h->type, "message/rfc822"))
		mail_message(b, l, depth + 1);
	else if (is_text(h))
		read_text(b, message, l, h);
	else if (!strcmp(h->type, "text/html") && !depth)
		mail_note(b, h->line, "this mail is HTML only, which is not read: save it as text");
}
