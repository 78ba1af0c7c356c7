/* SPDX-License-Identifier: MIT */
/*
 * What a contradicted sentence could say.  Each statement of it gives statements to say in its
 * place, and perhaps a condition: what in the code has to be mended first.
 */
#include "draft/internal.h"

#include <stdlib.h>
#include <string.h>

struct rewrite {
	const struct draft *d;
	const struct verdict_document *doc;
	struct draft_pairs pairs;
	struct draft_sayings say;
	struct draft_tongue tongue;
	struct buf condition;
	bool is_changed; /* something is said that the sentence did not say */
};

/* ---- conditions ---------------------------------------------------------------------- */

static const char *function_of(const struct lore *l, uint32_t place)
{
	uint32_t f = l->places.at[place].func;

	return f < l->funcs.n ? lore_str(l, l->funcs.at[f].name) : "?";
}

/* "f()", "f() and g()", "f() and 2 more": where inner is taken (or waited for) inside outer. */
static void add_takers(struct buf *b, const struct lore *l, uint32_t outer, uint32_t inner,
		       bool is_wait)
{
	struct {
		VEC(const char *);
	} names = { 0 };
	uint32_t first, n = lore_witnesses(l, outer, inner, &first);

	for (uint32_t i = first; i < first + n; i++) {
		const struct lore_witness *w = &l->witnesses.at[i];
		const char *name = function_of(l, w->inner_place);
		bool known = (w->flags & LORE_TRY) || (w->inner_mode == ORDER_WAIT) != is_wait;

		for (size_t k = 0; k < names.n; k++)
			known |= !strcmp(names.at[k], name);
		if (!known)
			vec_push(&names, name);
	}
	if (names.n)
		buf_addf(b, "%s()", names.at[0]);
	if (names.n == 2)
		buf_addf(b, " and %s()", names.at[1]);
	else if (names.n > 2)
		buf_addf(b, " and %zu more", names.n - 1);
	vec_free(&names);
}

/* "once f() no longer takes A inside B" */
static void condition(struct rewrite *r, uint32_t outer, uint32_t inner)
{
	struct buf b = { 0 };

	add_takers(&b, r->d->l, outer, inner, false);
	buf_addf(&b, " no longer %s ", strstr(buf_str(&b), " and ") ? "take" : "takes");
	draft_spell(&b, &r->tongue, inner);
	buf_add(&b, " inside ");
	draft_spell(&b, &r->tongue, outer);
	if (!strstr(buf_str(&r->condition), buf_str(&b)))
		buf_addf(&r->condition, "%s%s", r->condition.n ? ", and " : "once ", buf_str(&b));
	buf_free(&b);
}

/* ---- one function per kind; false: nothing better can be said ---------------------------- */

static uint32_t takes(const struct rewrite *r, uint32_t outer, uint32_t inner)
{
	return draft_takes(&r->pairs, outer, inner);
}

static bool keep(struct rewrite *r, const struct verdict_statement *s)
{
	const struct rules_statement *k = s->rule;
	uint32_t a = k->locks[0] ? s->names[0].cls : LORE_NONE,
		 b = k->locks[1] ? s->names[1].cls : LORE_NONE;

	if ((k->locks[0] && a == LORE_NONE) || (k->locks[1] && b == LORE_NONE) || k->function ||
	    k->is_together || k->is_without)
		return false;
	switch ((enum rules_kind)k->kind) {
	case RULES_ORDER:
	case RULES_NEVER:
	case RULES_MAY:
	case RULES_WAITS:
	case RULES_NEVER_WAITS:
	case RULES_RELEASED:
	case RULES_REQUIRES:
	case RULES_LEAF:
	case RULES_CONTEXT:
		draft_say_add(&r->say, k->kind, a, b);
		r->say.at[r->say.n - 1].context = k->context;
		return true;
	case RULES_ADVICE: return true; /* a remark: whoever uses the text sees to it */
	default: return false;
	}
}

static bool rewrite_order(struct rewrite *r, const struct verdict_statement *s)
{
	uint32_t a = s->names[0].cls, b = s->names[1].cls;

	if (s->blame == VERDICT_BLAME_CODE) {
		condition(r, b, a);
		return keep(r, s);
	}
	if (s->blame == VERDICT_BLAME_SENTENCE && takes(r, a, b)) { /* both, and both may be */
		draft_say_add(&r->say, RULES_MAY, a, b);
		return r->is_changed = true;
	}
	if (takes(r, a, b))
		condition(r, a, b);
	draft_say_add(&r->say, RULES_ORDER, b, a);
	return r->is_changed = true;
}

static bool rewrite_never(struct rewrite *r, const struct verdict_statement *s)
{
	uint32_t a = s->names[0].cls, b = s->names[1].cls;
	bool is_reversed = s->rule->is_together && !takes(r, a, b);

	if (s->blame == VERDICT_BLAME_CODE || s->deadlock != LORE_NONE) {
		condition(r, a, b);
		return keep(r, s);
	}
	if (s->rule->is_together && takes(r, a, b) && takes(r, b, a))
		return false;
	if (s->rule->is_together)
		draft_say_add(&r->say, RULES_ORDER, is_reversed ? b : a, is_reversed ? a : b);
	else
		draft_say_add(&r->say, RULES_MAY, a, b);
	return r->is_changed = true;
}

static bool rewrite_may(struct rewrite *r, const struct verdict_statement *s)
{
	condition(r, s->names[0].cls, s->names[1].cls);
	draft_say_add(&r->say, RULES_NEVER, s->names[0].cls, s->names[1].cls);
	return r->is_changed = true;
}

/* The wait stays inside b: then b stays outside of the read side. */
static bool say_wait_inside(struct rewrite *r, uint32_t side, uint32_t b)
{
	if (takes(r, side, b))
		condition(r, side, b);
	draft_say_add(&r->say, RULES_WAITS, side, b);
	draft_say_add(&r->say, RULES_NEVER, side, b);
	return r->is_changed = true;
}

/* Does the new wording already put `outer` outside of `inner`? */
static bool is_turned(const struct rewrite *r, uint32_t outer, uint32_t inner)
{
	for (size_t i = 0; i < r->say.n; i++)
		if (r->say.at[i].kind == RULES_ORDER && r->say.at[i].a == outer &&
		    r->say.at[i].b == inner)
			return true;
	return false;
}

/*
 * Fewer places take the lock inside the read side than wait with it held: those are to be mended.
 * Likewise where the sentence asks for that mend already.
 */
static bool rewrite_never_waits(struct rewrite *r, const struct verdict_statement *s)
{
	uint32_t side = s->names[0].cls, b = s->names[1].cls;
	const struct draft_pair *p = draft_pair(&r->pairs, b, side);
	uint32_t waits = p ? p->waits : 0;

	if (takes(r, side, b) < waits || (waits && is_turned(r, b, side)))
		return say_wait_inside(r, side, b);
	return false;
}

static bool rewrite_released(struct rewrite *r, const struct verdict_statement *s)
{
	if (s->blame == VERDICT_BLAME_CODE)
		return false;
	return say_wait_inside(r, s->names[1].cls, s->names[0].cls);
}

static bool rewrite_requires(struct rewrite *r, const struct verdict_statement *s)
{
	uint32_t a = s->names[0].cls, b = s->names[1].cls;

	if (!s->rule->locks[0] || s->blame != VERDICT_BLAME_SENTENCE || !takes(r, b, a) ||
	    takes(r, a, b))
		return false;
	draft_say_add(&r->say, RULES_ORDER, b, a);
	return r->is_changed = true;
}

enum { MANY_INSIDE = 6 };

/* "A is a leaf": what is inside it instead. */
static bool rewrite_leaf(struct rewrite *r, const struct verdict_statement *s)
{
	uint32_t a = s->names[0].cls;
	size_t n = 0;

	for (size_t i = 0; i < r->pairs.n; i++) {
		const struct draft_pair *p = &r->pairs.at[i];
		const struct lore_class *c = &r->d->l->classes.at[p->inner];

		if (p->outer != a || p->inner == a || !p->takes || c->kind == FACTS_KIND_RCU)
			continue;
		if (c->is_local || takes(r, p->inner, a) || ++n > MANY_INSIDE)
			return false;
		draft_say_add(&r->say, RULES_ORDER, a, p->inner);
	}
	return r->is_changed = n > 0;
}

/* "Everything else is a leaf": but for these. */
static bool rewrite_rest(struct rewrite *r, const struct verdict_statement *s)
{
	uint32_t last = LORE_NONE, cls;
	struct map known = { 0 };

	for (size_t i = 0; i < s->list.n; i++)
		map_put(&known, s->list.at[i].outer, 1);
	for (cls = 0; cls < r->d->l->classes.n; cls++) {
		uint64_t is_known = 0;

		if (!map_get(&known, cls, &is_known))
			continue;
		draft_say_add(&r->say, RULES_ADVICE, cls, LORE_NONE);
		last = cls;
	}
	map_free(&known);
	draft_say_add(&r->say, RULES_LEAF, LORE_NONE, LORE_NONE);
	return r->is_changed = last != LORE_NONE;
}

static bool rewrite(struct rewrite *r, const struct verdict_statement *s)
{
	if (s->value != VERDICT_CONTRADICTED)
		return keep(r, s);
	switch ((enum rules_kind)s->rule->kind) {
	case RULES_ORDER: return rewrite_order(r, s);
	case RULES_NEVER: return rewrite_never(r, s);
	case RULES_MAY: return rewrite_may(r, s);
	case RULES_NEVER_WAITS: return rewrite_never_waits(r, s);
	case RULES_RELEASED: return rewrite_released(r, s);
	case RULES_REQUIRES: return rewrite_requires(r, s);
	case RULES_LEAF: return s->rule->locks[0] ? rewrite_leaf(r, s) : rewrite_rest(r, s);
	default: return false;
	}
}

/* ---- a sentence ---------------------------------------------------------------------------- */

static bool rewrite_sentence(struct rewrite *r, unsigned sentence_no)
{
	bool ok = true;

	for (size_t i = 0; i < r->doc->statements.n && ok; i++) {
		const struct verdict_statement *s = &r->doc->statements.at[i];

		if (s->rule->sentence_no != sentence_no)
			continue;
		if (!r->tongue.doc)
			r->tongue = draft_tongue_of(r->d, r->doc, s->rule->sentence);
		ok = rewrite(r, s);
	}
	return ok && r->is_changed && r->say.n;
}

/* True now where no condition goes with it. */
static bool reads_back(struct rewrite *r, const char *text)
{
	struct draft_again a;
	bool ok;

	draft_again_open(&a, r->d);
	ok = draft_reads_as(&a, text, &r->say, !r->condition.n);
	draft_again_close(&a);
	return ok;
}

bool draft_replacement(const struct draft *d, const struct verdict_document *doc,
		       unsigned sentence_no, struct draft_replacement *out)
{
	struct rewrite r = { .d = d, .doc = doc };
	struct buf text = { 0 };
	bool ok;

	*out = (struct draft_replacement){ 0 };
	draft_pairs_find(d, &r.pairs);
	ok = rewrite_sentence(&r, sentence_no);
	if (ok) {
		draft_phrase(&text, &r.tongue, &r.say);
		ok = reads_back(&r, buf_str(&text));
	}
	if (ok) {
		out->text = xstrdup(buf_str(&text));
		out->condition = r.condition.n ? xstrdup(buf_str(&r.condition)) : NULL;
	}
	buf_free(&text);
	buf_free(&r.condition);
	vec_free(&r.say);
	vec_free(&r.pairs);
	return ok;
}

void draft_replacement_free(struct draft_replacement *r)
{
	free(r->text);
	free(r->condition);
	*r = (struct draft_replacement){ 0 };
}
