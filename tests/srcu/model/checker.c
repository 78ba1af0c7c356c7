/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "checker.h"
#include "fair.h"
#include "space.h"

struct search {
	const struct question *question;
	struct space space;
	struct report report;
	uint32_t culprit; /* the state to print the way to */
	struct step last; /* and, for a violation, the step out of it */
};

static double now_seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static uint8_t actor(struct step step)
{
	return step.kind == TAKE_INTERRUPT ? step.thread + MAX_THREADS : step.thread;
}

/* Adds the successors of state i; false if a check failed. */
static bool expand(struct search *x, uint32_t i)
{
	const struct machine *m = x->question->machine;
	struct step steps[MAX_STEPS];
	struct state s, next;
	int n;

	space_get(&x->space, i, &s);
	space_begin_edges(&x->space, i);
	n = machine_steps(m, &s, steps);
	for (int k = 0; k < n; k++) {
		enum verdict verdict;

		next = s;
		verdict = machine_do(m, &next, steps[k]);
		if (verdict == STEP_WRONG_GUESS)
			continue;
		x->report.steps++;
		if (verdict == STEP_VIOLATION && machine_is_certain(m, &next)) {
			x->culprit = i;
			x->last = steps[k];
			return false;
		}
		if (verdict == STEP_GOOD)
			space_add_edge(&x->space, space_add(&x->space, &next, i), actor(steps[k]));
	}
	return true;
}

static enum outcome visit_all(struct search *x)
{
	for (uint32_t i = 0; i < x->space.count; i++) {
		if (!expand(x, i))
			return OUTCOME_VIOLATION;
		if (x->space.count > x->question->max_states)
			return OUTCOME_TOO_LARGE;
	}
	x->space.edge_start[x->space.count] = x->space.edges;
	return OUTCOME_SAFE;
}

static bool leads_to_end(const struct space *sp, const bool *is_good, uint32_t i)
{
	for (size_t e = sp->edge_start[i]; e < sp->edge_start[i + 1]; e++)
		if (is_good[sp->edge[e]])
			return true;
	return false;
}

/* Edges mostly lead to higher numbers, so going down settles nearly all at once. */
static void spread_backwards(const struct space *sp, bool *is_good)
{
	bool moved = true;

	while (moved) {
		moved = false;
		for (uint32_t i = (uint32_t)sp->count; i-- > 0;)
			if (!is_good[i] && leads_to_end(sp, is_good, i))
				is_good[i] = moved = true;
	}
}

static enum outcome check_progress(struct search *x)
{
	const struct machine *m = x->question->machine;
	enum outcome outcome = OUTCOME_SAFE;
	bool *is_good = calloc(x->space.count, sizeof(*is_good));
	struct state s;

	if (!is_good)
		exit(2);
	for (uint32_t i = 0; i < x->space.count; i++) {
		space_get(&x->space, i, &s);
		is_good[i] = machine_finished(m, &s);
	}
	spread_backwards(&x->space, is_good);
	for (uint32_t i = 0; i < x->space.count && outcome == OUTCOME_SAFE; i++) {
		space_get(&x->space, i, &s);
		if (!is_good[i] && machine_is_certain(m, &s)) {
			x->culprit = i;
			outcome = OUTCOME_STUCK;
		}
	}
	free(is_good);
	return outcome;
}

/* The step that leads from one state to the next was not kept: find it again. */
static struct step step_between(const struct search *x, uint32_t from, uint32_t to)
{
	const struct machine *m = x->question->machine;
	struct step steps[MAX_STEPS];
	struct state s, next;
	int n;

	space_get(&x->space, from, &s);
	n = machine_steps(m, &s, steps);
	for (int k = 0; k < n; k++) {
		next = s;
		if (machine_do(m, &next, steps[k]) != STEP_GOOD)
			continue;
		/* `to` is known, so adding finds it and changes nothing. */
		if (space_add((struct space *)&x->space, &next, from) == to)
			return steps[k];
	}
	return steps[0];
}

static void print_trace(struct search *x)
{
	const struct machine *m = x->question->machine;
	uint32_t *way, i = x->culprit;
	struct state s;
	int n = 0;

	for (; i != 0; i = x->space.parent[i])
		n++;
	x->report.trace_length = n + (x->report.outcome == OUTCOME_VIOLATION);
	if (!x->question->print_trace)
		return;
	way = calloc((size_t)n + 1, sizeof(*way));
	if (!way)
		exit(2);
	i = x->culprit;
	for (int k = n; k >= 0; k--, i = x->space.parent[i])
		way[k] = i;
	for (int k = 0; k < n; k++) {
		space_get(&x->space, way[k], &s);
		machine_print_step(m, &s, step_between(x, way[k], way[k + 1]));
	}
	space_get(&x->space, x->culprit, &s);
	if (x->report.outcome == OUTCOME_VIOLATION)
		machine_print_step(m, &s, x->last);
	free(way);
}

struct report checker_run(const struct question *q)
{
	struct search x = { .question = q };
	double start = now_seconds();
	struct state s;

	space_open(&x.space, q->machine);
	if (machine_start(q->machine, &s) != STEP_GOOD)
		abort(); /* a check that fails before anything happened: the program is wrong */
	space_add(&x.space, &s, 0);
	x.report.outcome = visit_all(&x);
	if (x.report.outcome == OUTCOME_SAFE && q->must_end == NOBODY)
		x.report.outcome = check_progress(&x);
	else if (x.report.outcome == OUTCOME_SAFE && fair_cycle(&x.space, q->must_end, &x.culprit))
		x.report.outcome = OUTCOME_STARVED;
	if (x.report.outcome != OUTCOME_SAFE && x.report.outcome != OUTCOME_TOO_LARGE)
		print_trace(&x);
	x.report.states = x.space.count;
	x.report.seconds = now_seconds() - start;
	space_close(&x.space);
	return x.report;
}
