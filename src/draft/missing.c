/* SPDX-License-Identifier: MIT */
/*
 * What a document leaves out: orders between locks that it speaks of, where they do not follow
 * from what it says, and locks around a wait that it speaks of.  One item for each outer lock,
 * behind the last one about that lock.
 */
#include "draft/internal.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

struct missing {
	struct draft_mender *m;
	bool *is_spoken;	    /* by class */
	struct draft_orders stated; /* of the document, and what is added */
	struct draft_orders wanted;
};

static bool counts(const struct verdict_statement *s)
{
	return s->rule->kind != RULES_PROTECTS && s->rule->kind != RULES_BROKEN &&
	       s->rule->kind != RULES_NOT_UNDERSTOOD && !s->rule->is_question;
}

/* ---- sections: "On x86:" ------------------------------------------------------------------- */

/* The section that alone speaks of the class; NULL: the document outside of sections does too. */
static const char *section_of(const struct verdict_document *doc, uint32_t cls)
{
	const char *section = NULL;

	for (size_t i = 0; i < doc->statements.n; i++) {
		const struct verdict_statement *s = &doc->statements.at[i];

		if (!counts(s) || (s->names[0].cls != cls && s->names[1].cls != cls))
			continue;
		if (!s->rule->section)
			return NULL;
		section = s->rule->section;
	}
	return section;
}

static bool same_section(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static const char *pair_section(const struct verdict_document *doc, uint32_t a, uint32_t b)
{
	const char *inner = section_of(doc, b);

	return inner ? inner : section_of(doc, a);
}

/* ---- which orders ---------------------------------------------------------------------------- */

static int by_pair(const void *a, const void *b)
{
	const struct draft_order *x = a, *y = b;

	if (x->outer != y->outer)
		return x->outer < y->outer ? -1 : 1;
	return x->inner < y->inner ? -1 : x->inner > y->inner;
}

static void add_stated(struct missing *k, uint32_t outer, uint32_t inner)
{
	vec_push(&k->stated, (struct draft_order){ .outer = outer, .inner = inner });
	qsort(k->stated.at, k->stated.n, sizeof(*k->stated.at), by_pair);
}

/* What it spoke of before it was mended: a mend names locks of its own. */
static void read_spoken(struct missing *k)
{
	const struct verdict_document *doc = k->m->doc;

	for (size_t i = 0; i < doc->statements.n; i++)
		for (unsigned n = 0; n < 2; n++) {
			const struct verdict_statement *s = &doc->statements.at[i];

			if (counts(s) && s->names[n].cls != LORE_NONE)
				k->is_spoken[s->names[n].cls] = true;
		}
}

static void read_stated(struct missing *k)
{
	const struct verdict_document *doc = k->m->read;

	for (size_t i = 0; i < doc->statements.n; i++) {
		const struct verdict_statement *s = &doc->statements.at[i];
		uint32_t a = s->names[0].cls, b = s->names[1].cls;

		if (!counts(s) || a == LORE_NONE || b == LORE_NONE)
			continue;
		if (s->rule->kind == RULES_ORDER)
			add_stated(k, a, b);
		else if (s->rule->kind == RULES_REQUIRES)
			add_stated(k, b, a);
	}
}

static bool is_forbidden(const struct verdict_document *doc, uint32_t outer, uint32_t inner)
{
	for (size_t i = 0; i < doc->statements.n; i++) {
		const struct verdict_statement *s = &doc->statements.at[i];

		if (s->rule->kind == RULES_NEVER && s->names[0].cls == outer &&
		    s->names[1].cls == inner)
			return true;
	}
	return false;
}

static void find_wanted(struct missing *k)
{
	const struct draft *d = k->m->d;
	struct draft_orders all = { 0 };

	draft_orders_find(d, &k->m->pairs, &all);
	for (size_t i = 0; i < all.n; i++) {
		const struct draft_order *o = &all.at[i];

		if (!o->is_circular && k->is_spoken[o->outer] && k->is_spoken[o->inner] &&
		    !draft_reaches(d->l, &k->stated, o->outer, o->inner, SIZE_MAX) &&
		    !draft_reaches(d->l, &k->stated, o->inner, o->outer, SIZE_MAX) &&
		    !is_forbidden(k->m->read, o->outer, o->inner))
			vec_push(&k->wanted, *o);
	}
	draft_orders_free(&all);
}

/* Of the wanted, what follows from the others and from what is stated. */
static void drop_implied(struct missing *k)
{
	const struct lore *l = k->m->d->l;

	for (size_t i = 0; i < k->wanted.n; i++)
		add_stated(k, k->wanted.at[i].outer, k->wanted.at[i].inner);
	for (size_t i = 0; i < k->wanted.n; i++) {
		struct draft_order *o = &k->wanted.at[i];

		for (size_t s = 0; s < k->stated.n; s++)
			if (k->stated.at[s].outer == o->outer &&
			    k->stated.at[s].inner == o->inner) {
				o->is_implied = draft_reaches(l, &k->stated, o->outer, o->inner, s);
				k->stated.at[s].is_circular |= o->is_implied; /* no way any more */
			}
	}
}

/* ---- where they go --------------------------------------------------------------------------- */

/* Does the sentence say it in words?  Trees, ranks and tables have no room for a sentence. */
static bool is_sentence(const struct rules_statement *r)
{
	static const char *const words[] = { "inside", "outside", "before",
					     "after",  "nest",	  "within" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strstr(r->sentence, words[i]))
			return true;
	return false;
}

/* The last statement that is nearest to what is added: about cls, of one of these kinds, in the
 * section. */
static const struct rules_statement *anchor(const struct missing *k, uint32_t cls, unsigned kinds,
					    const char *section)
{
	const struct verdict_document *doc = k->m->read;
	const struct rules_statement *best = NULL;
	int best_rank = -1;

	for (size_t i = 0; i < doc->statements.n; i++) {
		const struct verdict_statement *s = &doc->statements.at[i];
		bool is_kind = kinds & (1u << s->rule->kind);
		int rank = (is_kind ? 3 : 0) + (s->names[0].cls == cls	 ? 2
						: s->names[1].cls == cls ? 1
									 : 0);

		if (!counts(s) || !same_section(s->rule->section, section) ||
		    !is_sentence(s->rule) || s->rule->kind == RULES_LEAF ||
		    s->rule->kind == RULES_ADVICE)
			continue;
		if (rank >= best_rank) {
			best_rank = rank;
			best = s->rule;
		}
	}
	return best;
}

/* The last character of the item that the sentence ends: as it ends, so does what is added. */
static bool ends_in_stop(const struct missing *k, const struct rules_statement *at)
{
	size_t n = strlen(at->sentence);

	(void)k;
	return n && at->sentence[n - 1] == '.';
}

static bool add_item(struct missing *k, const struct rules_statement *at, struct draft_sayings *say,
		     bool is_also)
{
	struct draft_tongue t = draft_tongue_of(k->m->d, k->m->read, at->sentence);
	unsigned line = draft_source_was(&k->m->source, at->last_line);
	struct draft_source trial;
	struct buf b = { 0 };
	bool ok;

	t.is_also = is_also;
	draft_phrase(&b, &t, say);
	if (!ends_in_stop(k, at) && b.n && b.at[b.n - 1] == '.')
		b.at[--b.n] = '\0';
	draft_source_copy(&trial, &k->m->source);
	ok = draft_source_append(&trial, at->last_line, buf_str(&b));
	if (!ok)
		draft_source_close(&trial);
	else
		ok = draft_accept(k->m, &trial, UINT_MAX);
	if (ok)
		buf_addf(&k->m->out->notes, "# %s:%u: added: %s\n", k->m->name, line, buf_str(&b));
	buf_free(&b);
	return ok;
}

static void note_places(struct missing *k, uint32_t outer, uint32_t inner)
{
	const struct draft_pair *p = draft_pair(&k->m->pairs, outer, inner);
	struct buf *b = &k->m->out->notes;

	if (!p)
		return;
	buf_addf(b, "#   %s inside %s: %u place%s, nowhere the other way round\n",
		 draft_class(k->m->d->l, inner), draft_class(k->m->d->l, outer), p->takes,
		 p->takes == 1 ? "" : "s");
	draft_note_witness(k->m, b, p->take);
}

static void add_orders(struct missing *k)
{
	for (size_t i = 0; i < k->wanted.n; i++) {
		struct draft_order *o = &k->wanted.at[i];
		const char *section = pair_section(k->m->doc, o->outer, o->inner);
		struct draft_sayings say = { 0 };
		const struct rules_statement *at;

		if (o->is_implied)
			continue;
		for (size_t j = i; j < k->wanted.n && k->wanted.at[j].outer == o->outer; j++)
			if (!k->wanted.at[j].is_implied &&
			    same_section(section,
					 pair_section(k->m->doc, o->outer, k->wanted.at[j].inner)))
				draft_say_add(&say, RULES_ORDER, o->outer, k->wanted.at[j].inner);
		at = anchor(k, o->outer, 1u << RULES_ORDER, section);
		if (at && add_item(k, at, &say, false))
			for (size_t j = 0; j < say.n; j++)
				note_places(k, say.at[j].a, say.at[j].b);
		for (size_t j = i; j < k->wanted.n; j++)
			for (size_t n = 0; n < say.n; n++)
				k->wanted.at[j].is_implied |=
					k->wanted.at[j].outer == say.at[n].a &&
					k->wanted.at[j].inner == say.at[n].b;
		vec_free(&say);
	}
}

/* ---- waits --------------------------------------------------------------------------------------
 */

static bool is_wait_stated(const struct verdict_document *doc, uint32_t side, uint32_t lock)
{
	for (size_t i = 0; i < doc->statements.n; i++) {
		const struct verdict_statement *s = &doc->statements.at[i];

		if ((s->rule->kind == RULES_WAITS || s->rule->kind == RULES_NEVER_WAITS) &&
		    s->names[0].cls == side && s->names[1].cls == lock)
			return true;
	}
	return false;
}

static bool waits_are_stated(const struct verdict_document *doc, uint32_t side)
{
	for (size_t i = 0; i < doc->statements.n; i++)
		if (doc->statements.at[i].rule->kind == RULES_WAITS &&
		    doc->statements.at[i].names[0].cls == side)
			return true;
	return false;
}

static bool speaks_of_waits(const struct verdict_document *doc, uint32_t side)
{
	for (size_t i = 0; i < doc->statements.n; i++) {
		const struct verdict_statement *s = &doc->statements.at[i];

		if ((s->rule->kind == RULES_WAITS && s->names[0].cls == side) ||
		    (s->rule->kind == RULES_RELEASED && s->names[1].cls == side))
			return true;
	}
	return false;
}

static void add_waits(struct missing *k, const struct draft_pair *p)
{
	const struct lore *l = k->m->d->l;
	const unsigned kinds = 1u << RULES_WAITS | 1u << RULES_RELEASED | 1u << RULES_NEVER_WAITS;
	const struct rules_statement *at;
	struct draft_sayings say = { 0 };
	uint32_t taken = draft_takes(&k->m->pairs, p->inner, p->outer);
	struct buf *b = &k->m->out->notes;

	draft_say_add(&say, RULES_WAITS, p->inner, p->outer);
	if (!taken)
		draft_say_add(&say, RULES_NEVER, p->inner, p->outer);
	at = anchor(k, p->inner, kinds, pair_section(k->m->doc, p->inner, p->outer));
	if (at && add_item(k, at, &say, waits_are_stated(k->m->read, p->inner))) {
		draft_note_witness(k->m, b, p->wait);
		if (taken)
			buf_addf(
				b,
				"#   %s is also taken inside the read side, at %u place%s: that is "
				"for the code to mend (locklore deadlocks)\n",
				draft_class(l, p->outer), taken, taken == 1 ? "" : "s");
	}
	vec_free(&say);
}

void draft_add_missing(struct draft_mender *m)
{
	struct missing k = { .m = m };

	k.is_spoken = xcalloc(m->d->l->classes.n + 1, sizeof(*k.is_spoken));
	read_spoken(&k);
	read_stated(&k);
	for (size_t i = 0; i < m->pairs.n; i++) {
		const struct draft_pair *p = &m->pairs.at[i];

		if (p->waits && p->inner != p->outer && draft_is_lock(m->d->l, p->outer) &&
		    k.is_spoken[p->outer] && speaks_of_waits(m->read, p->inner) &&
		    !is_wait_stated(m->read, p->inner, p->outer))
			add_waits(&k, p);
	}
	find_wanted(&k);
	drop_implied(&k);
	add_orders(&k);
	draft_orders_free(&k.stated);
	draft_orders_free(&k.wanted);
	free(k.is_spoken);
}
