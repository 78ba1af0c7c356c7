/* SPDX-License-Identifier: MIT */
/* Questions of `ask`: "A inside B", "A with B", "path from f to A". */
#include "rules/internal.h"

#include <stdlib.h>
#include <string.h>

static const char usage[] = "ask in one of these forms: 'A inside B', 'A outside B', '* inside B', "
			    "'synchronize_srcu(&S) inside A', 'A with B', 'path from f to A'";

struct side {
	const char *name;
	bool is_wait;
};

static bool is_filler(const struct tok *t)
{
	return t->type == T_WORD &&
	       rules_in(t->w, "is are was does can the a an where who what which ever taken called "
			      "acquired held it true that place places every any critical section "
			      "read-side sections when while holding take takes lock");
}

static bool is_star(const char *s, const struct tok *t)
{
	return t->type == T_WORD && rules_in(t->w, "anything everything whatever something") &&
	       s != NULL;
}

/* One lock, wait or '*' between two tokens. */
static bool side_of(struct reader *r, const char *text, const struct tok *t, unsigned n,
		    uint32_t from, uint32_t to, struct side *out)
{
	const char *star = memchr(text + from, '*', to - from);

	out->name = NULL;
	out->is_wait = false;
	for (unsigned i = 0; i < n && !out->name; i++) {
		if (t[i].type == T_WAIT) {
			out->is_wait = true;
			/* wait(*), or a wait whose argument is not said: any wait */
			out->name = t[i].arg ? t[i].arg : rules_wait_domain(r, t[i].w);
			if (!out->name || !*out->name)
				out->name = "*";
		} else if (t[i].type == T_LOCK || t[i].type == T_FUNC) {
			out->name = t[i].w;
		} else if (is_star(text, &t[i])) {
			out->name = "*";
		} else if (t[i].type == T_WORD && !is_filler(&t[i])) {
			out->name = t[i].orig;
		}
	}
	for (unsigned i = 0; i < n && !out->name && !star; i++)
		if (t[i].type == T_WORD && strlen(t[i].w) == 1)
			out->name = t[i].orig; /* "a before b" */
	if (!out->name && star)
		out->name = "*";
	return out->name != NULL;
}

static char *copy(const char *s)
{
	return s ? xstrdup(s) : NULL;
}

/* "path from f to A" */
static bool path(struct reader *r, const char *text, const struct toks *t, struct rules_question *q)
{
	unsigned from = 0, to = 0;
	struct side f, a;

	for (unsigned i = 0; i < t->n; i++) {
		if (t->at[i].type != T_WORD)
			continue;
		if (!strcmp(t->at[i].w, "from") && !from)
			from = i + 1;
		else if (!strcmp(t->at[i].w, "to") && from)
			to = i + 1;
	}
	if (t->at[0].type != T_WORD || strcmp(t->at[0].w, "path") != 0 || !from || !to)
		return false;
	if (!side_of(r, text, t->at + from, to - 1 - from, t->at[from].from, t->at[to - 1].from,
		     &f) ||
	    !side_of(r, text, t->at + to, (unsigned)t->n - 1 - to, t->at[to - 1].to,
		     t->at[t->n - 1].from, &a))
		return false;
	q->relation = RULES_PATH;
	q->from = copy(f.name);
	q->inner = copy(a.name);
	q->inner_is_wait = a.is_wait;
	return true;
}

static bool pair(struct reader *r, const char *text, const struct toks *t, struct rules_question *q)
{
	struct side a, b;
	unsigned i = 0;
	bool is_outside = false;

	for (; i < t->n; i++) {
		const char *w = t->at[i].w;

		if (t->at[i].type != T_WORD)
			continue;
		is_outside = rules_in(w, "outside before around above");
		if (is_outside ||
		    rules_in(w, "inside within under underneath after below with while in"))
			break;
	}
	if (i == t->n)
		return false;
	q->relation = !strcmp(t->at[i].w, "with") ? RULES_WITH : RULES_INSIDE;
	if (!side_of(r, text, t->at, i, 0, t->at[i].from, &a) ||
	    !side_of(r, text, t->at + i + 1, (unsigned)t->n - 2 - i, t->at[i].to,
		     t->at[t->n - 1].from, &b))
		return false;
	if (is_outside) {
		struct side swap = a;

		a = b;
		b = swap;
	}
	if (b.is_wait && q->relation == RULES_WITH) {
		struct side swap = a;

		a = b;
		b = swap;
	}
	if (b.is_wait)
		return false; /* a wait holds nothing: nothing is inside of it */
	q->inner = copy(a.name);
	q->outer = copy(b.name);
	q->inner_is_wait = a.is_wait;
	return true;
}

bool rules_question(const char *text, const struct prim_table *prims, struct rules_question *q,
		    struct diag *d)
{
	struct document doc = { 0 };
	struct rules_options opt = { .prims = prims, .format = RULES_PLAIN_RULE };
	struct reader r = { .doc = &doc, .opt = &opt, .name = "", .trust = TRUST_RULE };
	struct toks t = { 0 };
	bool ok = false;

	memset(q, 0, sizeof(*q));
	arena_heap(&doc.arena);
	if (strlen(text) < 4096) {
		rules_words(&r, text, &t);
		ok = t.n > 1 && (path(&r, text, &t, q) || pair(&r, text, &t, q));
	}
	vec_free(&t);
	arena_heap_free(&doc.arena);
	if (!ok) {
		rules_question_free(q);
		return diag_set(d, "", 0, "cannot read the question '%.200s': %s", text, usage);
	}
	return true;
}

void rules_question_free(struct rules_question *q)
{
	free(q->inner);
	free(q->outer);
	free(q->from);
	memset(q, 0, sizeof(*q));
}
