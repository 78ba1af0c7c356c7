/* SPDX-License-Identifier: MIT */
/*
 * test_verdict_lore.h - small lores and documents by hand.
 *
 * Chains are words "function@file:line"; held locks are words.  Classes are declared first, in
 * the order of their names; lore_sorted() comes last.
 */
#ifndef TEST_VERDICT_LORE_H
#define TEST_VERDICT_LORE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rules/rules.h"
#include "verdict/verdict.h"

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define UNUSED	__attribute__((unused))

static UNUSED uint32_t id_of(struct lore *l, const char *s)
{
	return strtab_id(l->str, s);
}

/* name is variable->path; owner "" for a global. */
static UNUSED uint32_t add_class(struct lore *l, const char *name, const char *owner,
				 const char *member, enum facts_lock_kind kind)
{
	struct lore_class *c = vec_add(&l->classes);

	*c = (struct lore_class){ .name = id_of(l, name),
				  .owner = id_of(l, owner),
				  .member = id_of(l, member),
				  .kind = kind,
				  .takes = 1 };
	if (l->classes.n > 1)
		assert_true(strcmp(lore_str(l, c[-1].name), name) < 0);
	if (*owner)
		vec_push(&l->members,
			 (struct lore_member){ id_of(l, owner), id_of(l, member), 0, false, kind });
	else
		vec_push(&l->globals, (struct lore_global){ id_of(l, name), 0, kind });
	return (uint32_t)l->classes.n - 1;
}

static UNUSED uint32_t cls_of(struct lore *l, const char *name)
{
	for (uint32_t i = 0; i < l->classes.n; i++)
		if (!strcmp(lore_str(l, l->classes.at[i].name), name))
			return i;
	fail_msg("no class %s", name);
	return LORE_NONE;
}

static UNUSED uint32_t func_of(struct lore *l, const char *name, const char *file)
{
	for (uint32_t i = 0; i < l->funcs.n; i++)
		if (!strcmp(lore_str(l, l->funcs.at[i].name), name))
			return i;
	vec_push(&l->funcs,
		 (struct lore_func){ .name = id_of(l, name), .file = id_of(l, file), .line = 1 });
	return (uint32_t)l->funcs.n - 1;
}

/* "f@a.c:12" */
static UNUSED uint32_t place_of(struct lore *l, const char *word)
{
	char func[64], file[64];
	unsigned line;
	struct lore_place p;

	assert_int_equal(sscanf(word, "%63[^@]@%63[^:]:%u", func, file, &line), 3);
	p = (struct lore_place){ func_of(l, func, file), id_of(l, file), line };
	for (uint32_t i = 0; i < l->places.n; i++)
		if (!memcmp(&l->places.at[i], &p, sizeof(p)))
			return i;
	vec_push(&l->places, p);
	return (uint32_t)l->places.n - 1;
}

static UNUSED uint32_t add_chain(struct lore *l, const char *chain, uint32_t *first)
{
	char *copy = xstrdup(chain), *save = NULL;
	uint32_t n = 0;

	*first = (uint32_t)l->steps.n;
	for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save), n++) {
		uint32_t place = place_of(l, w);

		vec_push(&l->steps, place);
	}
	free(copy);
	return n;
}

static UNUSED enum order_mode held_mode(struct lore *l, uint32_t cls)
{
	uint8_t kind = l->classes.at[cls].kind;

	return kind == FACTS_KIND_SRCU || kind == FACTS_KIND_RCU || kind == FACTS_KIND_READSIDE
		       ? ORDER_SHARED_RECURSIVE
		       : ORDER_EXCLUSIVE;
}

/* words are names of classes in their order */
static UNUSED uint32_t add_held(struct lore *l, const char *names, uint32_t *first)
{
	char *copy = xstrdup(names), *save = NULL;
	uint32_t n = 0;

	*first = (uint32_t)l->helds.n;
	for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save), n++) {
		uint32_t cls = cls_of(l, w);

		vec_push(&l->helds, (struct lore_heldlock){ cls, held_mode(l, cls) });
	}
	free(copy);
	return n;
}

/* A take of inner while held (outer among them); is_wait: a wait for it. */
static UNUSED struct lore_witness *add_witness(struct lore *l, const char *outer, const char *inner,
					       bool is_wait, const char *held, const char *chain)
{
	struct lore_witness w = { .outer = cls_of(l, outer),
				  .inner = cls_of(l, inner),
				  .entry_place = LORE_NONE };

	w.outer_mode = held_mode(l, w.outer);
	w.inner_mode = is_wait ? ORDER_WAIT : held_mode(l, w.inner);
	w.n_held = add_held(l, held, &w.held);
	w.gates = (uint32_t)l->helds.n; /* all of it but outer */
	for (uint32_t i = 0; i < w.n_held; i++)
		if (l->helds.at[w.held + i].cls != w.outer) {
			struct lore_heldlock h = l->helds.at[w.held + i];

			vec_push(&l->helds, h);
			w.n_gates++;
		}
	w.n_chain = add_chain(l, chain, &w.chain);
	w.outer_place = l->steps.at[w.chain];
	w.inner_place = l->steps.at[w.chain + w.n_chain - 1];
	vec_push(&l->witnesses, w);
	return &l->witnesses.at[l->witnesses.n - 1];
}

static UNUSED struct lore_take *add_take(struct lore *l, const char *cls, bool is_wait,
					 const char *must, const char *bare)
{
	struct lore_take t = { .cls = cls_of(l, cls) };

	t.mode = is_wait ? ORDER_WAIT : held_mode(l, t.cls);
	t.n_must = add_held(l, must, &t.must);
	t.n_bare = add_chain(l, bare, &t.bare);
	t.place = l->steps.at[t.bare + t.n_bare - 1];
	vec_push(&l->takes, t);
	return &l->takes.at[l->takes.n - 1];
}

/* callee NULL: a pointer that nobody could follow */
static UNUSED void add_call(struct lore *l, const char *caller, const char *callee,
			    const char *place, const char *must, const char *may)
{
	struct lore_call c = { .callee = LORE_NONE,
			       .kind = callee ? LORE_CALL_DIRECT : LORE_CALL_POINTER };

	c.place = place_of(l, place);
	c.caller = func_of(l, caller, "a.c");
	if (callee)
		c.callee = func_of(l, callee, "a.c");
	c.n_must = add_held(l, must, &c.must);
	c.n_may = add_held(l, may, &c.may);
	vec_push(&l->calls, c);
}

static UNUSED int by_classes(const void *a, const void *b)
{
	const struct lore_witness *x = a, *y = b;

	if (x->outer != y->outer)
		return x->outer < y->outer ? -1 : 1;
	if (x->inner != y->inner)
		return x->inner < y->inner ? -1 : 1;
	if (x->n_chain != y->n_chain)
		return x->n_chain < y->n_chain ? -1 : 1;
	return x->chain < y->chain ? -1 : x->chain > y->chain;
}

static UNUSED void lore_sorted(struct lore *l)
{
	if (l->witnesses.n)
		qsort(l->witnesses.at, l->witnesses.n, sizeof(*l->witnesses.at), by_classes);
}

/* ---- documents --------------------------------------------------------------- */

static UNUSED struct rules_document *new_doc(void)
{
	struct rules_document *d = xcalloc(1, sizeof(*d));

	d->name = xstrdup("locks.rst");
	return d;
}

static UNUSED struct rules_statement *add_rule(struct rules_document *d, enum rules_kind kind,
					       unsigned line, const char *a, const char *b)
{
	struct rules_statement *s = vec_add(&d->statements);

	s->kind = kind;
	s->line = s->last_line = line;
	s->premise = -1;
	s->sentence_no = line;
	s->locks[0] = a ? xstrdup(a) : NULL;
	s->locks[1] = b ? xstrdup(b) : NULL;
	s->text = xasprintf("%s of %s and %s", kind == RULES_ORDER ? "order" : "rule", a ? a : "-",
			    b ? b : "-");
	s->sentence = xstrdup(s->text);
	return s;
}

static UNUSED void free_doc(struct rules_document *d)
{
	for (size_t i = 0; i < d->statements.n; i++) {
		struct rules_statement *s = &d->statements.at[i];

		free(s->locks[0]);
		free(s->locks[1]);
		free(s->text);
		free(s->sentence);
		free(s->function);
		free(s->context);
		free(s->wait);
	}
	for (size_t i = 0; i < d->contexts.n; i++) {
		free(d->contexts.at[i].words);
		free(d->contexts.at[i].owner);
		free(d->contexts.at[i].member);
	}
	vec_free(&d->statements);
	vec_free(&d->contexts);
	free(d->name);
	free(d);
}

/* ---- the review's situation --------------------------------------------------- */

/*
 * vm->lock is taken in a reader of vm->srcu at one place (xen), vm->srcu inside vm->lock at
 * three, and vm->srcu is waited for under vm->lock: a deadlock.  cpu->mutex is inside vm->lock
 * once and outside of it once; dev->lock and pool->lock nest one way.
 */
static UNUSED struct lore *seed_lore(void)
{
	struct lore *l = lore_new();

	l->tree = id_of(l, "seed 1.0");
	l->configuration = id_of(l, "x86_64, clang");
	l->date = id_of(l, "2026-01-02");
	l->n_units = 3;
	add_class(l, "all_lock", "", "all_lock", FACTS_KIND_MUTEX);
	add_class(l, "cpu->mutex", "cpu", "mutex", FACTS_KIND_MUTEX);
	add_class(l, "dev->lock", "dev", "lock", FACTS_KIND_SPIN);
	add_class(l, "rcu", "", "rcu", FACTS_KIND_RCU);
	add_class(l, "vm->arch.hv.hv_lock", "hv", "hv_lock", FACTS_KIND_MUTEX);
	add_class(l, "vm->arch_lock", "vm", "arch_lock", FACTS_KIND_MUTEX);
	add_class(l, "vm->lock", "vm", "lock", FACTS_KIND_MUTEX);
	add_class(l, "vm->mmu_lock", "vm", "mmu_lock", FACTS_KIND_RWLOCK);
	add_class(l, "vm->slots_lock", "vm", "slots_lock", FACTS_KIND_MUTEX);
	add_class(l, "vm->srcu", "vm", "srcu", FACTS_KIND_SRCU);
	l->classes.at[cls_of(l, "vm->srcu")].waits = 2;
	vec_push(&l->varnames, (struct lore_varname){ id_of(l, "vm"), id_of(l, "vm"), 50 });
	vec_push(&l->varnames, (struct lore_varname){ id_of(l, "vm"), id_of(l, "src"), 2 });
	vec_push(&l->varnames, (struct lore_varname){ id_of(l, "cpu"), id_of(l, "cpu"), 20 });
	vec_push(&l->varnames, (struct lore_varname){ id_of(l, "hv"), id_of(l, "hv"), 4 });
	vec_push(&l->members,
		 (struct lore_member){ id_of(l, "cpu"), id_of(l, "vm"), id_of(l, "vm"), true, 0 });
	vec_push(&l->members, (struct lore_member){ id_of(l, "vm"), id_of(l, "arch"),
						    id_of(l, "vm_arch"), false, 0 });
	vec_push(&l->members, (struct lore_member){ id_of(l, "vm_arch"), id_of(l, "hv"),
						    id_of(l, "hv"), false, 0 });
	vec_push(&l->members, (struct lore_member){ id_of(l, "vm"), id_of(l, "gpc_lock"), 0, false,
						    FACTS_KIND_SPIN });

	add_witness(l, "vm->srcu", "vm->lock", false, "cpu->mutex vm->srcu",
		    "cpu_run@run.c:10 handle_exit@run.c:20 xen_set@xen.c:30");
	add_witness(l, "vm->srcu", "vm->lock", false, "cpu->mutex vm->srcu",
		    "cpu_enter@run.c:12 handle_exit@run.c:20 xen_set@xen.c:30");
	add_witness(l, "vm->lock", "vm->srcu", false, "vm->lock", "pit@pit.c:5 pit@pit.c:7");
	add_witness(l, "vm->lock", "vm->srcu", false, "vm->lock", "sev@sev.c:5 sev@sev.c:7");
	add_witness(l, "vm->lock", "vm->srcu", false, "vm->lock", "msr@msr.c:5 msr@msr.c:7");
	add_witness(l, "vm->lock", "vm->srcu", true, "vm->lock", "filter@x86.c:50 filter@x86.c:60");
	add_witness(l, "vm->lock", "vm->srcu", true, "vm->lock vm->slots_lock",
		    "pit@pit.c:5 bus@main.c:70 bus@main.c:80");
	add_witness(l, "vm->slots_lock", "vm->srcu", true, "vm->slots_lock",
		    "bus@main.c:70 bus@main.c:80");
	add_witness(l, "vm->lock", "vm->slots_lock", false, "vm->lock",
		    "pit@pit.c:5 bus@main.c:70");
	add_witness(l, "vm->lock", "cpu->mutex", false, "vm->lock", "sev@sev.c:5 sev_all@sev.c:44");
	add_witness(l, "cpu->mutex", "vm->lock", false, "cpu->mutex",
		    "cpu_ioctl@run.c:90 xen_attr@xen.c:99");
	add_take(l, "vm->srcu", true, "vm->lock", "filter@x86.c:60");
	add_take(l, "vm->srcu", true, "vm->slots_lock", "bus@main.c:80");
	lore_sorted(l);
	return l;
}

#endif
