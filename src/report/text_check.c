/* SPDX-License-Identifier: MIT */
/* `check` as text: one line per statement, evidence under what is contradicted. */
#include "report/internal.h"

#include <stdlib.h>
#include <string.h>

enum { TEXT_COLUMN = 6, VERDICT_COLUMN = 57, BEST_OF_LEAF = 3 };

static enum report_hue hue_of(const struct verdict_statement *s)
{
	switch (s->value) {
	case VERDICT_UPHELD: return HUE_GOOD;
	case VERDICT_CONTRADICTED: return HUE_BAD;
	default: return HUE_DOUBT;
	}
}

static void print_head(const struct report *r, const struct verdict_document *d)
{
	const struct lore *l = r->lore;
	struct buf b = { 0 };

	report_paint(r, HUE_BOLD, "%s", d->doc->name);
	fputs("   ", r->out);
	buf_addf(&b, "%s, %s, %u unit%s, %s", lore_str(l, l->tree), lore_str(l, l->configuration),
		 l->n_units, l->n_units == 1 ? "" : "s", lore_str(l, l->date));
	report_wrap(r, strlen(d->doc->name) + 3, TEXT_COLUMN, buf_str(&b));
	if (l->n_failed_units)
		fprintf(r->out, "      %u more did not compile and cannot be seen here\n",
			l->n_failed_units);
	fputc('\n', r->out);
	buf_free(&b);
}

/* ---- evidence ---------------------------------------------------------------------- */

/* The best of one side; all with --all. */
static void print_side(const struct report *r, const struct verdict_statement *s, bool is_against,
		       const char *title, size_t best)
{
	size_t n = 0, shown = 0;

	for (size_t i = 0; i < s->list.n; i++)
		n += s->list.at[i].is_against == is_against;
	if (r->all)
		best = n;
	for (size_t i = 0; i < s->list.n && shown < best; i++) {
		if (s->list.at[i].is_against != is_against)
			continue;
		if (!shown++ && n > best)
			fprintf(r->out,
				best == 1 ? "       %s, the best of %zu ways:\n"
					  : "       %s, the best few of %zu ways:\n",
				title, n);
		else if (shown == 1)
			fprintf(r->out, "       %s:\n", title);
		else
			fputc('\n', r->out);
		report_chain(r, &s->list.at[i], 9, "");
	}
}

static const char *against_title(const struct verdict_statement *s)
{
	switch (s->rule->kind) {
	case RULES_ORDER: return "the other way round";
	case RULES_REQUIRES: return s->rule->is_without ? "with it held" : "without it";
	case RULES_LEAF: return "inside";
	default: return "here";
	}
}

static const char *for_title(const struct verdict_statement *s)
{
	return s->rule->kind == RULES_NEVER ? "the other way round" : "as the sentence says";
}

static void print_deadlock_of(const struct report *r, const struct verdict_statement *s)
{
	const struct verdict_deadlock *d = &r->dead->at.at[s->deadlock];
	const struct verdict_evidence *mine = s->list.n ? &s->list.at[s->list.n - 1] : NULL,
				      *other = NULL;

	for (uint32_t i = 0; i < d->n; i++)
		if (!mine || d->edges[i].outer != mine->outer || d->edges[i].inner != mine->inner)
			other = other ? other : &d->edges[i];
	if (!other)
		fprintf(r->out, "       can deadlock with itself: locklore deadlocks %u\n",
			s->deadlock + 1);
	else
		fprintf(r->out, "       can deadlock with %s(): locklore deadlocks %u\n",
			report_func(r, other->chain[other->n_chain - 1]), s->deadlock + 1);
}

static void print_comment(const struct report *r, const struct verdict_statement *s)
{
	struct buf b = { 0 };

	buf_addf(&b, "a comment at %s:%u says: \"%s\"", report_file(r, s->comment_place),
		 report_line(r, s->comment_place), s->comment);
	report_pad(r, 0, 7);
	report_wrap(r, 7, 9, buf_str(&b));
	buf_free(&b);
}

static void print_contradiction(const struct report *r, const struct verdict_statement *s)
{
	bool is_leaf = s->rule->kind == RULES_LEAF;

	fputs("      ", r->out);
	report_paint(r, HUE_BAD, "CONTRADICTED");
	fputs("  ", r->out);
	report_wrap(r, TEXT_COLUMN + 14, TEXT_COLUMN + 2, s->why);
	print_side(r, s, true, against_title(s), is_leaf ? BEST_OF_LEAF : 1);
	print_side(r, s, false, for_title(s), 1);
	if (s->comment)
		print_comment(r, s);
	if (s->deadlock != LORE_NONE)
		print_deadlock_of(r, s);
}

/* ---- one statement -------------------------------------------------------------------- */

static void print_mark(const struct report *r, const struct verdict_statement *s)
{
	char count[32];

	report_paint(r, hue_of(s), "%s", verdict_value_name(s->value));
	if (s->value == VERDICT_UPHELD && s->seen && s->rule->kind != RULES_LEAF &&
	    s->rule->kind != RULES_NEVER && s->rule->kind != RULES_CONTEXT)
		fprintf(r->out, "  %s", report_count(count, sizeof(count), s->seen, "place"));
	fputc('\n', r->out);
}

static void print_doubts(const struct report *r, const struct verdict_statement *s)
{
	if (s->value == VERDICT_CONTRADICTED)
		return;
	if (*s->why) {
		report_pad(r, 0, TEXT_COLUMN + 2);
		report_wrap(r, TEXT_COLUMN + 2, TEXT_COLUMN + 2, s->why);
	}
	if (r->verbose && s->unresolved)
		fprintf(r->out, "        %u call%s through pointers here could not be followed\n",
			s->unresolved, s->unresolved == 1 ? "" : "s");
	if (r->verbose || r->all)
		print_side(r, s, false, for_title(s), 1);
}

static void print_statement(const struct report *r, const struct verdict_statement *s)
{
	const char *text = s->rule->text       ? s->rule->text
			   : s->rule->sentence ? s->rule->sentence
					       : "";
	bool is_open = s->value == VERDICT_CONTRADICTED || s->value == VERDICT_NOT_UNDERSTOOD;

	fprintf(r->out, "%4u  ", s->rule->line);
	if (s->value == VERDICT_NOT_UNDERSTOOD)
		text = s->rule->sentence ? s->rule->sentence : text;
	if (is_open || TEXT_COLUMN + strlen(text) + 2 > VERDICT_COLUMN) {
		report_wrap(r, TEXT_COLUMN, TEXT_COLUMN, text);
		if (s->value == VERDICT_CONTRADICTED) {
			print_contradiction(r, s);
			return;
		}
		report_pad(r, 0, is_open ? TEXT_COLUMN : VERDICT_COLUMN);
	} else {
		fputs(text, r->out);
		report_pad(r, TEXT_COLUMN + strlen(text), VERDICT_COLUMN);
	}
	print_mark(r, s);
	print_doubts(r, s);
}

static void print_recorded(const struct report *r, const struct verdict_statement *s)
{
	const char *text = s->rule->text       ? s->rule->text
			   : s->rule->sentence ? s->rule->sentence
					       : "";

	fprintf(r->out, "%4u  ", s->rule->line);
	report_wrap(r, TEXT_COLUMN, TEXT_COLUMN, text);
	report_pad(r, 0, VERDICT_COLUMN - 10);
	report_paint(r, HUE_DIM, "%s: recorded, not judged", rules_kind_name(s->rule->kind));
	fputc('\n', r->out);
}

/* ---- the end ---------------------------------------------------------------------------- */

static uint64_t finding_key(const struct verdict_finding *f)
{
	uint64_t h = hash_bytes(f->file, strlen(f->file) + 1, HASH_SEED + f->severity);

	h = hash_bytes(f->code, strlen(f->code) + 1, h);
	return hash_bytes(f->message, strlen(f->message), h);
}

/* What is true of several lines is said once, at the first of them. */
static void print_findings(const struct report *r, const struct verdict_document *d)
{
	struct { VEC(struct buf); } also = { 0 };
	struct map first = { 0 };
	uint64_t at;

	for (size_t i = 0; i < d->findings.n; i++) {
		const struct verdict_finding *f = &d->findings.at[i];

		vec_push(&also, (struct buf){ 0 });
		if (!map_get(&first, finding_key(f), &at))
			map_put(&first, finding_key(f), i);
		else if (f->line != d->findings.at[at].line)
			buf_addf(&also.at[at], "%s%u", also.at[at].n ? ", " : "; also line ", f->line);
	}
	if (d->findings.n)
		fputc('\n', r->out);
	for (size_t i = 0; i < d->findings.n; i++) {
		const struct verdict_finding *f = &d->findings.at[i];
		struct buf b = { 0 };

		buf_addf(&b, "%s:%u: %s: %s [%s]%s", f->file, f->line,
			 verdict_severity_name(f->severity), f->message, f->code,
			 buf_str(&also.at[i]));
		if (map_get(&first, finding_key(f), &at) && at == i)
			report_wrap(r, 0, TEXT_COLUMN, buf_str(&b));
		buf_free(&b);
		buf_free(&also.at[i]);
	}
	vec_free(&also);
	map_free(&first);
}

struct sums {
	uint32_t of[VERDICT_VALUES], total, recorded, open;
};

static struct sums sum_up(const struct verdict_document *d)
{
	struct sums n = { 0 };

	for (size_t i = 0; i < d->statements.n; i++) {
		const struct verdict_statement *s = &d->statements.at[i];

		if (!s->is_judged) {
			n.recorded++;
			continue;
		}
		n.total++;
		n.of[s->value]++;
		n.open += s->unresolved && s->value != VERDICT_CONTRADICTED;
	}
	return n;
}

static void print_sums(const struct report *r, const struct verdict_document *d)
{
	struct sums n = sum_up(d);
	char count[32];
	bool any = false;

	fprintf(r->out, "%s%s", n.total || d->findings.n || (r->all && n.recorded) ? "\n" : "",
		report_count(count, sizeof(count), n.total, "statement"));
	for (unsigned i = 0; i < VERDICT_VALUES; i++)
		if (n.of[i]) {
			fprintf(r->out, "%s %u %s", any ? "," : ":", n.of[i],
				verdict_value_name(i));
			any = true;
		}
	fputc('\n', r->out);
	if (n.recorded)
		fprintf(r->out, "%u more %s recorded, not judged%s\n", n.recorded,
			n.recorded == 1 ? "is" : "are", r->all ? "" : " (--all lists them)");
	if (n.open && !r->verbose)
		fprintf(r->out,
			"%u could still change: under these locks there are calls through "
			"pointers\n"
			"that could not be followed (-v says which)\n",
			n.open);
	if (d->deadlocks.n)
		fprintf(r->out, "%s involve%s these locks (locklore deadlocks)\n",
			report_count(count, sizeof(count), (uint32_t)d->deadlocks.n, "deadlock"),
			d->deadlocks.n == 1 ? "s" : "");
}

void report_check_text(const struct report *r, const struct verdict_document *d)
{
	struct report own = *r;

	own.spelling = d->spelling;
	print_head(&own, d);
	for (size_t i = 0; i < d->statements.n; i++) {
		const struct verdict_statement *s = &d->statements.at[i];

		if (s->is_judged)
			print_statement(&own, s);
		else if (r->all)
			print_recorded(&own, s);
	}
	print_findings(&own, d);
	print_sums(&own, d);
}
