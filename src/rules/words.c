/* SPDX-License-Identifier: MIT */
/* A sentence to tokens.  Markup is seen through; each byte is looked at a bounded number of times.
 */
#include "rules/internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct scan {
	struct reader *r;
	const char *s;
	size_t at, n, last_close; /* last ')' of the sentence */
	unsigned depth;
	struct toks *out;
};

static bool is_name_start(char c)
{
	return isalpha((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static bool is_name(char c)
{
	return is_name_start(c) || isdigit((unsigned char)c);
}

/* Length of a bracketed group at s, 0: it does not close within sight. */
static size_t group(const char *s, size_t n, char open, char close)
{
	unsigned depth = 0;

	for (size_t i = 0; i < n && i < 200; i++) {
		depth += s[i] == open;
		if (s[i] == close && --depth == 0)
			return i + 1;
	}
	return 0;
}

/* Length of the expression at s: names joined by -> . ::, indices, one call. */
static size_t expression(const char *s, size_t n, bool *is_code)
{
	size_t i = 0;

	*is_code = false;
	while (i < n && strchr("&@", s[i]))
		*is_code = true, i++;
	while (i < n && is_name(s[i])) {
		size_t k;

		while (i < n && is_name(s[i]))
			i++;
		while (i < n && s[i] == '[' && (k = group(s + i, n - i, '[', ']')))
			i += k;
		if (i < n && s[i] == '(' && (k = group(s + i, n - i, '(', ')'))) {
			if (k == 3 && s[i + 1] == 's') /* "lock(s)" */
				return i;
			*is_code = true;
			i += k;
		}
		if (i + 2 < n && s[i] == '-' && s[i + 1] == '>' && is_name_start(s[i + 2]))
			k = 2;
		else if (i + 2 < n && s[i] == ':' && s[i + 1] == ':' &&
			 (is_name_start(s[i + 2]) || s[i + 2] == '{'))
			k = 2;
		else if (i + 1 < n && s[i] == '.' && is_name_start(s[i + 1]))
			k = 1;
		else
			break;
		*is_code = true;
		i += k;
		if (i < n && s[i] == '{' && (k = group(s + i, n - i, '{', '}')))
			return i + k;
	}
	return i;
}

static struct tok *add(struct scan *c, enum tok_type type, size_t from, size_t to)
{
	struct tok *t = vec_add(c->out);

	t->type = (uint8_t)type;
	t->from = (uint32_t)from;
	t->to = (uint32_t)to;
	t->is_paren = c->depth > 0;
	t->w = t->orig = "";
	return t;
}

static void add_word(struct scan *c, size_t from, size_t to)
{
	struct tok *t;
	char *w;
	size_t n = to - from;
	bool is_caps = n >= 3;

	/* _emphasis_ */
	if (n > 2 && c->s[from] == '_' && c->s[to - 1] == '_')
		from++, to--, n -= 2;
	t = add(c, T_WORD, from, to);
	t->orig = rules_strn(c->r, c->s + from, n);
	w = rules_strn(c->r, c->s + from, n);
	for (size_t i = 0; i < n; i++) {
		is_caps = is_caps &&
			  (isupper((unsigned char)w[i]) || (i && isdigit((unsigned char)w[i])));
		w[i] = (char)tolower((unsigned char)w[i]);
	}
	t->w = w;
	t->is_caps = is_caps;
}

static void add_code(struct scan *c, size_t from, size_t to, bool is_quoted)
{
	struct tok t = { 0 }, *p;

	if (!rules_code_word(c->r, c->s + from, to - from, is_quoted, &t)) {
		add_word(c, from, to);
		return;
	}
	p = add(c, t.type, from, to);
	p->shape = t.shape;
	p->w = t.w;
	p->arg = t.arg;
	p->orig = rules_strn(c->r, c->s + from, to - from);
	p->is_caps = false;
}

static bool is_file_or_short(const char *s, size_t n)
{
	static const char *const tails[] = { ".c", ".h",    ".rst", ".md", ".txt",
					     ".S", ".html", ".org", ".com" };

	for (size_t i = 0; i < ARRAY_LEN(tails); i++) {
		size_t k = strlen(tails[i]);

		if (n > k && !memcmp(s + n - k, tails[i], k))
			return true;
	}
	return rules_inn(s, n, "i.e e.g w.r.t a.k.a");
}

/* English words with their apostrophe and inner hyphens: "can't", "read-side". */
static size_t english(const struct scan *c, size_t at, size_t to)
{
	for (size_t i = at; i < to; i++)
		if (!isalpha((unsigned char)c->s[i]))
			return to;
	while (to + 1 < c->n && c->s[to] == '-' && isalpha((unsigned char)c->s[to + 1])) {
		to++;
		while (to < c->n && isalpha((unsigned char)c->s[to]))
			to++;
	}
	if (to + 1 < c->n && c->s[to] == '\'' && isalpha((unsigned char)c->s[to + 1]) &&
	    c->s[to + 1] != 's') {
		to++;
		while (to < c->n && isalpha((unsigned char)c->s[to]))
			to++;
	}
	return to;
}

static void name_at(struct scan *c)
{
	bool is_code;
	size_t from = c->at, to = from + expression(c->s + from, c->n - from, &is_code);

	if (to == from) { /* a lone '&' or '@' */
		c->at++;
		return;
	}
	if (is_code && is_file_or_short(c->s + from, to - from))
		is_code = false;
	if (!is_code)
		to = english(c, from, to);
	c->at = to;
	if (c->at + 1 < c->n && c->s[c->at] == '\'' && c->s[c->at + 1] == 's')
		c->at += 2;
	/* "struct foo::lock": the word struct says nothing more */
	if (rules_inn(c->s + from, to - from, "struct union") && to + 1 < c->n &&
	    is_name_start(c->s[to + 1]))
		return;
	if (is_code || memchr(c->s + from, '_', to - from) ||
	    rules_lock_shape(c->s + from, to - from))
		add_code(c, from, to, false);
	else
		add_word(c, from, to);
}

/* `code`, ``code``: one token where it is one lock or call, else its words. */
static void quoted_at(struct scan *c)
{
	size_t ticks = strspn(c->s + c->at, "`"), from = c->at + ticks, to = from;
	bool is_code;

	while (to < c->n && c->s[to] != '`')
		to++;
	if (to == c->n || to == from || to - from > 200) {
		c->at += ticks;
		return;
	}
	c->at = to + strspn(c->s + to, "`");
	if (expression(c->s + from, to - from, &is_code) == to - from) {
		add_code(c, from, to, true);
	} else if (to - from <= 60 &&
		   !strpbrk(rules_strn(c->r, c->s + from, to - from), "=;{}<>")) {
		struct tok *t = add(c, T_LOCK, from, to);

		t->shape = SHAPE_EXPR;
		t->w = rules_lock_name(c->r, c->s + from, to - from);
		t->orig = t->w;
	}
}

static void number_at(struct scan *c)
{
	size_t from = c->at, to = from;

	while (to < c->n && isdigit((unsigned char)c->s[to]))
		to++;
	if (to < c->n &&
	    (c->s[to] == ')' || (c->s[to] == '.' && (to + 1 == c->n || c->s[to + 1] == ' ')))) {
		add(c, T_NUM, from, to + 1);
		c->at = to + 1;
		return;
	}
	while (to < c->n && is_name(c->s[to]))
		to++;
	add_word(c, from, to);
	c->at = to;
}

static void arrow_at(struct scan *c, size_t dashes)
{
	size_t from = c->at, to = from + dashes + 1;
	const struct tok *before = c->out->n ? &c->out->at[c->out->n - 1] : NULL;
	bool is_leading = to < c->n && is_name_start(c->s[to]) &&
			  !(before && (before->type == T_LOCK || before->is_caps));

	c->at = to;
	if (!is_leading)
		add(c, T_ARROW, from, to);
}

static void dash_at(struct scan *c)
{
	size_t n = strspn(c->s + c->at, "-=");

	if (c->at + n < c->n && c->s[c->at + n] == '>') {
		arrow_at(c, n);
		return;
	}
	if (c->s[c->at] == '-')
		add(c, T_DASH, c->at, c->at + n);
	c->at += n;
}

static void punct_at(struct scan *c)
{
	static const struct {
		char c;
		uint8_t type;
	} marks[] = {
		{ ',', T_COMMA }, { ';', T_SEMI }, { ':', T_COLON },
		{ '/', T_SLASH }, { '>', T_GT },   { '<', T_LT },
		{ '.', T_STOP },  { '!', T_STOP }, { '?', T_STOP },
	};
	char ch = c->s[c->at];

	if (ch == '(' && c->last_close != SIZE_MAX && c->at < c->last_close)
		c->depth++;
	else if (ch == ')' && c->depth)
		c->depth--;
	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (marks[i].c == ch)
			add(c, marks[i].type, c->at, c->at + 1);
	c->at++;
}

/* :c:func:`x` and https://...: nothing of it is a word. */
static size_t skip_at(const struct scan *c)
{
	const char *s = c->s + c->at;
	size_t n = 0;

	while (n < 40 && s[n] && !strchr(" \t`", s[n]))
		n++;
	if (*s == ':' && s[n] == '`' && n > 1 && s[n - 1] == ':')
		return n;
	if (isalpha((unsigned char)*s) && n > 4 && rules_has(s, n > 12 ? 12 : n, "://"))
		return strcspn(s, " \t`");
	return 0;
}

void rules_words(struct reader *r, const char *s, struct toks *out)
{
	struct scan c = { .r = r, .s = s, .n = strlen(s), .out = out, .last_close = SIZE_MAX };

	out->n = 0;
	for (size_t i = 0; i < c.n; i++)
		if (s[i] == ')')
			c.last_close = i;
	while (c.at < c.n) {
		char ch = s[c.at];
		size_t skip = ch == ':' || isalpha((unsigned char)ch) ? skip_at(&c) : 0;

		if (skip)
			c.at += skip;
		else if (is_name_start(ch) || ch == '&' || ch == '@')
			name_at(&c);
		else if (ch == '`')
			quoted_at(&c);
		else if (isdigit((unsigned char)ch))
			number_at(&c);
		else if (ch == '-' || ch == '=')
			dash_at(&c);
		else
			punct_at(&c);
	}
	add(&c, T_END, c.n, c.n)->is_paren = false;
}
