/* SPDX-License-Identifier: MIT */
/* A deadlock in a review: the threads, their chains, the others like it, and which mend fits. */
#include "report/review_parts.h"

#include <stdlib.h>
#include <string.h>

static void print_chains(struct letter *t, const struct verdict_deadlock *d)
{
	for (uint32_t i = 0; i < d->n; i++) {
		if (letter_was_shown(t, &d->edges[i])) {
			letter_say(t, "Thread %u comes there on the way shown above.", i + 1);
			continue;
		}
		letter_say(t, d->n > 1 ? "Thread %u:" : "The thread:", i + 1);
		letter_chain(t, &d->edges[i]);
	}
}

static void print_others(struct letter *t, const struct review_knot *k)
{
	struct buf b = { 0 };

	for (size_t i = 0; i < k->others.n; i++) {
		b.n = 0;
		report_cycle(&t->r, &b, &t->v->dead->at.at[k->others.at[i]]);
		letter_say(t, "The same orders are part of deadlock %u, %s.", k->others.at[i] + 1,
			   buf_str(&b));
	}
	if (k->n_guessed)
		letter_say(t, "%u more %s on guesses (locklore deadlocks --all).", k->n_guessed,
			   k->n_guessed == 1 ? "rests" : "rest");
	buf_free(&b);
}

static void add_fit(const struct letter *t, struct buf *b, const struct review_knot *k,
		    const struct review_mend *m)
{
	buf_addf(b, " (%u place%s", m->places, m->places == 1 ? "" : "s");
	if (k->others.n == 1 && !m->left)
		buf_add(b, "; ends both");
	else if (k->others.n && !m->left)
		buf_addf(b, "; ends all %zu", k->others.n + 1);
	else if (m->left)
		buf_addf(b, "; leaves %u of the %zu", m->left, k->others.n + 1);
	buf_add(b, ")");
	if (!m->against)
		return;
	buf_addf(b, "; but %s would still be taken inside %s there, against ",
		 report_name(&t->r, m->against_inner), report_name(&t->r, m->against_outer));
	review_where(m->against->rule, b);
}

static void print_mends(struct letter *t, const struct review_knot *k)
{
	struct buf b = { 0 };

	letter_say(t, k->mends.n > 1 ? "What mends it; what fits best comes first:"
				     : "What mends it:");
	for (size_t i = 0; i < k->mends.n; i++) {
		b.n = 0;
		add_fit(t, &b, k, &k->mends.at[i]);
		letter_item(t, "%s%s", k->mends.at[i].mend->text, buf_str(&b));
	}
	buf_free(&b);
}

void letter_knot(struct letter *t, const struct review_knot *k)
{
	const struct verdict_deadlock *d = &t->v->dead->at.at[k->deadlock];

	letter_say(t, "This can deadlock%s:",
		   d->assumptions ? ", if what it rests on is guessed right" : "");
	report_threads(&t->r, d);
	print_chains(t, d);
	print_others(t, k);
	if (k->mends.n) {
		letter_gap(t);
		print_mends(t, k);
	}
}
