/* SPDX-License-Identifier: MIT */
/*
 * `diff` for people: statements, deadlocks, orders, each with a witness, most important first.
 *
 * The three styles differ in headings, quotes and fences only; `head`, `item`, `open_block` and
 * `close_block` are all that knows of them.
 */
#include "report/diff.h"

#include <stdlib.h>
#include <string.h>

#include "report/internal.h"

enum { MAX_CHAINS = 5, MAX_LINES = 20, MAX_DEADLOCKS = 3, MAX_STATEMENTS = 20, MAIL_COLUMNS = 72 };

struct printer {
	const struct report_diff *d;
	enum report_style style;
	struct report r[COMPARE_SIDES];
	bool any; /* something was printed */
};

/* ---- the three styles ----------------------------------------------------------------- */

static FILE *out_of(const struct printer *p)
{
	return p->d->out;
}

static void head(struct printer *p, const char *text)
{
	if (p->any)
		fputc('\n', out_of(p));
	p->any = true;
	if (p->style == REPORT_MARKDOWN)
		fprintf(out_of(p), "### %s\n\n", text);
	else
		report_paint(&p->r[COMPARE_AFTER], HUE_BOLD, "%s\n", text);
}

/* One line of its own, wrapped; in Markdown a list item in which nothing is markup. */
static void item(struct printer *p, enum report_hue hue, const char *mark, const char *text)
{
	struct report *r = &p->r[COMPARE_AFTER];

	if (p->style == REPORT_MARKDOWN) {
		fputs("- ", out_of(p));
		if (strpbrk(mark, "+-=~"))
			fprintf(out_of(p), "`%c` ", *strpbrk(mark, "+-=~"));
		for (const char *c = text; *c; c++) {
			if (strchr("\\`*_[]<>#|~&", *c))
				fputc('\\', out_of(p));
			fputc(*c == '\n' || *c == '\r' ? ' ' : *c, out_of(p));
		}
		fputc('\n', out_of(p));
		return;
	}
	report_paint(r, hue, "%s", mark);
	report_wrap(r, strlen(mark), strlen(mark) + 4, text);
}

static size_t open_block(struct printer *p, size_t indent)
{
	if (p->style != REPORT_MARKDOWN)
		return indent;
	fputs("  ```\n", out_of(p));
	return 2;
}

static void close_block(struct printer *p)
{
	if (p->style == REPORT_MARKDOWN)
		fputs("  ```\n", out_of(p));
}

static void more(struct printer *p, size_t left, const char *what)
{
	char text[128];

	if (!left)
		return;
	snprintf(text, sizeof(text), "and %zu more %s (--all shows them)", left, what);
	item(p, HUE_DIM, "  ", text);
}

/* ---- evidence -------------------------------------------------------------------------- */

static void print_origin(struct printer *p, const struct verdict_evidence *e, size_t indent)
{
	struct report_origin o = { "", "", "" };
	struct buf b = { 0 };

	if (!p->d->origin || !p->d->origin(p->d->ctx, e, &o))
		return;
	buf_add(&b, *o.commit ? "brought by " : "brought by a change that is not committed yet");
	if (*o.commit)
		buf_addf(&b, "%s %s \"%s\"", o.commit, o.date, o.subject);
	report_pad(&p->r[COMPARE_AFTER], 0, indent);
	report_wrap(&p->r[COMPARE_AFTER], indent, indent + 2, buf_str(&b));
	buf_free(&b);
}

static void print_witness(struct printer *p, enum compare_when side,
			  const struct verdict_evidence *e, size_t indent, const char *title)
{
	size_t at = open_block(p, indent);

	if (*title) {
		report_pad(&p->r[side], 0, at);
		fprintf(out_of(p), "%s\n", title);
		at += 2;
	}
	report_chain(&p->r[side], e, at, "");
	if (side == COMPARE_AFTER)
		print_origin(p, e, at);
	close_block(p);
}

/* ---- statements --------------------------------------------------------------------------- */

static const char *verdict_of(const struct compare_statement *s, enum compare_when side)
{
	return verdict_value_name(s->at[side]->value);
}

static void say_change(struct buf *b, const struct compare_statement *s)
{
	const char *then = verdict_of(s, COMPARE_BEFORE), *now = verdict_of(s, COMPARE_AFTER);

	if (!s->is_said)
		buf_addf(b, "no longer said; it was %s, and by the code of now would be %s", then, now);
	else if (!s->was_said && s->is_changed)
		buf_addf(b, "new words: %s now; before this change they would have been %s", now, then);
	else if (!s->was_said)
		buf_addf(b, "new words: %s, before this change too", now);
	else
		buf_addf(b, "%s now, was %s", now, then);
	if (s->is_said && *s->at[COMPARE_AFTER]->why)
		buf_addf(b, ": %s", s->at[COMPARE_AFTER]->why);
}

static const struct verdict_evidence *evidence_of(const struct verdict_statement *s, bool against)
{
	for (size_t i = 0; i < s->list.n; i++)
		if (s->list.at[i].is_against == against)
			return &s->list.at[i];
	return NULL;
}

/* What speaks against it now, else what did before; else what speaks for it. */
static void print_evidence(struct printer *p, const struct compare_statement *s)
{
	const struct verdict_evidence *e;

	for (int against = 1; against >= 0; against--)
		for (int side = COMPARE_AFTER; side >= COMPARE_BEFORE; side--) {
			e = evidence_of(s->at[side], against);
			if (!e)
				continue;
			print_witness(p, (enum compare_when)side, e, 8,
				      side == COMPARE_BEFORE ? "before:" : "");
			return;
		}
}

static void print_statement(struct printer *p, const struct compare_statement *s)
{
	const struct verdict_statement *now = s->at[COMPARE_AFTER];
	const struct rules_statement *rule = now->rule;
	const char *text = rule->text && *rule->text ? rule->text : rule->sentence;
	enum report_hue hue = s->is_contradiction		? HUE_BAD
			      : now->value == VERDICT_UPHELD	? HUE_GOOD
								: HUE_DOUBT;
	struct buf b = { 0 };

	buf_addf(&b, "%s:%u  %s", s->in->doc->name, rule->line, text ? text : "");
	item(p, HUE_PLAIN, p->style == REPORT_MAIL ? "> " : "  ", buf_str(&b));
	b.n = 0;
	say_change(&b, s);
	if (p->style == REPORT_MARKDOWN)
		fputs("  ", out_of(p));
	item(p, hue, "      ", buf_str(&b));
	if (s->is_contradiction || (s->is_said && s->is_changed))
		print_evidence(p, s);
	buf_free(&b);
}

static void print_statements(struct printer *p)
{
	const struct compare *c = p->d->c;
	size_t shown = 0;

	if (!c->statements.n)
		return;
	head(p, "statements");
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < c->statements.n; i++) {
			const struct compare_statement *s = &c->statements.at[i];

			/* New contradictions first, and all of them. */
			if (s->is_contradiction == pass ||
			    (!p->d->all && pass && shown >= MAX_STATEMENTS))
				continue;
			print_statement(p, s);
			shown++;
		}
	more(p, c->statements.n - shown, "statements");
}

/* ---- deadlocks ----------------------------------------------------------------------------- */

static void print_deadlock(struct printer *p, enum compare_when side,
			   const struct compare_deadlock *d, bool in_full)
{
	struct buf b = { 0 };
	size_t at;

	report_cycle(&p->r[side], &b, d->deadlock);
	if (d->is_hidden)
		buf_add(&b, side == COMPARE_AFTER ? "  (could happen before: a shorter one hid it)"
						  : "  (a shorter one is there in its place)");
	item(p, side == COMPARE_AFTER && !d->is_hidden ? HUE_BAD : HUE_PLAIN,
	     side == COMPARE_AFTER ? "  + " : "  - ", buf_str(&b));
	buf_free(&b);
	if (!in_full)
		return;
	at = open_block(p, 6);
	for (uint32_t i = 0; i < d->deadlock->n; i++) {
		char number[32];

		snprintf(number, sizeof(number), "%*s%u  ", (int)at, "", i + 1);
		report_chain(&p->r[side], &d->deadlock->edges[i], strlen(number), number);
		if (side == COMPARE_AFTER)
			print_origin(p, &d->deadlock->edges[i], strlen(number));
	}
	if (side == COMPARE_AFTER)
		report_mends(&p->r[side], d->deadlock);
	close_block(p);
}

static void print_deadlocks(struct printer *p, enum compare_when side,
			    const struct compare_deadlocks *list, const char *title)
{
	size_t n = list->n, shown = p->d->all || n < MAX_LINES ? n : MAX_LINES;

	if (!n)
		return;
	head(p, title);
	for (size_t i = 0; i < shown; i++)
		print_deadlock(p, side, &list->at[i],
			       p->d->all || (i < MAX_DEADLOCKS && !list->at[i].is_hidden));
	more(p, n - shown, "deadlocks");
}

/* ---- orders ---------------------------------------------------------------------------------- */

/* The side whose witness shows the order; a reversed one begins with how it is now. */
static enum compare_when side_of(const struct compare_order *o)
{
	return o->what == COMPARE_GONE ? COMPARE_BEFORE : COMPARE_AFTER;
}

static void add_order(const struct printer *p, struct buf *b, enum compare_when side,
		      const struct verdict_evidence *e)
{
	const struct report *r = &p->r[side];

	if (e->outer == e->inner && e->inner_mode != ORDER_WAIT) {
		buf_add(b, "a second ");
		report_lock(r, b, e->inner, e->inner_mode, e->flags);
		buf_add(b, " inside one");
		return;
	}
	report_lock(r, b, e->inner, e->inner_mode, e->flags);
	buf_add(b, " inside ");
	report_lock(r, b, e->outer, e->outer_mode, 0);
}

static void say_order(const struct printer *p, struct buf *b, const struct compare_order *o)
{
	enum compare_when side = side_of(o);
	char count[32];

	add_order(p, b, side, &o->witness[side]);
	buf_addf(b, ", %s", report_count(count, sizeof(count), o->places[side], "place"));
	if (o->what == COMPARE_REVERSED) {
		buf_add(b, "; was ");
		add_order(p, b, COMPARE_BEFORE, &o->witness[COMPARE_BEFORE]);
		buf_addf(b, ", %s", report_count(count, sizeof(count), o->places[COMPARE_BEFORE],
						 "place"));
	}
	if (o->is_mode)
		buf_addf(b, "; in %s mode only: the order as such %s", o->what == COMPARE_NEW ? "this" : "that",
			 o->what == COMPARE_NEW ? "is not new" : "is still there");
	if (o->is_both)
		buf_add(b, "; the other way round too");
}

static void print_order(struct printer *p, const struct compare_order *o, bool in_full)
{
	static const char *const marks[] = { "  ~ ", "  + ", "  - " };
	enum compare_when side = side_of(o);
	struct buf b = { 0 };

	say_order(p, &b, o);
	if (!in_full) {
		const struct verdict_evidence *e = &o->witness[side];
		uint32_t place = e->chain[e->n_chain - 1];

		buf_addf(&b, "  (%s() %s:%u)", report_func(&p->r[side], place),
			 report_file(&p->r[side], place), report_line(&p->r[side], place));
	}
	item(p, HUE_PLAIN, marks[o->what], buf_str(&b));
	buf_free(&b);
	if (!in_full)
		return;
	print_witness(p, side, &o->witness[side], 6, "");
	if (o->what == COMPARE_REVERSED)
		print_witness(p, COMPARE_BEFORE, &o->witness[COMPARE_BEFORE], 6, "before:");
}

static void print_orders(struct printer *p, enum compare_what what, const char *title)
{
	const struct compare *c = p->d->c;
	size_t n = 0, shown = 0;

	for (size_t i = 0; i < c->orders.n; i++)
		n += c->orders.at[i].what == what;
	if (!n)
		return;
	head(p, title);
	for (size_t i = 0; i < c->orders.n; i++) {
		if (c->orders.at[i].what != what || (!p->d->all && shown >= MAX_LINES))
			continue;
		print_order(p, &c->orders.at[i], p->d->all || shown < MAX_CHAINS);
		shown++;
	}
	more(p, n - shown, "orders");
}

/* ---- first and last lines ------------------------------------------------------------------------ */

static void print_sides(struct printer *p)
{
	static const char *const when[] = { "before", "after" };

	for (unsigned s = 0; s < COMPARE_SIDES; s++) {
		const struct lore *l = p->d->c->side[s].l;
		struct buf b = { 0 };

		buf_addf(&b, "%-6s  %s: %s, %s, %u unit%s, %s", when[s], p->d->name[s],
			 lore_str(l, l->tree), lore_str(l, l->configuration), l->n_units,
			 l->n_units == 1 ? "" : "s", lore_str(l, l->date));
		item(p, HUE_PLAIN, "", buf_str(&b));
		buf_free(&b);
	}
	p->any = true;
}

static const char *say_lock(const struct compare_class *k, struct buf *b)
{
	b->n = 0;
	buf_add(b, k->name);
	if (k->was)
		buf_addf(b, " was %s", k->was);
	return k->was ? "  = " : k->at[COMPARE_BEFORE] == LORE_NONE ? "  + " : "  - ";
}

/* Renamed, new and gone ones. */
static void print_locks(struct printer *p)
{
	const struct compare *c = p->d->c;
	size_t n = 0, shown = 0;
	struct buf b = { 0 };

	for (size_t i = 0; i < c->classes.n; i++) {
		const struct compare_class *k = &c->classes.at[i];
		const char *mark;

		if (!k->was && k->at[COMPARE_BEFORE] != LORE_NONE && k->at[COMPARE_AFTER] != LORE_NONE)
			continue;
		if (!n++)
			head(p, "locks");
		if (!p->d->all && shown >= MAX_LINES)
			continue;
		mark = say_lock(k, &b);
		item(p, HUE_PLAIN, mark, buf_str(&b));
		shown++;
	}
	more(p, n - shown, "locks");
	buf_free(&b);
}

static void add_sum(struct buf *b, size_t n, const char *what, const char *end)
{
	if (n)
		buf_addf(b, "%s%zu %s%s%s", b->n ? ", " : "", n, what, n == 1 ? "" : "s", end);
}

static void print_sums(struct printer *p)
{
	const struct compare *c = p->d->c;
	size_t orders[3] = { 0 }, contradictions = 0, changed = 0;
	struct buf b = { 0 };

	for (size_t i = 0; i < c->orders.n; i++)
		orders[c->orders.at[i].what]++;
	for (size_t i = 0; i < c->statements.n; i++) {
		contradictions += c->statements.at[i].is_contradiction;
		changed += !c->statements.at[i].is_contradiction;
	}
	add_sum(&b, contradictions, "new contradiction", "");
	add_sum(&b, changed, "other statement", " changed");
	add_sum(&b, c->n_opened, "deadlock", " opened");
	add_sum(&b, c->n_closed, "deadlock", " closed");
	add_sum(&b, orders[COMPARE_REVERSED], "order", " reversed");
	add_sum(&b, orders[COMPARE_NEW], "order", " new");
	add_sum(&b, orders[COMPARE_GONE], "order", " gone");
	add_sum(&b, c->n_renamed, "lock", " renamed");
	fputc('\n', out_of(p));
	report_wrap(&p->r[COMPARE_AFTER], 0, 2, b.n ? buf_str(&b) : "nothing but hidden deadlocks changed");
	buf_free(&b);
}

void report_diff_text(const struct report_diff *d, enum report_style style)
{
	struct printer p = { .d = d, .style = style };

	if (compare_is_same(d->c)) {
		fputs("no change\n", d->out);
		return;
	}
	for (unsigned s = 0; s < COMPARE_SIDES; s++)
		p.r[s] = (struct report){
			.out = d->out, .lore = d->c->side[s].l, .all = d->all,
			.dead = verdict_deadlocks(d->c->side[s].v),
			.color = d->color && style == REPORT_TEXT,
			.columns = style == REPORT_MAIL ? MAIL_COLUMNS : 0,
		};
	print_sides(&p);
	print_locks(&p);
	print_statements(&p);
	print_deadlocks(&p, COMPARE_AFTER, &d->c->opened, "deadlocks opened");
	print_deadlocks(&p, COMPARE_BEFORE, &d->c->closed, "deadlocks closed");
	print_orders(&p, COMPARE_REVERSED, "orders reversed");
	print_orders(&p, COMPARE_NEW, "orders that are new");
	print_orders(&p, COMPARE_GONE, "orders that are gone");
	print_sums(&p);
}
