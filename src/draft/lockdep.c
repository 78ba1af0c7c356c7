/* SPDX-License-Identifier: MIT */
/*
 * A C function, as kernels are written, that takes each documented pair once: from then on lockdep
 * knows the orders, whatever runs first.  It takes real objects, so that the classes are the real
 * ones; nobody else may use them yet.
 */
#include "draft/internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct kind_row {
	const char *take, *drop;
	bool sleeps;
};

static const struct kind_row rows[] = {
	[FACTS_KIND_MUTEX] = { "mutex_lock", "mutex_unlock", true },
	[FACTS_KIND_SPIN] = { "spin_lock", "spin_unlock", false },
	[FACTS_KIND_RWLOCK] = { "write_lock", "write_unlock", false },
	[FACTS_KIND_RWSEM] = { "down_write", "up_write", true },
	[FACTS_KIND_SRCU] = { "srcu_read_lock", "srcu_read_unlock", false },
};

static const struct kind_row *row_of(const struct draft *d, uint32_t cls)
{
	uint8_t kind = d->l->classes.at[cls].kind;

	return kind < ARRAY_LEN(rows) && rows[kind].take ? &rows[kind] : NULL;
}

/* raw_spin_lock() where the member says so. */
static const char *raw(const struct draft *d, uint32_t cls)
{
	const struct lore_class *c = &d->l->classes.at[cls];

	for (size_t i = 0; i < d->l->members.n; i++)
		if (d->l->members.at[i].owner == c->owner &&
		    d->l->members.at[i].member == c->member &&
		    str_starts(lore_str(d->l, d->l->members.at[i].type), "raw_"))
			return "raw_";
	for (size_t i = 0; !c->owner && i < d->l->globals.n; i++)
		if (d->l->globals.at[i].name == c->member &&
		    str_starts(lore_str(d->l, d->l->globals.at[i].type), "raw_"))
			return "raw_";
	return "";
}

/* The variable of a canonical name: "kvm" of "kvm->lock"; 0: a global. */
static size_t variable(const char *name)
{
	const char *arrow = strstr(name, "->");

	return arrow ? (size_t)(arrow - name) : 0;
}

/* Can C at file scope name it?  Not the variable of a function, nor a class without a variable. */
static bool is_reachable(const struct draft *d, uint32_t cls)
{
	const struct lore_class *c = &d->l->classes.at[cls];
	const char *name = draft_class(d->l, cls);
	size_t n = variable(name);

	for (const char *p = name; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("_->.", *p))
			return false;
	if (n)
		return c->owner && !c->is_local;
	return !strchr(name, '.') && !c->is_local;
}

/* ---- parameters -------------------------------------------------------------------------- */

struct params {
	VEC(uint32_t);
}; /* a class of each variable */

static void add_param(const struct draft *d, struct params *p, uint32_t cls)
{
	const char *name = draft_class(d->l, cls);
	size_t n = variable(name);

	if (!n)
		return;
	for (size_t i = 0; i < p->n; i++) {
		const char *other = draft_class(d->l, p->at[i]);

		if (variable(other) == n && !memcmp(other, name, n))
			return;
	}
	vec_push(p, cls);
}

static void write_head(const struct draft *d, const struct params *p, struct buf *out)
{
	buf_add(out, "/*\n * Teaches lockdep the documented lock orders: call it once, with "
		     "objects that\n"
		     " * nobody else uses yet.  Made by \"locklore doc --export lockdep\".\n */\n"
		     "#ifdef CONFIG_LOCKDEP\nstatic void __maybe_unused locklore_lockdep_prime(");
	for (size_t i = 0; i < p->n; i++) {
		const char *name = draft_class(d->l, p->at[i]);

		buf_addf(out, "%sstruct %s *%.*s", i ? ",\n\t\t\t\t\t\t  " : "",
			 lore_str(d->l, d->l->classes.at[p->at[i]].owner), (int)variable(name),
			 name);
	}
	buf_addf(out, "%s)\n{\n", p->n ? "" : "void");
}

/* ---- statements ----------------------------------------------------------------------------- */

static void write_take(const struct draft *d, struct buf *out, uint32_t cls)
{
	const char *name = draft_class(d->l, cls);

	if (d->l->classes.at[cls].kind == FACTS_KIND_SRCU)
		buf_addf(out, "\tidx = srcu_read_lock(&%s);\n", name);
	else
		buf_addf(out, "\t%s%s(&%s);\n", raw(d, cls), row_of(d, cls)->take, name);
}

static void write_drop(const struct draft *d, struct buf *out, uint32_t cls)
{
	const char *name = draft_class(d->l, cls);

	if (d->l->classes.at[cls].kind == FACTS_KIND_SRCU)
		buf_addf(out, "\tsrcu_read_unlock(&%s, idx);\n", name);
	else
		buf_addf(out, "\t%s%s(&%s);\n", raw(d, cls), row_of(d, cls)->drop, name);
}

/* NULL: it can be taken here; else why not. */
static const char *hindrance(const struct draft *d, const struct draft_edge *e)
{
	const struct kind_row *outer = row_of(d, e->outer), *inner = row_of(d, e->inner);

	if (!outer || !inner)
		return "no function takes a lock of this kind";
	if (!is_reachable(d, e->outer) || !is_reachable(d, e->inner))
		return "no expression at file scope names it";
	if (!outer->sleeps && d->l->classes.at[e->outer].kind != FACTS_KIND_SRCU &&
	    (inner->sleeps || e->is_wait))
		return "the inner one sleeps";
	return NULL;
}

static void write_edge(const struct draft *d, const struct draft_edge *e, struct buf *out)
{
	const char *why = hindrance(d, e);

	buf_addf(out, "\t/* %s -> %s%s%s", draft_class(d->l, e->outer),
		 e->is_wait ? "wait for " : "", draft_class(d->l, e->inner),
		 why ? ": not taken, " : "");
	if (why)
		buf_add(out, why);
	else if (e->line)
		buf_addf(out, ", line %u", e->line);
	buf_add(out, " */\n");
	if (why)
		return;
	write_take(d, out, e->outer);
	if (e->is_wait) {
		buf_addf(out, "\tsynchronize_srcu(&%s);\n", draft_class(d->l, e->inner));
	} else {
		write_take(d, out, e->inner);
		write_drop(d, out, e->inner);
	}
	write_drop(d, out, e->outer);
}

static bool uses_index(const struct draft *d, const struct draft_edges *e)
{
	for (size_t i = 0; i < e->n; i++)
		if (!hindrance(d, &e->at[i]) &&
		    ((d->l->classes.at[e->at[i].inner].kind == FACTS_KIND_SRCU &&
		      !e->at[i].is_wait) ||
		     d->l->classes.at[e->at[i].outer].kind == FACTS_KIND_SRCU))
			return true;
	return false;
}

void draft_export_lockdep(const struct draft *d, const struct draft_edges *e, struct buf *out)
{
	struct params p = { 0 };

	for (size_t i = 0; i < e->n; i++)
		if (!hindrance(d, &e->at[i])) {
			add_param(d, &p, e->at[i].outer);
			add_param(d, &p, e->at[i].inner);
		}
	write_head(d, &p, out);
	if (uses_index(d, e))
		buf_add(out, "\tint idx;\n\n");
	for (unsigned pass = 0; pass < 2; pass++) /* waits last: they take their time */
		for (size_t i = 0; i < e->n; i++)
			if (e->at[i].is_wait == (pass == 1))
				write_edge(d, &e->at[i], out);
	buf_add(out, "}\n#endif\n");
	vec_free(&p);
}
