/* SPDX-License-Identifier: MIT */
/* Changed sentences that something is to be said about: their lines, verdicts, tensions. */
#include "review/internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ---- the lines of a sentence ---- */

/* White space collapsed, the marker of a list item off. */
static void plain(struct buf *b, const char *s)
{
	s += strspn(s, " \t");
	if (*s && strchr("-*+", *s) && s[1] == ' ')
		s += 2;
	for (b->n = 0; *s; s++) {
		if (!isspace((unsigned char)*s))
			buf_addc(b, *s);
		else if (b->n && b->at[b->n - 1] != ' ')
			buf_addc(b, ' ');
	}
	while (b->n && b->at[b->n - 1] == ' ')
		b->at[--b->n] = '\0';
}

/* Does the line hold a part of the sentence: all of it, its end, or its beginning? */
static bool is_part(const char *line, const char *sentence)
{
	enum { LEAST = 4 };
	size_t n = strlen(line), m = strlen(sentence);

	if (!n)
		return false;
	if (strstr(sentence, line) || strstr(line, sentence))
		return true;
	for (size_t k = LEAST; k < n && k < m; k++)
		if (!memcmp(line + n - k, sentence, k) || !memcmp(line, sentence + m - k, k))
			return true;
	return false;
}

/* Lines of a hunk are in the order of the mail: the first that is not above `line`. */
static size_t first_line(const struct rules_hunk *h, unsigned line)
{
	size_t from = 0, to = h->n;

	while (from < to) {
		size_t mid = from + (to - from) / 2;

		if (h->lines[mid].no < line)
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

static void quote_line(struct review *r, struct review_block *b, const struct rules_hunk_line *l)
{
	char *text = xasprintf("%c%s", l->mark, l->s);

	vec_push(&b->quote, review_strn(r, text, strlen(text)));
	free(text);
}

/* Of a sentence that only lost words, the lines that are gone are shown too. */
static void quote_hunk(struct review *r, struct review_block *b, const struct rules_hunk *h,
		       const struct rules_statement *s, bool only_lost)
{
	size_t k = first_line(h, s->line);
	struct buf line = { 0 };

	while (only_lost && k && k < h->n && h->lines[k - 1].mark == '-')
		k--;
	for (; k < h->n; k++) {
		const struct rules_hunk_line *l = &h->lines[k];

		if (l->no > s->last_line && !(only_lost && l->mark == '-'))
			break;
		plain(&line, l->s);
		if (l->mark == '-' ? only_lost : is_part(buf_str(&line), s->sentence))
			quote_line(r, b, l);
	}
	buf_free(&line);
}

static void quote(struct review *r, struct review_block *b, const struct rules_statement *s)
{
	const struct rules_document *doc = desk_of(r)->patch;
	bool has_added = false;

	for (size_t i = 0; i < doc->hunks.n; i++) {
		const struct rules_hunk *h = &doc->hunks.at[i];

		for (size_t k = first_line(h, s->line); k < h->n; k++) {
			if (h->lines[k].no > s->last_line)
				break;
			has_added |= h->lines[k].mark == '+';
		}
	}
	for (size_t i = 0; i < doc->hunks.n; i++) {
		const struct rules_hunk *h = &doc->hunks.at[i];

		if (h->n && h->lines[0].no <= s->last_line && h->lines[h->n - 1].no >= s->line)
			quote_hunk(r, b, h, s, !has_added);
	}
	if (!b->quote.n)
		vec_push(&b->quote, s->sentence);
}

/* ---- what is said of it ---- */

static bool is_told(const char *code)
{
	static const char *const codes[] = {
		"unknown-lock",	    "ambiguous-lock",  "name-drift",	  "never-taken",
		"unknown-function", "unknown-context", "does-not-follow", "also-held",
	};

	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (!strcmp(code, codes[i]))
			return true;
	return false;
}

static uint64_t key(const struct rules_statement *s)
{
	return (uintptr_t)s->sentence;
}

static bool is_wrong(const struct review *r, const struct rules_statement *s)
{
	uint64_t value;

	return map_get(&desk_of(r)->wrong, key(s), &value);
}

/* Of the changed sentences that a tension is about, the first wrong one tells it, or the first. */
static const struct rules_statement *teller_of(const struct review *r,
					       const struct verdict_finding *f)
{
	const struct rules_statement *teller = NULL;

	for (uint32_t i = 0; i < f->n_about; i++) {
		const struct rules_statement *one = f->about[i]->rule;

		if (one->side == '+' && (!teller || (!is_wrong(r, teller) && is_wrong(r, one))))
			teller = one;
	}
	return teller;
}

static void index_tellers(struct review *r)
{
	const struct verdict_document *d = desk_of(r)->changed.d, *w = desk_of(r)->whole.d;
	struct desk *k = desk_of(r);

	for (size_t i = 0; i < d->statements.n; i++)
		if (d->statements.at[i].value == VERDICT_CONTRADICTED)
			map_put(&k->wrong, key(d->statements.at[i].rule), 1);
	for (size_t i = 0; i < w->findings.n; i++)
		vec_push(&k->told_next, (size_t)0);
	for (size_t i = w->findings.n; i-- > 0;) {
		const struct rules_statement *t = teller_of(r, &w->findings.at[i]);
		uint64_t *first = t ? map_slot(&k->told_by, key(t), 0) : NULL;

		if (first) {
			k->told_next.at[i] = (size_t)*first;
			*first = i + 1;
		}
	}
}

/* A way of the forbidding statement on which the locks between are held too. */
static const struct verdict_evidence *find_meeting(const struct verdict_finding *f)
{
	const struct verdict_statement *never = f->about[0];

	for (size_t i = 0; i < never->list.n; i++) {
		const struct verdict_evidence *e = &never->list.at[i];
		bool all = e->is_against && f->n_about > 2;

		for (uint32_t k = 1; k + 1 < f->n_about && all; k++) {
			uint32_t inner = f->about[k]->names[1].cls;
			bool held = false;

			for (uint32_t h = 0; h < e->n_held; h++)
				held |= e->held[h].cls == inner;
			all = held;
		}
		if (all)
			return e;
	}
	return NULL;
}

static void find_tensions(struct review *r, struct review_block *b, const struct rules_statement *s)
{
	const struct desk *k = desk_of(r);
	uint64_t next = 0;

	for (map_get(&k->told_by, key(s), &next); next; next = k->told_next.at[next - 1]) {
		const struct verdict_finding *f = &k->whole.d->findings.at[next - 1];

		vec_push(&b->tensions, ((struct review_tension){ f, find_meeting(f) }));
	}
}

/* Of one odd place: that line is what the whole answer turns on. */
static void find_origin(struct review *r, struct review_claim *c)
{
	const struct desk *k = desk_of(r);
	const struct review_places *odd = c->is_with_odd ? &c->with : &c->against;
	const struct verdict_evidence *e;
	char *text;

	if (!k->opt || !k->opt->origin || odd->n != 1 || c->premise)
		return;
	e = odd->at[0].way;
	text = k->opt->origin(k->opt->ctx, e->chain, e->n_chain);
	c->origin = text ? review_strn(r, text, strlen(text)) : NULL;
	free(text);
}

/* Statements [from, end) are those of the sentence. */
static void find_instead(struct review *r, struct review_block *b, size_t from, size_t end)
{
	const struct desk *k = desk_of(r);
	const struct verdict_statement *all = k->changed.d->statements.at;
	struct verdict_document d = *k->changed.d;
	char *text = NULL, *condition = NULL;
	bool ok;

	if (!k->opt || !k->opt->instead)
		return;
	/* with the blame as it is here */
	d.statements.at = xcalloc(end - from, sizeof(*d.statements.at));
	d.statements.n = end - from;
	for (size_t i = from; i < end; i++) {
		d.statements.at[i - from] = all[i];
		for (size_t c = 0; c < b->claims.n; c++)
			if (b->claims.at[c].s == &all[i])
				d.statements.at[i - from].blame = b->claims.at[c].blame;
	}
	ok = k->opt->instead(k->opt->ctx, &d, all[from].rule->sentence_no, &text, &condition);
	free(d.statements.at);
	if (!ok)
		return;
	b->instead = review_strn(r, text, strlen(text));
	b->condition = condition ? review_strn(r, condition, strlen(condition)) : NULL;
	free(text);
	free(condition);
}

static void count(struct review *r, const struct verdict_statement *s)
{
	if (!s->is_judged) {
		r->n_recorded++;
		return;
	}
	r->n_changed++;
	r->n_of[s->value]++;
	if (s->value == VERDICT_NOT_UNDERSTOOD)
		vec_push(&r->unread, s);
}

static void free_block(struct review_block *b)
{
	for (size_t i = 0; i < b->claims.n; i++)
		review_claim_free(&b->claims.at[i]);
	vec_free(&b->claims);
	vec_free(&b->quote);
	vec_free(&b->findings);
	vec_free(&b->tensions);
}

/* Findings are sorted by line. */
static size_t first_finding(const struct verdict_document *d, unsigned line)
{
	size_t from = 0, to = d->findings.n;

	while (from < to) {
		size_t mid = from + (to - from) / 2;

		if (d->findings.at[mid].line < line)
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

/* Statements [i, end) are those of one changed sentence. */
static void read_sentence(struct review *r, size_t i, size_t end)
{
	const struct verdict_document *d = desk_of(r)->changed.d;
	const struct rules_statement *first = d->statements.at[i].rule;
	struct review_block b = { .path = first->path, .line = first->line, .knot = LORE_NONE };

	for (size_t k = i; k < end; k++) {
		const struct verdict_statement *s = &d->statements.at[k];

		count(r, s);
		if (s->value == VERDICT_CONTRADICTED)
			review_claim_fill(r, d, s, vec_add(&b.claims));
	}
	for (size_t k = first_finding(d, first->line);
	     k < d->findings.n && d->findings.at[k].line == first->line; k++)
		if (is_told(d->findings.at[k].code))
			vec_push(&b.findings, &d->findings.at[k]);
	find_tensions(r, &b, first);
	if (!b.claims.n && !b.findings.n && !b.tensions.n) {
		free_block(&b);
		return;
	}
	quote(r, &b, first);
	for (size_t k = 0; k < b.claims.n && b.knot == LORE_NONE; k++) {
		size_t before = r->knots.n;

		if (b.claims.at[k].s->deadlock == LORE_NONE)
			continue;
		b.knot = review_knot(r, b.claims.at[k].s->deadlock, &b);
		b.tells_knot = r->knots.n > before;
	}
	for (size_t k = 0; k < b.claims.n; k++)
		find_origin(r, &b.claims.at[k]);
	if (b.claims.n)
		find_instead(r, &b, i, end);
	vec_push(&r->blocks, b);
}

/* Removed, not said anew, and still true of the code. */
static void find_lost(struct review *r)
{
	const struct desk *k = desk_of(r);
	const struct verdict_document *d = k->removed.d;

	for (size_t i = 0; i < d->statements.n; i++) {
		const struct verdict_statement *s = &d->statements.at[i];

		r->n_removed += s->is_judged;
		if (!review_says(&k->whole, s->rule) && s->is_judged &&
		    s->value == VERDICT_UPHELD && s->rule->kind != RULES_LEAF)
			vec_push(&r->lost, s);
	}
}

void review_blocks(struct review *r)
{
	const struct verdict_document *d = desk_of(r)->changed.d;

	index_tellers(r);
	for (size_t i = 0; i < d->statements.n;) {
		const struct rules_statement *s = d->statements.at[i].rule;
		size_t end = i + 1;

		while (end < d->statements.n &&
		       d->statements.at[end].rule->sentence_no == s->sentence_no)
			end++;
		if (s->side == '+')
			read_sentence(r, i, end);
		for (; s->is_moved && i < end; i++) {
			r->n_moved += d->statements.at[i].is_judged;
			r->n_moved_wrong += d->statements.at[i].value == VERDICT_CONTRADICTED;
		}
		i = end;
	}
	find_lost(r);
}
