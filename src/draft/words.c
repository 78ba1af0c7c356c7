/* SPDX-License-Identifier: MIT */
/* Names, lists and calls with the markup of a format; lines of a given width. */
#include "draft/internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Does our reader see a lock in it without quotes? */
static bool is_plainly_lock(const char *name)
{
	static const char *const ends[] = { "lock", "mutex", "_sem", "srcu" };

	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (str_ends(name, ends[i]) && strpbrk(name, "->_."))
			return true;
	return false;
}

void draft_name(struct buf *b, const struct draft *d, enum draft_format f, uint32_t cls)
{
	const char *name = draft_class(d->l, cls);
	const char *mark = f == DRAFT_RST	   ? "``"
			   : f == DRAFT_MD	   ? "`"
			   : is_plainly_lock(name) ? ""
						   : "`";
	const struct prim *p = d->prims ? prim_said(d->prims, name) : NULL;

	if (!p && d->prims)
		p = prim_find(d->prims, name);
	/* a variable that is called like a function of the table: the noun says what is meant */
	buf_addf(b, "%s%s%s%s", mark, name, mark, p && p->kind == PRIM_TAKE ? " lock" : "");
}

void draft_names(struct buf *b, const struct draft *d, enum draft_format f, const uint32_t *cls,
		 size_t n)
{
	for (size_t i = 0; i < n; i++) {
		buf_add(b, !i ? "" : i + 1 == n ? " and " : ", ");
		draft_name(b, d, f, cls[i]);
	}
}

/* ---- the call that waits -------------------------------------------------------- */

/* The three lines of the file from this one on; NULL: not there.  Caller frees with free(). */
static char *source_at(const struct lore *l, uint32_t place)
{
	const struct lore_place *p = &l->places.at[place];
	char *path = path_join(lore_str(l, l->root), lore_str(l, p->file)), *text = NULL, *at, *end;
	size_t bytes;
	struct diag d;

	if (!file_read(path, &text, &bytes, &d)) {
		free(path);
		return NULL;
	}
	free(path);
	at = text;
	for (unsigned line = 1; line < p->line && at; line++) {
		at = strchr(at, '\n');
		at = at ? at + 1 : NULL;
	}
	end = at;
	for (unsigned k = 0; k < 3 && end; k++) {
		end = strchr(end, '\n');
		end = end ? end + 1 : NULL;
	}
	at = !at ? NULL : end ? xstrndup(at, (size_t)(end - at)) : xstrdup(at);
	free(text);
	return at;
}

static bool calls(const char *source, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = source; (p = strstr(p, name)); p++)
		if (p[n] == '(' &&
		    (p == source || (!isalnum((unsigned char)p[-1]) && p[-1] != '_')))
			return true;
	return false;
}

/* The row of the wait that the source calls there. */
static const struct prim *row_at(const struct draft *d, uint32_t cls, uint32_t place,
				 const char **word)
{
	char *source = source_at(d->l, place);
	const struct prim *p, *found = NULL;

	for (size_t i = 0; source && !found && (p = prim_row(d->prims, i)); i++) {
		if (p->kind != PRIM_WAIT || p->lock_kind != d->l->classes.at[cls].kind)
			continue;
		if (p->said && calls(source, p->said))
			*word = p->said, found = p;
		else if (calls(source, p->name))
			*word = p->name, found = p;
	}
	free(source);
	return found;
}

static const struct prim *wait_row(const struct draft *d, uint32_t cls, const char **word)
{
	const struct prim *found = NULL;

	*word = "wait";
	for (size_t i = 0; d->prims && !found && i < d->l->takes.n; i++)
		if (d->l->takes.at[i].cls == cls && d->l->takes.at[i].mode == ORDER_WAIT)
			found = row_at(d, cls, d->l->takes.at[i].place, word);
	if (found)
		return found;
	if (d->l->classes.at[cls].kind == FACTS_KIND_SRCU)
		*word = "synchronize_srcu";
	if (d->l->classes.at[cls].kind == FACTS_KIND_RCU)
		*word = "synchronize_rcu";
	return d->prims ? prim_said(d->prims, *word) : NULL;
}

const char *draft_wait_word(const struct draft *d, uint32_t cls)
{
	const char *word;

	wait_row(d, cls, &word);
	return word;
}

void draft_wait(struct buf *b, const struct draft *d, enum draft_format f, uint32_t cls)
{
	const char *word, *mark = f == DRAFT_RST ? "``" : f == DRAFT_MD ? "`" : "";
	const struct prim *p = wait_row(d, cls, &word);
	bool is_bare = p ? p->lock == PRIM_NO_ARG && p->global
			 : d->l->classes.at[cls].kind == FACTS_KIND_RCU;

	if (is_bare)
		buf_addf(b, "%s%s()%s", mark, word, mark);
	else
		buf_addf(b, "%s%s(&%s)%s", mark, word, draft_class(d->l, cls), mark);
}

/* ---- places and lines -------------------------------------------------------------- */

void draft_place(struct buf *b, const struct lore *l, uint32_t place)
{
	const struct lore_place *p = &l->places.at[place];

	buf_addf(b, "%s() at %s:%u",
		 p->func < l->funcs.n ? lore_str(l, l->funcs.at[p->func].name) : "?",
		 lore_str(l, p->file), p->line);
}

/* Bytes up to the next blank that no backticks enclose. */
static size_t word_length(const char *s)
{
	bool is_quoted = false;
	size_t n = 0;

	for (; s[n] && (s[n] != ' ' || is_quoted); n++)
		if (s[n] == '`' && s[n + 1] != '`')
			is_quoted = !is_quoted;
	return n;
}

void draft_wrap(struct buf *b, const char *text, const char *first, const char *rest, size_t width)
{
	size_t column = strlen(first), gap = 0;

	buf_add(b, first);
	for (const char *s = text + strspn(text, " "); *s; s += gap) {
		size_t n = word_length(s);

		if (gap && column + gap + n > width) {
			buf_addf(b, "\n%s", rest);
			column = strlen(rest);
			gap = 0;
		}
		for (size_t i = 0; i < gap; i++)
			buf_addc(b, ' ');
		buf_addn(b, s, n);
		column += gap + n;
		s += n;
		gap = strspn(s, " ");
	}
	buf_addc(b, '\n');
}
