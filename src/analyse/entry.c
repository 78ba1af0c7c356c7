/* SPDX-License-Identifier: MIT */
/*
 * entry.c - what is held when a function is entered: on every known way, on some way; and which
 * one thread alone can run it.
 */
#include "analyse/internal.h"

#include <stdlib.h>
#include <string.h>

/*
 * Four bits per class: one per mode that it can be held in, and one for "held in some mode", so
 * that ways which hold it in different modes still agree that it is held.
 */
enum { SOME_MODE = 3 };

static void add_lock(uint64_t *set, uint32_t words, uint32_t cls, uint32_t mode)
{
	uint32_t bit = cls << 2;

	if (cls != NONE && bit / 64 < words)
		set[bit / 64] |= (1ull << mode | 1ull << SOME_MODE) << bit % 64;
}

uint32_t entry_set(struct prog *p, const uint64_t *bits)
{
	uint32_t m[64], n = 0;

	for (uint32_t bit = 0; bit < p->lock_words * 64; bit += 4) {
		unsigned modes = bits[bit / 64] >> bit % 64 & 0xf;

		if (!(modes >> SOME_MODE) || n == ARRAY_LEN(m))
			continue;
		modes &= 7; /* the strongest that is certain; none is: shared */
		m[n++] = bit | (modes ? (uint32_t)__builtin_ctz(modes) : ORDER_SHARED);
	}
	return set_make(p, m, n);
}

static void remove_class(uint64_t *set, uint32_t words, uint32_t cls)
{
	uint32_t bit = cls << 2;

	if (cls != NONE && bit / 64 < words)
		set[bit / 64] &= ~(0xfull << bit % 64);
}

void entry_at(struct prog *p, uint32_t fn, const struct ctx *c, bool must, uint64_t *out)
{
	const struct fn *f = &p->fns.at[fn];

	memcpy(out, must ? f->must : f->may, p->lock_words * sizeof(*out));
	if (!c)
		return;
	for (uint32_t i = 0; i < c->n_dropped; i++)
		remove_class(out, p->lock_words, expr_class(p, f->ctx_dropped.at[c->dropped + i].expr));
	for (uint32_t i = 0; i < c->n_held; i++)
		add_lock(out, p->lock_words, f->ctx_held.at[c->held + i].cls, f->ctx_held.at[c->held + i].mode);
}

/* Calls once per context of the call, or once with NULL where the caller was not looked into. */
static bool combine(struct prog *p, uint32_t fn, const struct site *s, bool must, uint64_t *all, uint64_t *tmp, bool first)
{
	const struct fn *g = &p->fns.at[s->fn];
	uint32_t from = 0, to = 1;

	(void)fn;
	if (g->ctx_first) {
		from = g->ctx_first[s->event];
		to = g->ctx_first[s->event + 1];
	}
	for (uint32_t k = from; k < to; k++) {
		entry_at(p, s->fn, g->ctx_first ? &g->ctxs.at[k] : NULL, must, tmp);
		for (uint32_t w = 0; w < p->lock_words; w++)
			all[w] = first ? tmp[w] : must ? all[w] & tmp[w] : all[w] | tmp[w];
		first = false;
	}
	return first;
}

static bool update(struct prog *p, uint32_t fn, bool must, uint64_t *all, uint64_t *tmp)
{
	struct fn *f = &p->fns.at[fn];
	uint64_t *set = must ? f->must : f->may;
	bool first = true, is_root = !f->callers.n || f->is_spawned;

	memset(all, 0, p->lock_words * sizeof(*all));
	for (size_t i = 0; i < f->callers.n; i++)
		first = combine(p, fn, &f->callers.at[i], must, all, tmp, first);
	if (is_root && must)
		memset(all, 0, p->lock_words * sizeof(*all));
	for (size_t i = 0; i < f->asserts.n; i++)
		add_lock(all, p->lock_words, f->asserts.at[i].fn, fn_event(p, fn, f->asserts.at[i].event)->mode);
	if (memcmp(all, set, p->lock_words * sizeof(*all)) == 0)
		return false;
	memcpy(set, all, p->lock_words * sizeof(*all));
	return true;
}

static void settle(struct prog *p, bool must)
{
	uint64_t *all = xmalloc(p->lock_words * sizeof(*all)), *tmp = xmalloc(p->lock_words * sizeof(*tmp));
	bool changed = true;

	while (changed) { /* sets only shrink (must) or grow (may): it ends */
		changed = false;
		for (size_t i = p->order.n; i-- > 0;)
			changed |= update(p, p->order.at[i], must, all, tmp);
	}
	free(all);
	free(tmp);
}

/* ---- threads ------------------------------------------------------------------------------------ */

#define T_UNSEEN (UINT32_MAX - 1)

static bool in_loop(const struct facts_func *f, uint32_t block)
{
	uint8_t *seen = xcalloc(f->blocks.n, 1);
	struct { VEC(uint32_t); } work = {0};
	bool found = false;

	vec_push(&work, block);
	while (work.n && !found) {
		const struct facts_block *b = &f->blocks.at[work.at[--work.n]];

		for (uint32_t i = 0; i < b->n_succs; i++) {
			uint32_t to = f->list.at[b->succs + i];

			found |= to == block;
			if (!seen[to]) {
				seen[to] = 1;
				vec_push(&work, to);
			}
		}
	}
	free(seen);
	vec_free(&work);
	return found;
}

static uint32_t block_of(const struct facts_func *f, uint32_t event)
{
	for (uint32_t b = 0; b < f->blocks.n; b++)
		if (event >= f->blocks.at[b].events && event < f->blocks.at[b].events + f->blocks.at[b].n_events)
			return b;
	return 0;
}

static bool meet_thread(struct fn *f, uint32_t thread)
{
	if (f->thread == thread || f->thread == ORDER_ANY_THREAD)
		return false;
	f->thread = f->thread == T_UNSEEN ? thread : ORDER_ANY_THREAD;
	return true;
}

static void spread_threads(struct prog *p)
{
	bool changed = true;

	while (changed) {
		changed = false;
		for (size_t i = p->order.n; i-- > 0;) {
			struct fn *f = &p->fns.at[p->order.at[i]];

			for (size_t t = 0; f->thread != T_UNSEEN && t < f->targets.n; t++)
				if (f->targets.at[t].kind == LORE_CALL_DIRECT || f->targets.at[t].kind == LORE_CALL_POINTER)
					changed |= meet_thread(&p->fns.at[f->targets.at[t].fn], f->thread);
		}
	}
}

/* How often each function is started as a thread; 2 stands for many. */
static bool is_main(const struct prog *p, uint32_t fn)
{
	return !p->fns.at[fn].is_static && strcmp(strtab_str(p->str, p->fns.at[fn].name), "main") == 0;
}

static void count_spawns(struct prog *p, uint8_t *starts)
{
	for (uint32_t n = 0; n < p->fns.n; n++) {
		const struct fn *f = &p->fns.at[n];

		for (uint32_t i = 0; i < f->f->events.n; i++)
			for (uint32_t t = f->target_first[i]; t < f->target_first[i + 1]; t++) {
				const struct target *to = &f->targets.at[t];
				bool once = is_main(p, n) && to->kind == LORE_CALL_SPAWN && !in_loop(f->f, block_of(f->f, i));

				if (to->kind != LORE_CALL_SPAWN && to->kind != LORE_CALL_DEFER)
					continue;
				starts[to->fn] = once && starts[to->fn] == 0 ? 1 : 2;
			}
	}
}

static void find_threads(struct prog *p)
{
	uint8_t *starts = xcalloc(p->fns.n, 1);
	bool has_main = false;

	for (uint32_t n = 0; n < p->fns.n; n++)
		has_main |= is_main(p, n);
	for (uint32_t n = 0; n < p->fns.n; n++)
		p->fns.at[n].thread = has_main ? T_UNSEEN : ORDER_ANY_THREAD;
	if (has_main) {
		count_spawns(p, starts);
		for (uint32_t n = 0; n < p->fns.n; n++) {
			struct fn *f = &p->fns.at[n];

			if (is_main(p, n))
				meet_thread(f, 1 + n);
			else if (starts[n] == 1)
				meet_thread(f, 1 + n);
			else if (starts[n] == 2 || !f->callers.n || (f->is_escaped && !f->callers.n))
				meet_thread(f, ORDER_ANY_THREAD);
		}
		spread_threads(p);
	}
	for (uint32_t n = 0; n < p->fns.n; n++)
		if (p->fns.at[n].thread == T_UNSEEN)
			p->fns.at[n].thread = ORDER_ANY_THREAD;
	free(starts);
}

void entry_all(struct prog *p)
{
	p->lock_words = (uint32_t)(p->classes.n * 4 + 63) / 64 + 1;
	for (uint32_t n = 0; n < p->fns.n; n++) {
		struct fn *f = &p->fns.at[n];

		f->must = xmalloc(p->lock_words * sizeof(*f->must));
		f->may = xcalloc(p->lock_words, sizeof(*f->may));
		memset(f->must, 0xff, p->lock_words * sizeof(*f->must));
	}
	settle(p, true);
	settle(p, false);
	for (uint32_t n = 0; n < p->fns.n; n++) { /* cycles that nobody enters know nothing */
		struct fn *f = &p->fns.at[n];
		bool all = true;

		for (uint32_t w = 0; w < p->lock_words; w++)
			all &= f->must[w] == UINT64_MAX;
		if (all)
			memset(f->must, 0, p->lock_words * sizeof(*f->must));
	}
	find_threads(p);
}
