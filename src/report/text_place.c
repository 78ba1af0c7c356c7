/* SPDX-License-Identifier: MIT */
/* A claim in a review: its verdict, the odd one's chain, the places of the other side. */
#include "report/review_parts.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_PLACES = 8, MAX_LEAF = 3, INDENT = 2, NAME_WIDTH = 34 };

static uint32_t last(const struct verdict_evidence *e)
{
	return e->chain[e->n_chain - 1];
}

bool letter_was_shown(const struct letter *t, const struct verdict_evidence *e)
{
	for (size_t i = 0; i < t->shown.n; i++)
		if (t->shown.at[i] == e->chain)
			return true;
	return false;
}

void letter_chain(struct letter *t, const struct verdict_evidence *e)
{
	report_chain(&t->r, e, INDENT, "");
	vec_push(&t->shown, e->chain);
}

/* "3 places take kvm->srcu inside kvm->lock" */
static void add_title(const struct letter *t, struct buf *b, const struct review_claim *c,
		      const struct review_places *p)
{
	const struct verdict_evidence *e = p->at[0].way;
	const struct rules_statement *rule = c->s->rule;
	const char *s = p->n == 1 ? "s" : "";

	buf_addf(b, "%zu place%s ", p->n, p->n == 1 ? "" : "s");
	if (e->inner_mode == ORDER_WAIT)
		buf_addf(b, "wait%s for readers of %s", s, report_name(&t->r, e->inner));
	else if (e->inner != LORE_NONE)
		buf_addf(b, "%s%s %s", e->inner_mode == ORDER_SHARED_RECURSIVE ? "enter" : "take",
			 s, report_name(&t->r, e->inner));
	else
		buf_addf(b, "do%s so", p->n == 1 ? "es" : "");
	if (e->outer != LORE_NONE && e->outer != e->inner)
		buf_addf(b, " inside %s", report_name(&t->r, e->outer));
	else if (rule->kind == RULES_REQUIRES && e->is_against && rule->locks[1])
		buf_addf(b, rule->is_without ? " with %s held" : " without %s", rule->locks[1]);
}

static void print_places(struct letter *t, const struct review_places *p, size_t from)
{
	size_t n = t->r.all || p->n <= from + MAX_PLACES ? p->n : from + MAX_PLACES;

	for (size_t i = from; i < n; i++) {
		report_pad(&t->r, 0, INDENT);
		report_place(&t->r, INDENT, NAME_WIDTH, last(p->at[i].way));
	}
	if (n < p->n)
		fprintf(t->r.out, "  and %zu more\n", p->n - n);
}

/* One chain in full, then where else. */
static void print_in_full(struct letter *t, const struct review_claim *c,
			  const struct review_places *p)
{
	const struct review_place *first = &p->at[0];
	struct buf b = { 0 };

	add_title(t, &b, c, p);
	if (letter_was_shown(t, first->way))
		buf_add(&b, p->n > 1 ? "; the first stands above," : ", as shown above.");
	else if (p->n > 1)
		buf_add(&b, "; the first:");
	else if (first->ways > 1)
		buf_addf(&b, "; the shortest of %u ways to it:", first->ways);
	else
		buf_add(&b, ":");
	letter_say(t, "%s", buf_str(&b));
	if (!letter_was_shown(t, first->way))
		letter_chain(t, first->way);
	buf_free(&b);
	if (p->n == 1) {
		if (first->way->outer != LORE_NONE)
			letter_say(t, "No other place in this tree does.");
		return;
	}
	fputs("and\n", t->r.out);
	print_places(t, p, 1);
}

static void print_list(struct letter *t, const struct review_claim *c,
		       const struct review_places *p)
{
	struct buf b = { 0 };

	add_title(t, &b, c, p);
	letter_say(t, "%s:", buf_str(&b));
	print_places(t, p, 0);
	buf_free(&b);
}

static void print_leaf(struct letter *t, const struct review_places *p)
{
	letter_say(t, p->n > MAX_LEAF ? "The shortest ways of %zu:" : "All %zu:", p->n);
	for (size_t i = 0; i < p->n && i < MAX_LEAF; i++) {
		if (i)
			fputc('\n', t->r.out);
		letter_chain(t, p->at[i].way);
	}
}

/* ---- what is held around waits ---- */

static void print_held(struct letter *t, const struct review_claim *c)
{
	size_t width = strlen("nothing");
	struct buf b = { 0 };

	for (size_t i = 0; i < c->held.n; i++) {
		size_t n = c->held.at[i].outer == LORE_NONE
				   ? 0
				   : strlen(report_name(&t->r, c->held.at[i].outer));

		width = n > width ? n : width;
	}
	letter_say(t, "Held around the waits for readers of %s:",
		   report_name(&t->r, c->s->names[0].cls));
	for (size_t i = 0; i < c->held.n; i++) {
		const struct review_held *h = &c->held.at[i];
		char count[32];

		b.n = 0;
		buf_addf(&b, "  %-*s  %-9s  ", (int)width,
			 h->outer == LORE_NONE ? "nothing" : report_name(&t->r, h->outer),
			 report_count(count, sizeof(count), (uint32_t)h->at.n, "place"));
		fputs(buf_str(&b), t->r.out);
		size_t column = b.n;
		b.n = 0;
		for (size_t k = 0; k < h->at.n; k++) {
			bool is_known = false;

			for (size_t j = 0; j < k; j++)
				is_known |= !strcmp(report_func(&t->r, h->at.at[j]),
						    report_func(&t->r, h->at.at[k]));
			if (!is_known)
				buf_addf(&b, "%s%s()", b.n ? ", " : "",
					 report_func(&t->r, h->at.at[k]));
		}
		report_wrap(&t->r, column, column, buf_str(&b));
	}
	buf_free(&b);
}

/* ---- a claim ---- */

static void print_comment(struct letter *t, const struct review_claim *s)
{
	letter_say(t, "Yet a comment there, before line %u of %s, says: \"%s\"",
		   report_line(&t->r, s->comment_place), report_file(&t->r, s->comment_place),
		   s->comment);
}

/* Both orders are there: the odd one's chain, then the places of the other. */
static void print_both(struct letter *t, const struct review_claim *c)
{
	const struct review_places *odd = c->is_with_odd ? &c->with : &c->against;
	const struct review_places *other = c->is_with_odd ? &c->against : &c->with;

	if (odd->n)
		print_in_full(t, c, odd);
	if (c->origin && odd->n)
		letter_say(t, "It came with %s.", c->origin);
	if (c->comment)
		print_comment(t, c);
	if (other->n)
		print_list(t, c, other);
}

void letter_claim(struct letter *t, const struct review_claim *c)
{
	const struct verdict_statement *s = c->s;

	letter_say(t, "\"%s\" is contradicted: %s.", s->rule->text, c->why);
	switch ((enum rules_kind)s->rule->kind) {
	case RULES_ORDER:
	case RULES_NEVER: print_both(t, c); return;
	case RULES_LEAF: print_leaf(t, &c->against); break;
	case RULES_MAY: print_in_full(t, c, &c->with); break;
	case RULES_NEVER_WAITS:
		print_held(t, c);
		if (s->deadlock == LORE_NONE && c->against.n)
			print_in_full(t, c, &c->against);
		break;
	default:
		if (c->against.n)
			print_in_full(t, c, &c->against);
	}
	if (c->comment)
		print_comment(t, c);
}

void letter_claim_short(struct letter *t, const struct review_claim *c, bool is_told)
{
	const struct verdict_statement *s = c->s;

	if (s->value == VERDICT_CONTRADICTED) {
		if (is_told) {
			letter_say(t, "\"%s\": %.*s, as above.", s->rule->text,
				   (int)strcspn(c->why, ";"), c->why);
			return;
		}
		letter_say(t, "\"%s\": contradicted.  %s.", s->rule->text, c->why);
		if (c->with.n)
			print_list(t, c, &c->with);
		if (c->against.n && s->rule->kind != RULES_LEAF)
			print_list(t, c, &c->against);
		if (s->deadlock != LORE_NONE)
			letter_say(t, "These can deadlock: locklore deadlocks %u", s->deadlock + 1);
		return;
	}
	if (s->value == VERDICT_UPHELD && s->seen && s->rule->kind != RULES_NEVER &&
	    s->rule->kind != RULES_LEAF && s->rule->kind != RULES_CONTEXT)
		letter_say(t, "\"%s\": upheld, at %u place%s.", s->rule->text, s->seen,
			   s->seen == 1 ? "" : "s");
	else if (s->value == VERDICT_NEVER_EXERCISED && !*s->why && s->rule->kind == RULES_ORDER)
		letter_say(t, "\"%s\": never exercised: no place does so, and none the other way.",
			   s->rule->text);
	else
		letter_say(t, "\"%s\": %s%s%s.", s->rule->text, verdict_value_name(s->value),
			   *s->why ? ", " : "", s->why);
}

void letter_answer(struct letter *t, const struct review_claim *c, bool is_told)
{
	const struct verdict_statement *s = c->s;
	const struct verdict_evidence *only = c->with.n == 1 ? c->with.at[0].way : NULL;

	letter_claim_short(t, c, is_told);
	if (s->rule->kind == RULES_ORDER && only)
		letter_say(t, "Without %s() at %s:%u it would be true of no place in this tree.",
			   report_func(&t->r, last(only)), report_file(&t->r, last(only)),
			   report_line(&t->r, last(only)));
}
