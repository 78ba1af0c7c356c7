/* SPDX-License-Identifier: MIT */
#include "prim/table.h"

#include <stdlib.h>
#include <string.h>

const char *const prim_kind_words[PRIM_KINDS] = {
	[PRIM_TAKE] = "take", [PRIM_DROP] = "drop", [PRIM_WAIT] = "wait",
	[PRIM_ASSERT] = "assert", [PRIM_DENY] = "deny", [PRIM_REWAIT] = "rewait",
	[PRIM_DEFER] = "defer", [PRIM_SPAWN] = "spawn", [PRIM_TOUCH] = "touch",
	[PRIM_CALLS] = "calls", [PRIM_STATIC_CALL] = "static-call",
	[PRIM_STATIC_UPDATE] = "static-update", [PRIM_NORETURN] = "noreturn",
	[PRIM_IGNORE] = "ignore", [PRIM_LAST] = "last", [PRIM_DOWNGRADE] = "downgrade",
};
const char *const prim_lock_kind_words[FACTS_LOCK_KINDS] = {
	[FACTS_KIND_UNKNOWN] = "unknown", [FACTS_KIND_MUTEX] = "mutex", [FACTS_KIND_SPIN] = "spin",
	[FACTS_KIND_RWLOCK] = "rwlock", [FACTS_KIND_RWSEM] = "rwsem", [FACTS_KIND_SRCU] = "srcu",
	[FACTS_KIND_RCU] = "rcu", [FACTS_KIND_READSIDE] = "readside",
};
const char *const prim_success_words[FACTS_SUCCESSES] = {
	[FACTS_ALWAYS] = "always", [FACTS_IF_ZERO] = "zero", [FACTS_IF_NONZERO] = "nonzero",
	[FACTS_IF_POSITIVE] = "positive",
};

int prim_word(const char *const *words, int n, const char *word)
{
	for (int i = 0; i < n; i++)
		if (!strcmp(words[i], word))
			return i;
	return -1;
}

static int row_order(const void *a, const void *b)
{
	return strcmp(((const struct prim *)a)->name, ((const struct prim *)b)->name);
}

static const struct prim *row_find(const struct prim *rows, size_t n, const char *name)
{
	struct prim key = {.name = name};

	return n ? bsearch(&key, rows, n, sizeof(*rows), row_order) : NULL;
}

/* The project's rows are sorted and there already; a built-in row of such a name is left out. */
static void rows_add(struct prim_table *t, const struct prim *rows, size_t n_project)
{
	for (; rows->name; rows++)
		if (!row_find(t->rows.at, n_project, rows->name))
			vec_push(&t->rows, *rows);
}

static void rows_builtin(struct prim_table *t)
{
	size_t n_project = t->rows.n;

	if (n_project)
		qsort(t->rows.at, n_project, sizeof(*t->rows.at), row_order);
	rows_add(t, prim_rows_kernel, n_project);
	rows_add(t, prim_rows_spin, n_project);
	rows_add(t, prim_rows_rcu, n_project);
	rows_add(t, prim_rows_user, n_project);
	for (const char *const *s = prim_names_ignored; *s; s++)
		if (!row_find(t->rows.at, n_project, *s))
			vec_push(&t->rows, (struct prim){.name = *s, .kind = PRIM_IGNORE,
				 .lock = PRIM_NO_ARG, .target = PRIM_NO_ARG});
	qsort(t->rows.at, t->rows.n, sizeof(*t->rows.at), row_order);
}

struct prim_table *prim_load(const char *conf, struct diag *d)
{
	struct prim_table *t = xcalloc(1, sizeof(*t));

	t->str = strtab_new();
	if (conf && !prim_conf_read(t, conf, d)) {
		prim_free(t);
		return NULL;
	}
	rows_builtin(t);
	for (const struct prim_lock_type *p = prim_types_builtin; p->name; p++)
		vec_push(&t->types, *p);
	for (const struct prim_callback *p = prim_callbacks_builtin; p->owner; p++)
		vec_push(&t->callbacks, *p);
	for (const struct prim_context *p = prim_contexts_builtin; p->words; p++)
		vec_push(&t->contexts, *p);
	for (const struct prim_counter *p = prim_counters_builtin; p->owner; p++)
		vec_push(&t->counters, *p);
	return t;
}

void prim_free(struct prim_table *t)
{
	if (!t)
		return;
	vec_free(&t->rows);
	vec_free(&t->types);
	vec_free(&t->callbacks);
	vec_free(&t->contexts);
	vec_free(&t->counters);
	strtab_free(t->str);
	free(t);
}

const struct prim *prim_find(const struct prim_table *t, const char *name)
{
	return row_find(t->rows.at, t->rows.n, name);
}

const struct prim *prim_find_static(const struct prim_table *t, const char *name, const char **key)
{
	const struct prim *best = NULL;
	size_t longest = 0;

	for (size_t i = 0; i < t->rows.n; i++) {
		const struct prim *p = &t->rows.at[i];
		size_t n;

		if (p->kind != PRIM_STATIC_CALL)
			continue;
		n = strlen(p->name);
		if (n >= longest && !strncmp(name, p->name, n) && name[n]) {
			best = p;
			longest = n;
		}
	}
	if (best)
		*key = name + longest;
	return best;
}

uint8_t prim_lock_type(const struct prim_table *t, const char *type)
{
	for (size_t i = 0; i < t->types.n; i++)
		if (!strcmp(t->types.at[i].name, type))
			return t->types.at[i].lock_kind;
	return FACTS_KIND_UNKNOWN;
}

const struct prim_callback *prim_callback(const struct prim_table *t, const char *owner,
					  const char *member)
{
	for (size_t i = 0; i < t->callbacks.n; i++)
		if (!strcmp(t->callbacks.at[i].owner, owner) &&
		    !strcmp(t->callbacks.at[i].member, member))
			return &t->callbacks.at[i];
	return NULL;
}

const struct prim_counter *prim_counter(const struct prim_table *t, const char *owner,
					const char *member)
{
	for (size_t i = 0; i < t->counters.n; i++)
		if (!strcmp(t->counters.at[i].owner, owner) &&
		    !strcmp(t->counters.at[i].member, member))
			return &t->counters.at[i];
	return NULL;
}

const struct prim_counter *prim_counter_waiter(const struct prim_table *t, const char *function)
{
	for (size_t i = 0; i < t->counters.n; i++)
		if (!strcmp(t->counters.at[i].waiter, function))
			return &t->counters.at[i];
	return NULL;
}

const struct prim_context *prim_context(const struct prim_table *t, size_t i)
{
	return i < t->contexts.n ? &t->contexts.at[i] : NULL;
}

const struct prim *prim_row(const struct prim_table *t, size_t i)
{
	return i < t->rows.n ? &t->rows.at[i] : NULL;
}

const struct prim *prim_said(const struct prim_table *t, const char *word)
{
	const struct prim *row = prim_find(t, word);

	for (size_t i = 0; !row && i < t->rows.n; i++)
		if (t->rows.at[i].said && !strcmp(t->rows.at[i].said, word))
			row = &t->rows.at[i];
	return row;
}

static uint64_t digest_str(const char *s, uint64_t h)
{
	/* NULL and "" differ; the NUL keeps "ab","c" apart from "a","bc" */
	return s ? hash_bytes(s, strlen(s) + 1, h) : hash_bytes("\xff", 1, h);
}

static uint64_t digest_row(const struct prim *p, uint64_t h)
{
	const uint8_t fields[] = {p->kind, (uint8_t)p->lock, p->lock_kind, p->mode, p->success,
				  p->flags, (uint8_t)p->target};

	h = hash_bytes(fields, sizeof(fields), digest_str(p->name, h));
	return digest_str(p->said, digest_str(p->global, h));
}

uint64_t prim_digest(const struct prim_table *t)
{
	uint64_t h = HASH_SEED;

	for (size_t i = 0; i < t->rows.n; i++)
		h = digest_row(&t->rows.at[i], h);
	h = digest_str("types", h);
	for (size_t i = 0; i < t->types.n; i++)
		h = hash_bytes(&t->types.at[i].lock_kind, 1, digest_str(t->types.at[i].name, h));
	h = digest_str("callbacks", h);
	for (size_t i = 0; i < t->callbacks.n; i++) {
		const struct prim_callback *c = &t->callbacks.at[i];

		h = digest_str(c->is_waitable ? "w" : "", digest_str(c->member, digest_str(c->owner, h)));
	}
	h = digest_str("contexts", h);
	for (size_t i = 0; i < t->contexts.n; i++) {
		const struct prim_context *c = &t->contexts.at[i];

		h = digest_str(c->member, digest_str(c->owner, digest_str(c->words, h)));
	}
	h = digest_str("counters", h);
	for (size_t i = 0; i < t->counters.n; i++) {
		const struct prim_counter *c = &t->counters.at[i];

		h = digest_str(c->waiter, digest_str(c->member, digest_str(c->owner, h)));
	}
	return h;
}
