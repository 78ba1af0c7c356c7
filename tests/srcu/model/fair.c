/* SPDX-License-Identifier: MIT */
/*
 * Strongly connected components (Tarjan, without recursion).  A component in which each thread
 * moves, or is unable to move somewhere, holds a fair cycle: go round and visit all of it.
 */
#include <stdlib.h>

#include "fair.h"

struct walk {
	const struct space *space;
	uint32_t *number, *low; /* 0: not visited */
	uint32_t *stack, *path;
	size_t *next_edge;
	bool *on_stack;
	size_t depth, path_length;
	uint32_t clock;
	int must_end;
};

static void *zeroed(size_t n, size_t size)
{
	void *p = calloc(n, size);

	if (!p)
		exit(2);
	return p;
}

/*
 * Who has no reason to complain in `s`: threads that cannot move, and nobody to be interrupted.  An
 * interrupt that is pending must come, even if the thread could not take it at each moment.
 */
static unsigned content_in(const struct machine *m, const struct state *s)
{
	unsigned content = (1u << 2 * MAX_THREADS) - 1;
	struct step steps[MAX_STEPS];
	int n = machine_steps(m, s, steps);

	while (n-- > 0)
		if (steps[n].kind != TAKE_INTERRUPT)
			content &= ~(1u << steps[n].thread);
	for (int i = 0; i < m->threads; i++)
		if (s->thread[i].interrupts)
			content &= ~(1u << (i + MAX_THREADS));
	return content;
}

/* `members` is one component, all of it still marked on_stack. */
static bool is_fair(const struct walk *w, const uint32_t *members, size_t n)
{
	const struct space *sp = w->space;
	const struct machine *m = sp->machine;
	unsigned content = 0;
	bool has_edge = false;
	struct state s;

	for (size_t k = 0; k < n; k++) {
		uint32_t i = members[k];

		space_get(sp, i, &s);
		if (s.thread[w->must_end].count == 0)
			return false;
		content |= content_in(m, &s);
		for (size_t e = sp->edge_start[i]; e < sp->edge_start[i + 1]; e++) {
			uint32_t to = sp->edge[e];

			if (!w->on_stack[to] || w->number[to] < w->number[members[0]])
				continue;
			has_edge = true;
			content |= 1u << sp->edge_actor[e];
		}
	}
	return has_edge && content == (1u << 2 * MAX_THREADS) - 1;
}

static void enter(struct walk *w, uint32_t i)
{
	w->number[i] = w->low[i] = ++w->clock;
	w->stack[w->depth++] = i;
	w->on_stack[i] = true;
	w->path[w->path_length++] = i;
	w->next_edge[i] = w->space->edge_start[i];
}

/* All successors of i are done.  True if i closes a component with a fair cycle. */
static bool leave(struct walk *w, uint32_t i)
{
	size_t bottom = w->depth;
	bool found;

	w->path_length--;
	if (w->path_length > 0) {
		uint32_t up = w->path[w->path_length - 1];

		if (w->low[i] < w->low[up])
			w->low[up] = w->low[i];
	}
	if (w->low[i] != w->number[i])
		return false;
	while (w->stack[--bottom] != i)
		;
	found = is_fair(w, w->stack + bottom, w->depth - bottom);
	while (w->depth > bottom)
		w->on_stack[w->stack[--w->depth]] = false;
	return found;
}

static bool walk_all(struct walk *w, uint32_t *state)
{
	enter(w, 0);
	while (w->path_length > 0) {
		uint32_t i = w->path[w->path_length - 1], to;

		if (w->next_edge[i] == w->space->edge_start[i + 1]) {
			*state = i;
			if (leave(w, i))
				return true;
			continue;
		}
		to = w->space->edge[w->next_edge[i]++];
		if (w->number[to] == 0)
			enter(w, to);
		else if (w->on_stack[to] && w->number[to] < w->low[i])
			w->low[i] = w->number[to];
	}
	return false;
}

bool fair_cycle(const struct space *sp, int must_end, uint32_t *state)
{
	struct walk w = { .space = sp, .must_end = must_end };
	bool found;

	w.number = zeroed(sp->count, sizeof(*w.number));
	w.low = zeroed(sp->count, sizeof(*w.low));
	w.stack = zeroed(sp->count, sizeof(*w.stack));
	w.path = zeroed(sp->count, sizeof(*w.path));
	w.next_edge = zeroed(sp->count, sizeof(*w.next_edge));
	w.on_stack = zeroed(sp->count, sizeof(*w.on_stack));
	found = walk_all(&w, state);
	free(w.number);
	free(w.low);
	free(w.stack);
	free(w.path);
	free(w.next_edge);
	free(w.on_stack);
	return found;
}
