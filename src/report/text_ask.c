/* SPDX-License-Identifier: MIT */
/* `ask` as text. */
#include "report/internal.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_PLACES = 4, MAX_WAYS = 2 };

static bool is_star(const char *s)
{
	return s && !strcmp(s, "*");
}

static bool is_read_side(const struct report *r, uint32_t cls)
{
	uint8_t kind =
		cls < r->lore->classes.n ? r->lore->classes.at[cls].kind : FACTS_KIND_UNKNOWN;

	return kind == FACTS_KIND_SRCU || kind == FACTS_KIND_RCU || kind == FACTS_KIND_READSIDE;
}

/* "a kvm->srcu read side", "kvm->lock", "any lock" */
static void add_outer(const struct report *r, struct buf *b, const struct rules_question *q,
		      uint32_t cls)
{
	if (is_star(q->outer))
		buf_add(b, "any lock");
	else if (is_read_side(r, cls))
		buf_addf(b, "a %s read side", report_name(r, cls));
	else
		buf_add(b, cls == LORE_NONE ? q->outer : report_name(r, cls));
}

static void add_inner(const struct report *r, struct buf *b, const struct rules_question *q,
		      uint32_t cls)
{
	if (is_star(q->inner))
		buf_add(b, "a lock");
	else
		buf_add(b, cls == LORE_NONE ? q->inner : report_name(r, cls));
}

static void add_verb(struct buf *b, const struct rules_question *q, bool is_one)
{
	if (q->inner_is_wait)
		buf_add(b, is_one ? "waits for the readers of " : "wait for the readers of ");
	else
		buf_add(b, is_one ? "takes " : "take ");
}

static void print_yes(const struct report *r, const struct rules_question *q,
		      const struct verdict_answer *a)
{
	struct buf b = { 0 };
	char places[32];

	report_paint(r, HUE_BOLD, "yes");
	buf_addf(&b, ": %s ", report_count(places, sizeof(places), a->sites, "place"));
	if (q->relation == RULES_PATH) {
		add_verb(&b, q, a->sites == 1);
		add_inner(r, &b, q, a->inner);
		buf_addf(&b, " and can be reached from %s()", q->from);
	} else if (q->relation == RULES_WITH) {
		buf_add(&b, a->sites == 1 ? "takes one of " : "take one of ");
		add_inner(r, &b, q, a->inner);
		buf_add(&b, " and ");
		add_outer(r, &b, q, a->outer);
		buf_add(&b, " inside the other");
	} else {
		add_verb(&b, q, a->sites == 1);
		add_inner(r, &b, q, a->inner);
		buf_add(&b, " inside ");
		add_outer(r, &b, q, a->outer);
	}
	if (a->list.n > a->sites)
		buf_addf(&b, ", in %zu ways", a->list.n);
	report_wrap(r, 3, 4, buf_str(&b));
	buf_free(&b);
}

static void print_no(const struct report *r, const struct rules_question *q,
		     const struct verdict_answer *a)
{
	struct buf b = { 0 };

	report_paint(r, HUE_BOLD, "no");
	buf_add(&b, ": no place ");
	if (q->relation == RULES_WITH) {
		buf_add(&b, "takes one of ");
		add_inner(r, &b, q, a->inner);
		buf_add(&b, " and ");
		add_outer(r, &b, q, a->outer);
		buf_add(&b, " inside the other");
	} else {
		add_verb(&b, q, true);
		add_inner(r, &b, q, a->inner);
		if (q->relation == RULES_PATH) {
			buf_addf(&b, " in what %s() is seen to reach", q->from);
		} else {
			buf_add(&b, " inside ");
			add_outer(r, &b, q, a->outer);
		}
	}
	report_wrap(r, 2, 4, buf_str(&b));
	buf_free(&b);
}

static bool same_place(const struct report *r, uint32_t a, uint32_t b)
{
	return r->lore->places.at[a].file == r->lore->places.at[b].file &&
	       r->lore->places.at[a].line == r->lore->places.at[b].line;
}

static uint32_t last(const struct verdict_evidence *e)
{
	return e->chain[e->n_chain - 1];
}

/* Is i the first of its inner place (and, with by_class, of its classes)? */
static bool is_first(const struct report *r, const struct verdict_list *list, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (list->at[k].inner == list->at[i].inner &&
		    same_place(r, last(&list->at[k]), last(&list->at[i])))
			return false;
	return true;
}

/* Every place with its ways, each a numbered chain. */
static void print_places(const struct report *r, const struct verdict_answer *a)
{
	uint32_t places = 0, number = 0;

	for (size_t i = 0; i < a->list.n; i++) {
		uint32_t ways = 0;

		if (!is_first(r, &a->list, i) || (!r->all && places == MAX_PLACES))
			continue;
		places++;
		fputs("  ", r->out);
		report_place(r, 2, 0, last(&a->list.at[i]));
		for (size_t k = i; k < a->list.n; k++) {
			char head[24];

			if (!same_place(r, last(&a->list.at[k]), last(&a->list.at[i])) ||
			    a->list.at[k].inner != a->list.at[i].inner ||
			    (!r->all && ways == MAX_WAYS))
				continue;
			ways++;
			snprintf(head, sizeof(head), "%5u  ", ++number);
			report_chain(r, &a->list.at[k], strlen(head), head);
		}
	}
	if (number < a->list.n)
		fprintf(r->out, "  and %zu more ways (--all shows them)\n", a->list.n - number);
}

/* ---- '*': by class first ------------------------------------------------------------ */

struct row {
	uint32_t cls, places;
	const struct verdict_evidence *best;
};

static void print_rows(const struct report *r, const struct verdict_answer *a, bool by_inner)
{
	struct { VEC(struct row); } rows = { 0 };
	size_t width = 0;
	char count[32];

	for (size_t i = 0; i < a->list.n; i++) {
		const struct verdict_evidence *e = &a->list.at[i];
		uint32_t cls = by_inner ? e->inner : e->outer;
		bool is_new_place = true;
		size_t k = 0;

		for (size_t p = 0; p < i && is_new_place; p++)
			is_new_place =
				(by_inner ? a->list.at[p].inner : a->list.at[p].outer) != cls ||
				!same_place(r, last(&a->list.at[p]), last(e));
		while (k < rows.n && rows.at[k].cls != cls)
			k++;
		if (k == rows.n)
			vec_push(&rows, (struct row){ cls, 0, e });
		rows.at[k].places += is_new_place;
		if (strlen(report_name(r, cls)) > width && strlen(report_name(r, cls)) <= 32)
			width = strlen(report_name(r, cls));
	}
	for (size_t i = 0; i < rows.n; i++) {
		report_count(count, sizeof(count), rows.at[i].places, "place");
		report_paint(r, HUE_BOLD, "  %-*s", (int)width, report_name(r, rows.at[i].cls));
		fprintf(r->out, "  %-10s  ", count);
		report_place(r, width + 16, 0, last(rows.at[i].best));
	}
	vec_free(&rows);
}

static void print_comment(const struct report *r, const struct verdict_answer *a)
{
	struct buf b = { 0 };

	buf_addf(&b, "a comment at %s:%u says: \"%s\"", report_file(r, a->comment_place),
		 report_line(r, a->comment_place), a->comment);
	report_pad(r, 0, 2);
	report_wrap(r, 2, 4, buf_str(&b));
	buf_free(&b);
}

static void print_other(const struct report *r, const struct rules_question *q,
			const struct verdict_answer *a)
{
	char count[32];

	if (a->alone)
		fprintf(r->out, "with nothing held: %s\n",
			report_count(count, sizeof(count), a->alone, "place"));
	if (q->relation != RULES_INSIDE || q->inner_is_wait || a->inner == LORE_NONE ||
	    a->outer == LORE_NONE || a->inner == a->outer)
		return;
	if (a->other_sites)
		fprintf(r->out, "the other way round: %s (locklore ask '%s inside %s')\n",
			report_count(count, sizeof(count), a->other_sites, "place"),
			report_name(r, a->outer), report_name(r, a->inner));
	else
		fputs("the other way round: nowhere\n", r->out);
}

void report_ask_text(const struct report *r, const struct rules_question *q,
		     const struct verdict_answer *a)
{
	bool is_any = is_star(q->inner) || is_star(q->outer);

	if (*a->note)
		fprintf(r->out, "%s\n", a->note);
	if (!a->is_yes) {
		print_no(r, q, a);
	} else {
		print_yes(r, q, a);
		if (is_any)
			print_rows(r, a, is_star(q->inner));
		if (!is_any || r->all)
			print_places(r, a);
		else
			fputs("  --all shows the chains\n", r->out);
		if (a->comment)
			print_comment(r, a);
	}
	print_other(r, q, a);
}
