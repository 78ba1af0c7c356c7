/* SPDX-License-Identifier: MIT */
/* case.c - the verdicts in a source, read. */
#include "runner.h"

#include <stdlib.h>
#include <string.h>

static const char *const want_words[] = {
	[MUST] = "must", [MUST_NOT] = "must-not", [MAY] = "may",
	[KNOWN_MISS] = "known-miss", [KNOWN_FALSE_ALARM] = "known-false-alarm",
};
static const char *const what_words[] = {
	[DEADLOCK] = "deadlock", [SELF] = "self", [NEST] = "nest",
	[ORDER] = "order", [WAIT] = "wait", [VERDICT] = "verdict",
};

/* The next word of *s, cut out of it; NULL at the end. */
static char *word(char **s)
{
	char *w = *s + strspn(*s, " \t");
	size_t n = strcspn(w, " \t");

	if (!n)
		return NULL;
	*s = w + n + (w[n] != 0);
	w[n] = 0;
	return w;
}

static int find_word(const char *const *words, size_t n, const char *w)
{
	for (size_t i = 0; i < n; i++)
		if (w && strcmp(words[i], w) == 0)
			return (int)i;
	return -1;
}

/* "upheld : A is taken outside B" */
static bool read_verdict(struct expect *e, char *rest)
{
	char *colon = strstr(rest, " : ");

	if (!colon)
		return false;
	*colon = 0;
	for (char *q; (q = strpbrk(rest, "'\""));)
		*q = ' ';
	rest += strspn(rest, " \t");
	for (size_t n = strlen(rest); n && rest[n - 1] == ' ';)
		rest[--n] = 0;
	e->verdicts = xstrdup(rest);
	e->sentence = xstrdup(colon + 3 + strspn(colon + 3, " \t"));
	return *e->verdicts && *e->sentence;
}

/* Lock names, and the words that narrow what is said of them. */
static bool read_names(struct expect *e, char *rest)
{
	for (char *w; (w = word(&rest));) {
		if (sscanf(w, "count=%d", &e->count) == 1 || sscanf(w, "sites=%d", &e->sites) == 1)
			continue;
		if (e->what == NEST && strcmp(w, "annotated") == 0)
			e->annotated = 1;
		else if (e->what == NEST && strcmp(w, "unannotated") == 0)
			e->annotated = 0;
		else if (e->what == WAIT && strcmp(w, "inside") == 0)
			continue;
		else if (e->n < CASE_NAMES)
			e->names[e->n++] = xstrdup(w);
		else
			return false;
	}
	if (e->what == DEADLOCK)
		return e->n > 0 || e->want == MUST_NOT;
	return e->n == (e->what == ORDER || e->what == WAIT ? 2u : 1u);
}

static void expect_free(struct expect *e)
{
	for (size_t i = 0; i < e->n; i++)
		free(e->names[i]);
	free(e->said);
	free(e->verdicts);
	free(e->sentence);
}

static bool read_expect(struct run_case *c, const char *first, char *rest, unsigned line)
{
	struct expect e = {.line = line, .count = -1, .sites = -1, .annotated = -1};
	int want = find_word(want_words, ARRAY_LEN(want_words), first);

	e.said = xstrdup(rest + strspn(rest, " \t"));
	int what = find_word(what_words, ARRAY_LEN(what_words), word(&rest));

	if (want >= 0 && what >= 0) {
		e.want = (enum want)want;
		e.what = (enum what)what;
		if (what == VERDICT ? read_verdict(&e, rest) : read_names(&e, rest)) {
			vec_push(&c->expects, e);
			return true;
		}
	}
	expect_free(&e);
	return false;
}

static bool read_line(struct run_case *c, char *text, unsigned line)
{
	char *first = word(&text);

	if (!first)
		return false;
	if (strcmp(first, "flags") == 0 && !c->flags) {
		c->flags = xstrdup(text);
		return true;
	}
	if (strcmp(first, "with") == 0) {
		char *w = word(&text), *slash = strrchr(c->path, '/');
		char *dir = slash ? xstrndup(c->path, (size_t)(slash - c->path)) : xstrdup(".");

		if (w)
			vec_push(&c->units, path_join(dir, w));
		free(dir);
		return w != NULL;
	}
	return read_expect(c, first, text, line);
}

/* "pthread/abba-bug" of ".../pthread/abba-bug.c" */
static char *case_name(const char *path)
{
	const char *at = path + strlen(path);

	for (int slashes = 0; at > path; at--)
		if (at[-1] == '/' && ++slashes == 2)
			break;
	return xstrndup(at, strlen(at) - 2);
}

bool case_read(struct run_case *c, const char *path, struct diag *d)
{
	char *text, *next;
	size_t bytes;
	unsigned line = 0;
	bool ok = true;

	if (!file_read(path, &text, &bytes, d))
		return false;
	c->path = xstrdup(path);
	c->name = case_name(path);
	vec_push(&c->units, xstrdup(path));
	for (char *at = text; at && ok; at = next) {
		line++;
		next = strchr(at, '\n');
		if (next)
			*next++ = 0;
		char *mark = strstr(at, "// locklore: ");

		if (mark && !read_line(c, mark + strlen("// locklore: "), line))
			ok = diag_set(d, path, line, "this verdict is not in the language of the cases; see tests/cases/README.md");
	}
	free(text);
	if (ok && !c->expects.n)
		ok = diag_set(d, path, 0, "no verdict in here: add a line '// locklore: must ...'");
	return ok;
}

void case_free(struct run_case *c)
{
	for (size_t i = 0; i < c->expects.n; i++)
		expect_free(&c->expects.at[i]);
	for (size_t i = 0; i < c->units.n; i++)
		free(c->units.at[i]);
	vec_free(&c->expects);
	vec_free(&c->units);
	free(c->flags);
	free(c->path);
	free(c->name);
}
