/* SPDX-License-Identifier: MIT */
/* The session: what its stages share, and what it owns. */
#include "verdict/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct verdict *verdict_new(const struct lore *l, const struct prim_table *prims)
{
	struct verdict *v = xcalloc(1, sizeof(*v));

	v->l = l;
	v->prims = prims;
	arena_heap(&v->arena);
	return v;
}

static void free_document(struct verdict_document *d)
{
	for (size_t i = 0; i < d->statements.n; i++)
		vec_free(&d->statements.at[i].list);
	vec_free(&d->statements);
	vec_free(&d->findings);
	vec_free(&d->deadlocks);
	free(d);
}

void verdict_free(struct verdict *v)
{
	if (!v)
		return;
	for (size_t i = 0; i < v->docs.n; i++)
		free_document(v->docs.at[i]);
	vec_free(&v->docs);
	for (size_t i = 0; i < v->answers.n; i++) {
		vec_free(&v->answers.at[i]->list);
		free(v->answers.at[i]);
	}
	vec_free(&v->answers);
	for (size_t i = 0; i < v->dead.nesting.n; i++)
		vec_free(&v->dead.nesting.at[i].list);
	vec_free(&v->dead.nesting);
	vec_free(&v->dead.at);
	vec_free(&v->dead.findings);
	verdict_reach_free(v->reach);
	arena_heap_free(&v->arena);
	free(v);
}

const char *verdict_value_name(enum verdict_value v)
{
	static const char *const names[VERDICT_VALUES] = {
		"upheld",
		"contradicted",
		"never exercised",
		"not understood",
	};
	return names[v];
}

const char *verdict_severity_name(enum verdict_severity s)
{
	return s == VERDICT_ERROR ? "error" : s == VERDICT_WARNING ? "warning" : "note";
}

void *verdict_keep(struct verdict *v, const void *data, size_t bytes)
{
	void *p = arena_alloc(&v->arena, bytes ? bytes : 1);

	if (!p)
		die_memory();
	if (bytes)
		memcpy(p, data, bytes);
	return p;
}

const char *verdict_say(struct verdict *v, const char *fmt, ...)
{
	va_list ap;
	char *text;
	const char *kept;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		die_memory();
	kept = verdict_keep(v, text, (size_t)n + 1);
	free(text);
	return kept;
}

const char *verdict_class_name(const struct verdict *v, uint32_t cls)
{
	return cls < v->l->classes.n ? lore_str(v->l, v->l->classes.at[cls].name) : "";
}

const char *verdict_place_func(const struct verdict *v, uint32_t place)
{
	uint32_t func = v->l->places.at[place].func;

	return func < v->l->funcs.n ? lore_str(v->l, v->l->funcs.at[func].name) : "";
}

const char *verdict_place_file(const struct verdict *v, uint32_t place)
{
	return lore_str(v->l, v->l->places.at[place].file);
}

const char *verdict_place_say(struct verdict *v, uint32_t place)
{
	return verdict_say(v, "%s() at %s:%u", verdict_place_func(v, place),
			   verdict_place_file(v, place), v->l->places.at[place].line);
}

bool verdict_is_read_side(const struct verdict *v, uint32_t cls)
{
	uint8_t kind = cls < v->l->classes.n ? v->l->classes.at[cls].kind : FACTS_KIND_UNKNOWN;

	return kind == FACTS_KIND_SRCU || kind == FACTS_KIND_RCU || kind == FACTS_KIND_READSIDE;
}

void verdict_add_finding(struct verdict *v, struct verdict_document *d, const char *code,
			 enum verdict_severity severity, unsigned line, const char *message)
{
	/* "these locks" and lists give many statements of one sentence: say it once */
	for (size_t i = 0; i < d->findings.n; i++)
		if (d->findings.at[i].line == line && !strcmp(d->findings.at[i].message, message))
			return;
	vec_push(&d->findings,
		 (struct verdict_finding){ .code = code,
					   .severity = severity,
					   .file = d->doc->name,
					   .line = line,
					   .message = verdict_say(v, "%s", message) });
}

void verdict_add_listed(struct buf *b, const char *name, size_t i, size_t n)
{
	if (i)
		buf_add(b, i + 1 == n ? " and " : ", ");
	buf_add(b, name);
}

bool verdict_fails(enum verdict_severity s, const char *level)
{
	for (int least = VERDICT_NOTE; least <= VERDICT_ERROR; least++)
		if (!strcmp(level, verdict_severity_name((enum verdict_severity)least)))
			return (int)s >= least;
	return false;
}
