/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "space.h"

enum { MAX_PACKED = MAX_CELLS + MAX_THREADS * (3 + MAX_REGS + 3 * MAX_WINDOW) };

static void *grow(void *old, size_t bytes)
{
	void *p = realloc(old, bytes);

	if (!p) {
		fprintf(stderr, "model: out of memory (%zu bytes)\n", bytes);
		exit(2);
	}
	return p;
}

void space_open(struct space *sp, const struct machine *m)
{
	memset(sp, 0, sizeof(*sp));
	sp->machine = m;
	sp->table_size = 1 << 16;
	sp->table = calloc(sp->table_size, sizeof(*sp->table));
	sp->slots = 1 << 12;
	sp->start = grow(NULL, (sp->slots + 1) * sizeof(*sp->start));
	sp->parent = grow(NULL, sp->slots * sizeof(*sp->parent));
	sp->edge_start = grow(NULL, (sp->slots + 1) * sizeof(*sp->edge_start));
	sp->start[0] = 0;
	sp->edge_start[0] = 0;
	if (!sp->table)
		exit(2);
}

void space_close(struct space *sp)
{
	free(sp->bytes);
	free(sp->start);
	free(sp->parent);
	free(sp->table);
	free(sp->edge);
	free(sp->edge_actor);
	free(sp->edge_start);
	memset(sp, 0, sizeof(*sp));
}

static size_t pack(const struct machine *m, const struct state *s, uint8_t *out)
{
	uint8_t *p = out;

	memcpy(p, s->cell, (size_t)m->cells);
	p += m->cells;
	for (int i = 0; i < m->threads; i++) {
		const struct thread *t = &s->thread[i];

		*p++ = t->pc;
		*p++ = t->interrupts;
		*p++ = t->count;
		memcpy(p, t->reg, MAX_REGS);
		p += MAX_REGS;
		memcpy(p, t->slot, t->count * sizeof(t->slot[0]));
		p += t->count * sizeof(t->slot[0]);
	}
	return (size_t)(p - out);
}

void space_get(const struct space *sp, uint32_t i, struct state *s)
{
	const struct machine *m = sp->machine;
	const uint8_t *p = sp->bytes + sp->start[i];

	memset(s, 0, sizeof(*s));
	memcpy(s->cell, p, (size_t)m->cells);
	p += m->cells;
	for (int k = 0; k < m->threads; k++) {
		struct thread *t = &s->thread[k];

		t->pc = *p++;
		t->interrupts = *p++;
		t->count = *p++;
		memcpy(t->reg, p, MAX_REGS);
		p += MAX_REGS;
		memcpy(t->slot, p, t->count * sizeof(t->slot[0]));
		p += t->count * sizeof(t->slot[0]);
	}
}

static uint64_t hash(const uint8_t *p, size_t n)
{
	uint64_t h = n * 0x9e3779b97f4a7c15u, word;

	for (; n >= 8; p += 8, n -= 8) {
		memcpy(&word, p, 8);
		h = (h ^ word) * 0xff51afd7ed558ccdu;
		h ^= h >> 32;
	}
	word = 0;
	memcpy(&word, p, n);
	h = (h ^ word) * 0xc4ceb9fe1a85ec53u;
	return h ^ (h >> 29);
}

static uint32_t *find(const struct space *sp, const uint8_t *p, size_t n)
{
	uint32_t at = (uint32_t)hash(p, n) & (sp->table_size - 1);

	for (;; at = (at + 1) & (sp->table_size - 1)) {
		uint32_t i = sp->table[at];

		if (i == 0)
			return &sp->table[at];
		i--;
		if (sp->start[i + 1] - sp->start[i] == n && !memcmp(sp->bytes + sp->start[i], p, n))
			return &sp->table[at];
	}
}

static void widen_table(struct space *sp)
{
	free(sp->table);
	sp->table_size *= 2;
	sp->table = calloc(sp->table_size, sizeof(*sp->table));
	if (!sp->table)
		exit(2);
	for (uint32_t i = 0; i < sp->count; i++)
		*find(sp, sp->bytes + sp->start[i], sp->start[i + 1] - sp->start[i]) = i + 1;
}

static void make_room(struct space *sp)
{
	if (sp->used + MAX_PACKED > sp->room) {
		sp->room = sp->room ? sp->room + sp->room / 2 : 1 << 20;
		sp->bytes = grow(sp->bytes, sp->room);
	}
	if (sp->count == sp->slots) {
		sp->slots += sp->slots / 2;
		sp->start = grow(sp->start, (sp->slots + 1) * sizeof(*sp->start));
		sp->parent = grow(sp->parent, sp->slots * sizeof(*sp->parent));
		sp->edge_start = grow(sp->edge_start, (sp->slots + 1) * sizeof(*sp->edge_start));
	}
	if (sp->count + 1 > sp->table_size / 2)
		widen_table(sp);
}

uint32_t space_add(struct space *sp, const struct state *s, uint32_t parent)
{
	uint32_t *slot;
	size_t n;

	make_room(sp);
	n = pack(sp->machine, s, sp->bytes + sp->used);
	slot = find(sp, sp->bytes + sp->used, n);
	if (*slot != 0)
		return *slot - 1;
	sp->parent[sp->count] = parent;
	sp->used += n;
	sp->start[++sp->count] = sp->used;
	*slot = (uint32_t)sp->count;
	return *slot - 1;
}

void space_begin_edges(struct space *sp, uint32_t from)
{
	sp->edge_start[from] = sp->edges;
	sp->edge_start[from + 1] = sp->edges;
}

void space_add_edge(struct space *sp, uint32_t to, uint8_t actor)
{
	if (sp->edges == sp->edge_room) {
		sp->edge_room = sp->edge_room ? sp->edge_room + sp->edge_room / 2 : 1 << 12;
		sp->edge = grow(sp->edge, sp->edge_room * sizeof(*sp->edge));
		sp->edge_actor = grow(sp->edge_actor, sp->edge_room);
	}
	sp->edge[sp->edges] = to;
	sp->edge_actor[sp->edges++] = actor;
}
