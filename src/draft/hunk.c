/* SPDX-License-Identifier: MIT */
/* The difference between the lines that a source began with and those it has: a unified diff. */
#include "draft/internal.h"

#include <stdlib.h>
#include <string.h>

enum { CONTEXT = 3 };

struct step {
	char side;	 /* ' ', '-', '+' */
	size_t old, now; /* index; of '+': old is the next old line, of '-': now the next new one */
};
struct steps {
	VEC(struct step);
};

static void steps_of(const struct draft_source *s, struct steps *out)
{
	size_t old = 0;

	for (size_t i = 0; i < s->n; i++) {
		if (s->at[i].origin && s->at[i].origin > old) {
			for (; old + 1 < s->at[i].origin; old++)
				vec_push(out, (struct step){ '-', old, i });
			if (!s->ends_in_newline && old + 1 == s->n_old && i + 1 < s->n) {
				/* gets the newline that it lacked */
				vec_push(out, (struct step){ '-', old++, i });
				vec_push(out, (struct step){ '+', old, i });
				continue;
			}
			vec_push(out, (struct step){ ' ', old++, i });
			continue;
		}
		vec_push(out, (struct step){ '+', old, i });
	}
	for (; old < s->n_old; old++)
		vec_push(out, (struct step){ '-', old, s->n });
}

/* In a run of changes what goes comes first. */
static void removals_first(struct steps *k)
{
	for (size_t i = 0; i < k->n;) {
		size_t end = i;
		struct steps sorted = { 0 };

		while (end < k->n && k->at[end].side != ' ')
			end++;
		for (unsigned pass = 0; pass < 2; pass++)
			for (size_t j = i; j < end; j++)
				if (k->at[j].side == (pass ? '+' : '-'))
					vec_push(&sorted, k->at[j]);
		for (size_t j = 0; j < sorted.n; j++)
			k->at[i + j] = sorted.at[j];
		vec_free(&sorted);
		i = end + 1;
	}
}

static void add_line(const struct draft_source *s, const struct step *k, struct buf *out)
{
	bool is_old = k->side == '-';
	const char *text = is_old ? s->old[k->old] : s->at[k->now].s;
	bool is_last = is_old		? k->old + 1 == s->n_old
		       : k->side == '+' ? k->now + 1 == s->n
					: k->now + 1 == s->n && k->old + 1 == s->n_old;

	is_last = is_last && !s->ends_in_newline;
	buf_addf(out, "%c%s%s\n", k->side, text, s->has_cr && !is_last ? "\r" : "");
	if (is_last)
		buf_add(out, "\\ No newline at end of file\n");
}

static void add_hunk(const struct draft_source *s, const struct steps *k, size_t from, size_t to,
		     struct buf *out)
{
	size_t n_old = 0, n_new = 0, old = 0, now = 0;

	for (size_t i = from; i < to; i++) {
		n_old += k->at[i].side != '+';
		n_new += k->at[i].side != '-';
	}
	for (size_t i = 0; i < from; i++) {
		old += k->at[i].side != '+';
		now += k->at[i].side != '-';
	}
	buf_addf(out, "@@ -%zu,%zu +%zu,%zu @@\n", old + (n_old > 0), n_old, now + (n_new > 0),
		 n_new);
	for (size_t i = from; i < to; i++)
		add_line(s, &k->at[i], out);
}

void draft_source_diff(const struct draft_source *s, const char *name, struct buf *out)
{
	struct steps k = { 0 };
	bool has_head = false;

	steps_of(s, &k);
	removals_first(&k);
	for (size_t i = 0; i < k.n;) {
		size_t from, to, quiet = 0;

		if (k.at[i].side == ' ') {
			i++;
			continue;
		}
		from = i > CONTEXT ? i - CONTEXT : 0;
		for (to = i; to < k.n && quiet <= 2 * CONTEXT; to++)
			quiet = k.at[to].side == ' ' ? quiet + 1 : 0;
		to -= quiet > CONTEXT ? quiet - CONTEXT : 0;
		if (!has_head)
			buf_addf(out, "--- a/%s\n+++ b/%s\n", name, name);
		has_head = true;
		add_hunk(s, &k, from, to, out);
		i = to;
	}
	vec_free(&k);
}
