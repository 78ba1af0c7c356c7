/* SPDX-License-Identifier: MIT */
/* A review as a mail: what is wrong under the sentence that says it, all else in one line. */
#include "report/review_parts.h"

#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 72 };

/* ---- lines ---- */

void letter_gap(struct letter *t)
{
	fputc('\n', t->r.out);
}

static char *format(const char *fmt, va_list ap)
{
	char *s = NULL;

	if (vasprintf(&s, fmt, ap) < 0)
		die_memory();
	return s;
}

/* Two blanks after a full stop are one here: report_wrap() takes them as one. */
void letter_say(struct letter *t, const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = format(fmt, ap);
	va_end(ap);
	report_wrap(&t->r, 0, 0, s);
	free(s);
}

void letter_item(struct letter *t, const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = format(fmt, ap);
	va_end(ap);
	fputs("  - ", t->r.out);
	report_wrap(&t->r, 4, 4, s);
	free(s);
}

void letter_quote(struct letter *t, const char *line)
{
	fputs("> ", t->r.out);
	for (const char *p = line; *p; p++) {
		unsigned char c = (unsigned char)*p;

		fputc(c == '\t' || (c >= ' ' && c != 0x7f) ? c : '?', t->r.out);
	}
	fputc('\n', t->r.out);
}

/* A sentence of the talk, reflowed. */
static void quote_sentence(struct letter *t, const char *s)
{
	struct buf b = { 0 };

	while (*s) {
		size_t n = strcspn(s, " ");

		if (b.n && b.n + 1 + n > COLUMNS - 2) {
			letter_quote(t, buf_str(&b));
			b.n = 0;
		}
		if (b.n)
			buf_addc(&b, ' ');
		buf_addn(&b, s, n);
		s += n + strspn(s + n, " ");
	}
	letter_quote(t, buf_str(&b));
	buf_free(&b);
}

/* ---- the first line ---- */

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static void add_tree(const struct letter *t, struct buf *b)
{
	const struct lore *l = t->r.lore;

	buf_addf(b, "%s (%s, %u unit%s, %s)", lore_str(l, l->tree), lore_str(l, l->configuration),
		 l->n_units, plural(l->n_units), lore_str(l, l->date));
}

static void add_counts(const struct letter *t, struct buf *b)
{
	bool any = false;

	for (unsigned i = 0; i < VERDICT_VALUES; i++)
		if (t->v->n_of[i]) {
			buf_addf(b, "%s%u %s", any ? ", " : ": ", t->v->n_of[i],
				 verdict_value_name(i));
			any = true;
		}
}

static void add_code(const struct letter *t, struct buf *b)
{
	uint32_t bad = 0;

	for (size_t i = 0; i < t->v->code.n; i++)
		bad += (uint32_t)t->v->code.at[i].touches.n;
	if (t->v->n_code_orders)
		buf_addf(b, "%u known lock order%s pass%s through the code that it changes",
			 t->v->n_code_orders, plural(t->v->n_code_orders),
			 t->v->n_code_orders == 1 ? "es" : "");
	else
		buf_add(b, "no known lock order passes through the code that it changes");
	if (!bad && t->v->n_code_orders)
		buf_add(b, t->v->n_code_orders == 1
				   ? "; it breaks no sentence, and no deadlock goes over it"
				   : "; none breaks a sentence, and no deadlock goes over them");
	if (t->v->n_code_unknown)
		buf_addf(b, "; %u hunk%s of it stand%s in this tree neither before nor after",
			 t->v->n_code_unknown, plural(t->v->n_code_unknown),
			 t->v->n_code_unknown == 1 ? "s" : "");
}

static void print_head(struct letter *t)
{
	const struct review *v = t->v;
	struct buf b = { 0 };

	if (v->n_changed) {
		buf_addf(&b, "%u changed statement%s about locks, held against ", v->n_changed,
			 plural(v->n_changed));
		add_tree(t, &b);
		add_counts(t, &b);
	} else if (v->has_patch) {
		buf_add(&b, v->n_moved && v->n_removed
				    ? "This patch only moves and removes sentences about locks"
			    : v->n_moved   ? "This patch only moves sentences about locks"
			    : v->n_removed ? "This patch only removes sentences about locks"
					   : "This patch changes no sentence about locks");
		buf_add(&b, ".  Held against ");
		add_tree(t, &b);
	} else if (v->n_talk) {
		buf_add(&b, "No patch here; what is said of locks, held against ");
		add_tree(t, &b);
	} else if (v->is_lineless) {
		buf_add(&b, "Nothing to review: this patch changes no line of text");
	} else {
		buf_add(&b, "Nothing to review: no patch, and no sentence about lock order");
	}
	if (v->n_moved_wrong)
		buf_addf(&b,
			 ".  Of %u statement%s that it only moves, %u %s contradicted, as before "
			 "(locklore check shows them)",
			 v->n_moved, plural(v->n_moved), v->n_moved_wrong,
			 v->n_moved_wrong == 1 ? "is" : "are");
	if (v->n_code_hunks) {
		buf_add(&b, v->n_changed || v->n_moved_wrong ? ".  And " : ": ");
		add_code(t, &b);
	}
	letter_say(t, "%s.", buf_str(&b));
	buf_free(&b);
}

/* ---- a sentence ---- */

/* Where the locks of a tension do meet, or that they do not. */
static void print_meeting(struct letter *t, const struct review_tension *n)
{
	const struct verdict_evidence *e = n->meet;
	struct buf b = { 0 };
	uint32_t last, k = 0;

	if (!e) {
		letter_say(t, "All of them hold only if these locks never meet%s.",
			   n->finding->about[0]->value == VERDICT_CONTRADICTED
				   ? ""
				   : ", and in this tree the first one does hold");
		return;
	}
	for (uint32_t i = 0; i < e->n_held; i++)
		if (!t->r.lore->classes.at[e->held[i].cls].is_local &&
		    (!i || e->held[i].cls != e->held[i - 1].cls))
			buf_addf(&b, "%s%s", k++ ? " and " : "",
				 report_name(&t->r, e->held[i].cls));
	last = e->chain[e->n_chain - 1];
	letter_say(t,
		   "All of them hold only if these locks never meet.  They do: %s() at %s:%u "
		   "holds %s at once.",
		   report_func(&t->r, last), report_file(&t->r, last), report_line(&t->r, last),
		   buf_str(&b));
	buf_free(&b);
}

static void print_tension(struct letter *t, const struct review_tension *n, bool is_first)
{
	const struct verdict_finding *f = n->finding;
	bool is_circle = !strcmp(f->code, "document-cycle"), is_pair = f->n_about == 2;
	struct buf b = { 0 };

	letter_say(t, is_circle	 ? "With these it goes round in a circle:"
		      : is_pair	 ? "Another sentence has what this forbids:"
		      : is_first ? "With other sentences this makes a strange set of rules:"
				 : "And with these:");
	for (uint32_t i = 0; i < f->n_about; i++) {
		b.n = 0;
		review_where(f->about[i]->rule, &b);
		letter_item(t, "%s (%s)", f->about[i]->rule->text, buf_str(&b));
	}
	buf_free(&b);
	if (is_circle && f->severity == VERDICT_NOTE)
		letter_say(t, "Harmless only as long as nobody waits for the readers inside these "
			      "locks.");
	else if (!is_circle && !is_pair)
		print_meeting(t, n);
}

static void print_block(struct letter *t, const struct review_block *b)
{
	letter_gap(t);
	for (size_t i = 0; i < b->quote.n; i++)
		letter_quote(t, b->quote.at[i]);
	for (size_t i = 0; i < b->claims.n; i++) {
		letter_gap(t);
		letter_claim(t, &b->claims.at[i]);
	}
	if (b->knot != LORE_NONE && b->tells_knot) {
		letter_gap(t);
		letter_knot(t, &t->v->knots.at[b->knot]);
	} else if (b->knot != LORE_NONE) {
		letter_say(t, "This is part of the deadlock shown above.");
	}
	for (size_t i = 0; i < b->tensions.n; i++) {
		letter_gap(t);
		print_tension(t, &b->tensions.at[i], !i);
	}
	if (b->findings.n)
		letter_gap(t);
	for (size_t i = 0; i < b->findings.n; i++)
		letter_say(t, "Note: %s.", b->findings.at[i]->message);
	if (b->instead) {
		letter_gap(t);
		letter_say(t, "The sentence could say%s%s:", b->condition ? ", " : "",
			   b->condition ? b->condition : "");
		fputs("    ", t->r.out);
		report_wrap(&t->r, 4, 4, b->instead);
	}
}

/* ---- the rest ---- */

static void print_lost(struct letter *t)
{
	if (!t->v->lost.n)
		return;
	letter_gap(t);
	letter_say(t, "Removed, though the code still bears it out:");
	for (size_t i = 0; i < t->v->lost.n; i++)
		letter_item(t, "%s", t->v->lost.at[i]->rule->text);
}

static void print_unread(struct letter *t)
{
	if (!t->v->unread.n)
		return;
	letter_gap(t);
	letter_say(t, "Not understood, and so not held against the code:");
	for (size_t i = 0; i < t->v->unread.n; i++)
		letter_item(t, "%s", t->v->unread.at[i]->rule->sentence);
}

/* Have the places of this pair been listed under a changed sentence? */
static bool is_told(const struct review *v, const struct verdict_statement *s)
{
	for (size_t i = 0; i < v->blocks.n; i++)
		for (size_t k = 0; k < v->blocks.at[i].claims.n; k++) {
			const struct verdict_statement *o = v->blocks.at[i].claims.at[k].s;

			if (o->rule->kind == RULES_ORDER && s->rule->kind == RULES_ORDER &&
			    ((o->names[0].cls == s->names[0].cls &&
			      o->names[1].cls == s->names[1].cls) ||
			     (o->names[0].cls == s->names[1].cls &&
			      o->names[1].cls == s->names[0].cls)))
				return true;
		}
	return false;
}

static void print_talk(struct letter *t, const struct review_talk *k)
{
	letter_gap(t);
	quote_sentence(t, k->sentence);
	letter_gap(t);
	for (size_t i = 0; i < k->claims.n; i++)
		if (k->is_question)
			letter_answer(t, &k->claims.at[i], is_told(t->v, k->claims.at[i].s));
		else
			letter_claim_short(t, &k->claims.at[i], is_told(t->v, k->claims.at[i].s));
}

/* Has an earlier hunk told of it? */
static bool is_touched_before(const struct letter *t, const struct review_code *c,
			      const struct review_touch *k)
{
	for (const struct review_code *o = t->v->code.at; o < c; o++)
		for (size_t i = 0; i < o->touches.n; i++) {
			const struct review_touch *x = &o->touches.at[i];

			if (k->s ? x->s == k->s : x->deadlock == k->deadlock)
				return true;
		}
	return false;
}

static bool is_guessed(const struct letter *t, const struct review_touch *k)
{
	return !k->s && t->v->dead->at.at[k->deadlock].assumptions;
}

static void print_touch(struct letter *t, const struct review_touch *k, bool is_before)
{
	struct buf b = { 0 };

	if (k->s) {
		review_where(k->s->rule, &b);
		if (is_before)
			letter_say(t, "These lines too break \"%s\" (%s):", k->s->rule->text,
				   buf_str(&b));
		else
			letter_say(t, "These lines are part of what breaks \"%s\" (%s): %s.",
				   k->s->rule->text, buf_str(&b), k->s->why);
		b.n = 0;
	}
	if (k->deadlock != LORE_NONE && !is_before) {
		report_cycle(&t->r, &b, &t->v->dead->at.at[k->deadlock]);
		letter_say(t, "%s deadlock %u, %s (locklore deadlocks %u)%s",
			   k->s ? "That ends in" : "These lines are part of", k->deadlock + 1,
			   buf_str(&b), k->deadlock + 1, letter_was_shown(t, k->way) ? "." : ":");
	}
	if (!letter_was_shown(t, k->way))
		letter_chain(t, k->way);
	buf_free(&b);
}

static void print_touches(struct letter *t, const struct review_code *c)
{
	uint32_t guessed = 0;

	for (size_t i = 0; i < c->touches.n; i++) {
		const struct review_touch *k = &c->touches.at[i];
		bool is_before = is_touched_before(t, c, k);

		if (is_guessed(t, k) && (c->touches.n > 1 || is_before))
			guessed += !is_before;
		else if (k->s || !is_before)
			print_touch(t, k, is_before);
	}
	if (guessed)
		letter_say(t, "And part of %u deadlock%s that rest%s on guesses.", guessed,
			   plural(guessed), guessed == 1 ? "s" : "");
}

static void print_code(struct letter *t, const struct review_code *c)
{
	char *head;

	if (!c->touches.n)
		return;
	head = xasprintf("%s:%u%s%s", c->path,
			 c->state == REVIEW_NOT_APPLIED ? c->hunk->old_first : c->hunk->new_first,
			 *c->hunk->hint ? "  " : "", c->hunk->hint);
	letter_gap(t);
	letter_quote(t, head);
	free(head);
	for (size_t i = 0; i < c->hunk->n; i++)
		if (c->hunk->lines[i].mark != ' ') {
			head = xasprintf("%c%s", c->hunk->lines[i].mark, c->hunk->lines[i].s);
			letter_quote(t, head);
			free(head);
		}
	letter_gap(t);
	print_touches(t, c);
}

/* Said once: whether what follows is the patch's doing. */
static void print_codes(struct letter *t)
{
	bool is_said = false;

	for (size_t i = 0; i < t->v->code.n; i++) {
		const struct review_code *c = &t->v->code.at[i];

		if (c->touches.n && c->state == REVIEW_NOT_APPLIED && !is_said) {
			letter_gap(t);
			letter_say(t, "The tree that was read is the one before this patch: what "
				      "follows is true of the lines that it removes, or stands "
				      "between.");
			is_said = true;
		}
		print_code(t, c);
	}
}

void report_review_text(const struct report *r, const struct review *v)
{
	struct letter t = { .r = *r, .v = v };

	t.r.color = false;
	t.r.columns = COLUMNS;
	t.r.spelling = v->spelling;
	t.r.dead = v->dead;
	print_head(&t);
	for (size_t i = 0; i < v->blocks.n; i++)
		print_block(&t, &v->blocks.at[i]);
	print_unread(&t);
	print_lost(&t);
	print_codes(&t);
	for (size_t i = 0; i < v->talk.n; i++)
		print_talk(&t, &v->talk.at[i]);
	vec_free(&t.shown);
}
