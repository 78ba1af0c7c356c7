/* SPDX-License-Identifier: MIT */
/* Statements in a document's own words: its spelling of locks, its markup, its way round. */
#include "draft/internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ---- how it writes ----------------------------------------------------------------- */

static const char *mark_before(const char *text, const char *word)
{
	for (const char *p = text; *word && (p = strstr(p, word)); p++) {
		if (p > text && (isalnum((unsigned char)p[-1]) || strchr("_>.:&(", p[-1])))
			continue;
		if (p > text + 1 && p[-1] == '`')
			return p[-2] == '`' ? "``" : "`";
		return p == text + 1 && p[-1] == '`' ? "`" : "";
	}
	return NULL;
}

/* The mark of any lock that this sentence names. */
static const char *lock_mark(const struct verdict_document *doc, const char *sentence)
{
	for (size_t i = 0; i < doc->statements.n; i++)
		for (unsigned k = 0; k < 2; k++) {
			const struct rules_statement *r = doc->statements.at[i].rule;
			const char *mark;

			if (!r->locks[k] || (sentence && strcmp(r->sentence, sentence) != 0))
				continue;
			mark = mark_before(r->sentence, r->locks[k]);
			if (mark)
				return mark;
		}
	return sentence ? lock_mark(doc, NULL) : "";
}

static const char *wait_mark(const struct verdict_document *doc, const char *otherwise)
{
	for (size_t i = 0; i < doc->statements.n; i++) {
		const struct rules_statement *r = doc->statements.at[i].rule;
		const char *mark = r->wait ? mark_before(r->sentence, r->wait) : NULL;

		if (mark)
			return mark;
	}
	return otherwise;
}

struct draft_tongue draft_tongue_of(const struct draft *d, const struct verdict_document *doc,
				    const char *sentence)
{
	struct draft_tongue t = { .d = d, .doc = doc };
	const char *in = sentence ? strstr(sentence, " inside") : NULL;

	t.lock_mark = lock_mark(doc, sentence);
	t.wait_mark = wait_mark(doc, t.lock_mark);
	t.is_inside = in && !strstr(sentence, " outside");
	t.must_not = sentence && strstr(sentence, "cannot") ? "cannot" : "must not";
	return t;
}

/* ---- names ---------------------------------------------------------------------------- */

/* "kvm->arch." where the document has kvm->arch.hv_lock and the class is of the same struct. */
static size_t sibling(const struct draft_tongue *t, uint32_t cls, const char **spelled)
{
	const struct lore *l = t->d->l;

	for (uint32_t c = 0; l->classes.at[cls].owner && c < l->classes.n; c++) {
		const char *own = t->doc->spelling[c], *member;

		if (!own || l->classes.at[c].owner != l->classes.at[cls].owner)
			continue;
		member = lore_str(l, l->classes.at[c].member);
		if (str_ends(own, member) && strlen(own) > strlen(member)) {
			*spelled = own;
			return strlen(own) - strlen(member);
		}
	}
	return 0;
}

void draft_spell(struct buf *b, const struct draft_tongue *t, uint32_t cls)
{
	const char *spelled = t->doc->spelling[cls];
	size_t n;

	if (spelled) {
		buf_add(b, spelled);
		return;
	}
	n = sibling(t, cls, &spelled);
	if (n) {
		buf_addn(b, spelled, n);
		buf_add(b, lore_str(t->d->l, t->d->l->classes.at[cls].member));
	} else {
		buf_add(b, draft_class(t->d->l, cls));
	}
}

static void add_lock(struct buf *b, const struct draft_tongue *t, uint32_t cls)
{
	buf_add(b, t->lock_mark);
	draft_spell(b, t, cls);
	buf_add(b, t->lock_mark);
}

static void add_wait(struct buf *b, const struct draft_tongue *t, uint32_t cls)
{
	const char *word = NULL;
	bool is_bare = t->d->l->classes.at[cls].kind == FACTS_KIND_RCU;

	for (size_t i = 0; i < t->doc->statements.n && !word; i++) {
		const struct verdict_statement *s = &t->doc->statements.at[i];
		unsigned k = s->rule->kind == RULES_RELEASED;

		if (s->rule->wait && s->names[k].cls == cls)
			word = s->rule->wait;
	}
	buf_addf(b, "%s%s(", t->wait_mark, word ? word : draft_wait_word(t->d, cls));
	if (!is_bare) {
		buf_addc(b, '&');
		draft_spell(b, t, cls);
	}
	buf_addf(b, ")%s", t->wait_mark);
}

/* "a kvm->srcu read-side critical section", or the lock. */
static void add_inside_of(struct buf *b, const struct draft_tongue *t, uint32_t cls)
{
	uint8_t kind = t->d->l->classes.at[cls].kind;
	bool is_section = kind == FACTS_KIND_SRCU || kind == FACTS_KIND_RCU;

	if (is_section)
		buf_add(b, "a ");
	add_lock(b, t, cls);
	if (is_section)
		buf_add(b, " read-side critical section");
}

/* ---- grouping -------------------------------------------------------------------------- */

struct group {
	VEC(uint32_t);
};

/* The b of all that are of this kind and have this a; they are done then. */
static void gather(struct draft_sayings *s, enum rules_kind kind, uint32_t a, struct group *out)
{
	for (size_t i = 0; i < s->n; i++)
		if (!s->at[i].is_done && s->at[i].kind == kind && s->at[i].a == a) {
			s->at[i].is_done = true;
			vec_push(out, s->at[i].b);
		}
}

static void add_group(struct buf *b, const struct draft_tongue *t, const struct group *g)
{
	for (size_t i = 0; i < g->n; i++) {
		buf_add(b, !i ? "" : i + 1 == g->n ? " and " : ", ");
		add_lock(b, t, g->at[i]);
	}
}

static bool has(const struct draft_sayings *s, enum rules_kind kind, uint32_t a, uint32_t b)
{
	for (size_t i = 0; i < s->n; i++)
		if (!s->at[i].is_done && s->at[i].kind == kind && s->at[i].a == a &&
		    s->at[i].b == b)
			return true;
	return false;
}

static const char *verb(const struct group *g)
{
	return g->n > 1 ? "are" : "is";
}

static void say_order(struct buf *b, const struct draft_tongue *t, uint32_t a,
		      const struct group *g)
{
	if (t->is_inside) {
		add_group(b, t, g);
		buf_addf(b, " %s taken inside ", verb(g));
		add_lock(b, t, a);
	} else {
		add_lock(b, t, a);
		buf_add(b, " is taken outside ");
		add_group(b, t, g);
	}
}

static void say_pairs(struct buf *b, const struct draft_tongue *t, enum rules_kind kind, uint32_t a,
		      const struct group *g)
{
	add_group(b, t, g);
	buf_addf(b, " %s be taken inside ", kind == RULES_MAY ? "can" : t->must_not);
	add_inside_of(b, t, a);
}

/* "W is called inside B, so B must not be taken inside S" where both are to be said. */
static void say_waits(struct buf *b, const struct draft_tongue *t, struct draft_sayings *s,
		      uint32_t a, const struct group *g)
{
	bool is_barred = true;
	struct group drop = { 0 };

	add_wait(b, t, a);
	buf_addf(b, " is %scalled inside ", t->is_also ? "also " : "");
	add_group(b, t, g);
	for (size_t i = 0; i < g->n; i++)
		is_barred &= has(s, RULES_NEVER, a, g->at[i]);
	if (!is_barred)
		return;
	gather(s, RULES_NEVER, a, &drop);
	buf_add(b, ", so ");
	say_pairs(b, t, RULES_NEVER, a, &drop);
	vec_free(&drop);
}

static void say_one(struct buf *b, const struct draft_tongue *t, const struct draft_saying *k)
{
	switch ((enum rules_kind)k->kind) {
	case RULES_NEVER_WAITS:
		add_wait(b, t, k->a);
		buf_addf(b, " %s be called inside ", t->must_not);
		add_lock(b, t, k->b);
		break;
	case RULES_RELEASED:
		add_lock(b, t, k->a);
		buf_add(b, " is released before ");
		add_wait(b, t, k->b);
		break;
	case RULES_REQUIRES:
		add_lock(b, t, k->a);
		buf_add(b, " cannot be taken without already holding ");
		add_lock(b, t, k->b);
		break;
	case RULES_CONTEXT:
		buf_addf(b, "%s must not take ", k->context);
		add_lock(b, t, k->a);
		break;
	case RULES_LEAF:
		if (k->a == LORE_NONE)
			buf_add(b, "Everything else");
		else
			add_lock(b, t, k->a);
		buf_add(b, " is a leaf");
		break;
	default: BUG("no words for kind %u", k->kind);
	}
}

/* Those that are no leafs, all in one. */
static void say_exceptions(struct buf *b, const struct draft_tongue *t, struct draft_sayings *s)
{
	struct group g = { 0 };

	for (size_t i = 0; i < s->n; i++)
		if (s->at[i].kind == RULES_ADVICE) {
			s->at[i].is_done = true;
			vec_push(&g, s->at[i].a);
		}
	if (g.n > 1)
		buf_add(b, "All of ");
	add_group(b, t, &g);
	buf_addf(b, " %s an exception: other locks are taken inside", g.n > 1 ? "are" : "is");
	vec_free(&g);
}

void draft_say_add(struct draft_sayings *s, enum rules_kind kind, uint32_t a, uint32_t b)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->at[i].kind == kind && s->at[i].a == a && s->at[i].b == b)
			return;
	vec_push(s, (struct draft_saying){ .kind = (uint8_t)kind, .a = a, .b = b });
}

void draft_phrase(struct buf *b, const struct draft_tongue *t, struct draft_sayings *s)
{
	for (size_t i = 0; i < s->n; i++)
		s->at[i].is_done = false;
	for (size_t i = 0; i < s->n; i++) {
		struct draft_saying *k = &s->at[i];
		enum rules_kind kind = k->kind;
		struct group g = { 0 };

		if (k->is_done)
			continue;
		if (b->n)
			buf_addc(b, ' ');
		if (kind == RULES_ORDER || kind == RULES_NEVER || kind == RULES_MAY ||
		    kind == RULES_WAITS)
			gather(s, kind, k->a, &g);
		if (kind == RULES_ORDER)
			say_order(b, t, k->a, &g);
		else if (kind == RULES_NEVER || kind == RULES_MAY)
			say_pairs(b, t, kind, k->a, &g);
		else if (kind == RULES_WAITS)
			say_waits(b, t, s, k->a, &g);
		else if (kind == RULES_ADVICE)
			say_exceptions(b, t, s);
		else
			say_one(b, t, k);
		k->is_done = true;
		buf_addc(b, '.');
		vec_free(&g);
	}
}

/* ---- read back ------------------------------------------------------------------------- */

static bool is_said(const struct verdict_document *read, const struct draft_saying *k, bool is_true)
{
	for (size_t i = 0; i < read->statements.n; i++) {
		const struct verdict_statement *s = &read->statements.at[i];
		uint32_t a = s->rule->locks[0] ? s->names[0].cls : LORE_NONE,
			 b = s->rule->locks[1] ? s->names[1].cls : LORE_NONE;

		if (s->rule->kind == k->kind && a == k->a &&
		    (k->kind == RULES_ADVICE || b == k->b) &&
		    (!is_true || !s->is_judged || s->value == VERDICT_UPHELD))
			return true;
	}
	return false;
}

bool draft_reads_as(struct draft_again *a, const char *text, const struct draft_sayings *s,
		    bool is_true)
{
	char *page = xasprintf("Lock order\n==========\n\n- %s\n", text);
	const struct verdict_document *read = draft_again(a, "x.rst", page, strlen(page));
	bool ok = read != NULL;

	for (size_t i = 0; ok && i < s->n; i++)
		ok = is_said(read, &s->at[i], is_true && s->at[i].kind != RULES_LEAF);
	for (size_t i = 0; ok && i < read->statements.n; i++) {
		const struct verdict_statement *k = &read->statements.at[i];

		ok = k->rule->kind != RULES_NOT_UNDERSTOOD &&
		     !(is_true && k->value == VERDICT_CONTRADICTED && k->rule->kind != RULES_LEAF);
	}
	free(page);
	return ok;
}
