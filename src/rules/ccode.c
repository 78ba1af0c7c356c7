/* SPDX-License-Identifier: MIT */
/*
 * C files: each comment becomes a region that knows the function it stands in (or right above),
 * the lock that is declared beside it, and the struct around it.  A light scan, no compiler: it
 * has to live with half a file, as in a hunk.
 */
#include "rules/internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 64
#define MAX_NAME  200 /* a longer identifier is data */

struct comment {
	struct rules_lines lines;
	struct rules_scope scope;
	bool wants_function; /* stands at file scope: belongs to the function that follows */
	bool wants_decl;
};

struct cscan {
	struct reader *r;
	const struct rules_region *g;
	struct {
		VEC(struct comment);
	} comments;
	/* where we are */
	unsigned depth, parens;
	const char *function;	      /* whose body we are in */
	const char *line_function;    /* one whose body opened on this line */
	const char *candidate;	      /* name before the '(' at file scope */
	bool is_candidate_closed;     /* its ')' was seen */
	const char *owner[MAX_DEPTH]; /* struct names by depth */
	const char *pending_owner;
	const char *last_name; /* last identifier */
	bool is_after_struct;
	struct buf code;      /* of this line, for declarations and attributes */
	/* a line may hold any number of comments: what was looked at is not looked at again */
	size_t looked;	  /* code[0 .. looked) has none of ";=[," */
	bool has_code;	  /* more than white space */
	bool has_end;	  /* code[looked] is one of them: name is known */
	const char *name; /* what this line declares, without its owner, or NULL */
	size_t col_at;	  /* byte of the line that is at screen column col */
	unsigned col;
	size_t first_pending; /* comments that still wait for their function or declaration */
};

static const char *owner_now(const struct cscan *c)
{
	for (unsigned d = c->depth < MAX_DEPTH ? c->depth : MAX_DEPTH - 1; d > 0; d--)
		if (c->owner[d])
			return c->owner[d];
	return NULL;
}

/* The name that "struct mutex a[3] = ...;" declares. */
static const char *declared(struct reader *r, const char *code, const char *owner)
{
	size_t end = strcspn(code, ";=[,"), from;

	if (!code[end] || memchr(code, '(', end))
		return NULL;
	while (end && !isalnum((unsigned char)code[end - 1]) && code[end - 1] != '_')
		end--;
	from = end;
	while (from && (isalnum((unsigned char)code[from - 1]) || code[from - 1] == '_'))
		from--;
	if (from == end || from == 0 || end - from > MAX_NAME ||
	    rules_inn(code + from, end - from, "return break continue"))
		return NULL;
	if (owner)
		return rules_strf(r, "%.*s::%.*s", MAX_NAME, owner, (int)(end - from), code + from);
	return rules_strn(r, code + from, end - from);
}

static bool is_lock_type(const char *code)
{
	static const char *const words[] = { "mutex", "lock", "semaphore", "rwsem",
					     "srcu",  "mtx",  "latch" };
	size_t n = strcspn(code, ";=[");

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		const char *at = strcasestr(code, words[i]);

		if (at && (size_t)(at - code) < n)
			return true;
	}
	return false;
}

/* The lock that the code before a comment on its line declares. */
static const char *declared_here(struct cscan *c)
{
	const char *code = buf_str(&c->code), *owner = owner_now(c);

	for (; !c->has_end && c->looked < c->code.n; c->looked++) {
		if (strchr(";=[,", code[c->looked])) {
			c->has_end = true;
			c->name = declared(c->r, rules_skip_space(code), NULL);
			break;
		}
		c->has_code |= !strchr(" \t", code[c->looked]);
	}
	if (!c->name || !owner)
		return c->name;
	return rules_strf(c->r, "%.*s::%s", MAX_NAME, owner, c->name);
}

static struct comment *open_comment(struct cscan *c)
{
	struct comment *k = vec_add(&c->comments);
	const char *decl = declared_here(c);

	k->scope.function = c->function;
	k->scope.owner = c->function ? NULL : owner_now(c);
	k->wants_function = !c->depth;
	if ((c->has_code || c->has_end) && !c->function)
		k->scope.decl = decl;
	else
		k->wants_decl = !c->function;
	if (k->scope.decl)
		k->wants_function = false;
	return k;
}

/* One line of a comment, without its " * ". */
static void comment_line(struct cscan *c, const struct rules_line *l, const char *s, size_t n,
			 bool is_first)
{
	struct comment *k = &c->comments.at[c->comments.n - 1];
	struct rules_line line = *l;
	size_t skip = 0;

	if (!is_first)
		skip = strspn(s, " \t");
	while (skip < n && s[skip] == '*')
		skip++;
	if (!is_first && (!skip || s[skip - 1] != '*'))
		skip = 0;
	while (n > skip && strchr(" \t*", s[n - 1]))
		n--;
	for (; l->s + c->col_at < s + skip; c->col_at++)
		c->col = l->s[c->col_at] == '\t' ? (c->col / 8 + 1) * 8 : c->col + 1;
	line.col = c->col;
	line.s = rules_strn(c->r, s + skip, n > skip ? n - skip : 0);
	vec_push(&k->lines, line);
}

/* A comment at file scope, or above a member, gets what follows it. */
static void settle(struct cscan *c, const char *function, const char *decl)
{
	for (; c->first_pending < c->comments.n; c->first_pending++) {
		struct comment *k = &c->comments.at[c->first_pending];

		if (k->wants_function && function)
			k->scope.function = function;
		if (k->wants_decl && decl)
			k->scope.decl = decl;
	}
}

static void code_name(struct cscan *c, const char *s, size_t n)
{
	bool is_struct = rules_inn(s, n, "struct union class enum");

	if (c->is_after_struct && !is_struct)
		c->pending_owner = rules_strn(c->r, s, n);
	c->is_after_struct = is_struct;
	if (!is_struct)
		c->last_name = rules_strn(c->r, s, n);
}

static void brace_open(struct cscan *c)
{
	if (!c->depth && c->candidate && c->is_candidate_closed) {
		c->function = c->line_function = c->candidate;
		settle(c, c->function, NULL);
	}
	c->depth++;
	if (c->depth < MAX_DEPTH)
		c->owner[c->depth] = c->function ? NULL : c->pending_owner;
	c->pending_owner = NULL;
	c->first_pending = c->comments.n;
}

static void code_char(struct cscan *c, char ch)
{
	switch (ch) {
	case '(':
		if (!c->depth && !c->parens && !c->is_candidate_closed && c->last_name &&
		    !rules_in(c->last_name,
			      "if while for switch return sizeof defined __attribute__"))
			c->candidate = c->last_name;
		c->parens++;
		break;
	case ')':
		c->parens -= c->parens > 0;
		c->is_candidate_closed = !c->parens && c->candidate;
		break;
	case '{': brace_open(c); break;
	case '}':
		if (c->depth)
			c->depth--;
		if (!c->depth) {
			c->function = c->candidate = NULL;
			c->is_candidate_closed = false;
			c->parens = 0;
		}
		c->first_pending = c->comments.n;
		break;
	case ';':
	case '=':
		if (!c->depth) {
			c->candidate = NULL;
			c->is_candidate_closed = false;
		}
		c->pending_owner = NULL;
		break;
	}
}

/* Length of the string or character constant at s. */
static size_t constant(const char *s)
{
	size_t i = 1;

	while (s[i] && s[i] != *s)
		i += s[i] == '\\' && s[i + 1] ? 2 : 1;
	return i + (s[i] == *s);
}

static void end_of_code_line(struct cscan *c, const struct rules_line *l)
{
	const char *code = rules_skip_space(buf_str(&c->code));
	struct rules_scope scope = { .owner = owner_now(c) };

	scope.function = c->function	    ? c->function
			 : c->line_function ? c->line_function
					    : c->candidate;
	c->line_function = NULL;
	if (*code && *code != '#') {
		c->r->side_mark = l->side;
		rules_read_attributes(c->r, code, l->no, &scope);
		if (!c->function && strchr(code, ';')) {
			settle(c, NULL,
			       is_lock_type(code) ? declared(c->r, code, owner_now(c)) : NULL);
			c->first_pending = c->comments.n;
		}
	}
	c->looked = 0;
	c->has_code = c->has_end = false;
	c->name = NULL;
	c->code.n = 0;
	if (c->code.at)
		c->code.at[0] = '\0';
}

/* One line; in_comment carries over. */
static void scan_line(struct cscan *c, const struct rules_line *l, bool *in_comment)
{
	const char *s = l->s;
	size_t i = 0;

	c->col_at = 0;
	c->col = l->col;
	while (s[i] || *in_comment) {
		if (*in_comment) {
			const char *end = strstr(s + i, "*/");
			size_t n = end ? (size_t)(end - s) - i : strlen(s + i);

			comment_line(c, l, s + i, n, false);
			if (!end)
				break;
			*in_comment = false;
			i += n + 2;
		} else if (s[i] == '/' && s[i + 1] == '*') {
			const char *end = strstr(s + i + 2, "*/");

			open_comment(c);
			comment_line(c, l, s + i + 2,
				     end ? (size_t)(end - s) - i - 2 : strlen(s + i + 2), true);
			*in_comment = !end;
			if (!end)
				break;
			i = (size_t)(end - s) + 2;
		} else if (s[i] == '/' && s[i + 1] == '/') {
			const struct rules_line *before =
				c->comments.n && c->comments.at[c->comments.n - 1].lines.n
					? &c->comments.at[c->comments.n - 1].lines.at
						   [c->comments.at[c->comments.n - 1].lines.n - 1]
					: NULL;

			if (!before || before->no + 1 != l->no ||
			    *rules_skip_space(buf_str(&c->code)))
				open_comment(c);
			comment_line(c, l, s + i + 2, strlen(s + i + 2), true);
			break;
		} else if (s[i] == '"' || s[i] == '\'') {
			size_t n = constant(s + i);

			buf_addn(&c->code, s + i, n);
			i += n;
		} else if (isalpha((unsigned char)s[i]) || s[i] == '_') {
			size_t n = 0;

			while (isalnum((unsigned char)s[i + n]) || s[i + n] == '_')
				n++;
			code_name(c, s + i, n);
			buf_addn(&c->code, s + i, n);
			i += n;
		} else {
			code_char(c, s[i]);
			buf_addc(&c->code, s[i++]);
		}
	}
	end_of_code_line(c, l);
}

/* Does the region begin inside of a comment (a hunk may)? */
static bool begins_inside(const struct rules_region *g)
{
	for (size_t i = 0; i < g->lines.n; i++) {
		const char *open = strstr(g->lines.at[i].s, "/*"),
			   *close = strstr(g->lines.at[i].s, "*/");

		if (close && (!open || close < open))
			return true;
		if (open)
			return false;
	}
	if (!g->starts_in_comment && g->lines.n) /* all lines are " * ..." */
		for (size_t i = 0; i < g->lines.n; i++)
			if (rules_skip_space(g->lines.at[i].s)[0] != '*')
				return false;
	return g->starts_in_comment || g->lines.n > 0;
}

static void read_comments(struct cscan *c, const struct rules_region *g)
{
	for (size_t i = 0; i < c->comments.n; i++) {
		struct comment *k = &c->comments.at[i];
		struct rules_region region = { .lines = k->lines,
					       .format = RULES_TEXT,
					       .scope = k->scope,
					       .is_comment = true,
					       .is_ordering = g->is_ordering };

		rules_read_region(c->r, &region);
		vec_free(&k->lines);
	}
}

static int by_line(const void *a, const void *b)
{
	const struct rules_statement *x = a, *y = b;

	return x->line != y->line		 ? (x->line < y->line ? -1 : 1)
	       : x->sentence_no < y->sentence_no ? -1
						 : x->sentence_no > y->sentence_no;
}

void rules_read_c(struct reader *r, struct rules_region *g)
{
	struct cscan c = { .r = r, .g = g };
	bool in_comment = begins_inside(g);
	size_t first = r->doc->pub.statements.n;

	if (g->scope.function) { /* begins in its body */
		c.function = g->scope.function;
		c.depth = 1;
	}
	if (in_comment)
		open_comment(&c);
	for (size_t i = 0; i < g->lines.n; i++)
		scan_line(&c, &g->lines.at[i], &in_comment);
	if (!c.depth && c.candidate && r->doc->pub.is_diff) /* a hunk ends before the brace */
		settle(&c, c.candidate, NULL);
	read_comments(&c, g);
	/* attributes came first: put all in the order of the file */
	if (r->doc->pub.statements.n > first)
		qsort(r->doc->pub.statements.at + first, r->doc->pub.statements.n - first,
		      sizeof(struct rules_statement), by_line);
	vec_free(&c.comments);
	buf_free(&c.code);
}
