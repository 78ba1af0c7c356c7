/* SPDX-License-Identifier: MIT */
/* test_bitcode.h - clang for the tests of src/bitcode/, and facts as text that marks can name. */
#ifndef TEST_BITCODE_H
#define TEST_BITCODE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "bitcode/bitcode.h"

/* A clang no newer than the LLVM that is linked; NULL: none, the test is skipped. */
static inline const char *clang_found(void)
{
	static char name[32];
	int major = atoi(bitcode_version() + strlen("LLVM "));
	char cmd[96];

	for (int v = major; v >= 16 && !name[0]; v--) {
		snprintf(cmd, sizeof(cmd), "clang-%d --version >/dev/null 2>&1", v);
		if (system(cmd) == 0)
			snprintf(name, sizeof(name), "clang-%d", v);
	}
	if (!name[0])
		print_message("skipped: no clang-16 .. clang-%d in PATH\n", major);
	return name[0] ? name : NULL;
}

static inline char *scratch(const char *name)
{
	const char *dir = getenv("TMPDIR");

	return xasprintf("%s/locklore-test-%d-%s", dir ? dir : "/tmp", (int)getpid(), name);
}

/* Caller unlinks and frees the path. */
static inline char *compile(const char *clang, const char *source, const char *flags)
{
	char *out = scratch("unit.bc");
	char *cmd = xasprintf("%s %s -emit-llvm -Xclang -disable-llvm-passes "
			      "-w -c -o %s %s/bitcode/%s",
			      clang, flags, out, TEST_DATA, source);

	if (system(cmd) != 0)
		fail_msg("%s", cmd);
	free(cmd);
	return out;
}

/* ---- one value as text ------------------------------------------------------------- */

static const char *const ops_text[FACTS_OPS] = {
	[FACTS_SAME] = "same", [FACTS_AND] = "and", [FACTS_OR] = "or", [FACTS_SELECT] = "select"
};
static const char *const preds_text[FACTS_PREDS] = { "eq", "ne", "lt", "le", "gt", "ge", "is-err" };

static inline const char *str(const struct facts_unit *u, uint32_t id)
{
	return strtab_str(u->str, id);
}

static inline void add_value(struct buf *b, const struct facts_unit *u, const struct facts_func *f,
			     uint32_t v, int depth);

static inline void add_result(struct buf *b, const struct facts_unit *u,
			      const struct facts_event *e)
{
	if (e->prim)
		buf_addf(b, "%s()", str(u, e->prim));
	else if (e->flags & FACTS_DIRECT)
		buf_addf(b, "%s()", str(u, u->syms.at[e->target].name));
	else
		buf_add(b, "call()");
}

static inline void add_list(struct buf *b, const struct facts_unit *u, const struct facts_func *f,
			    const uint32_t *at, uint32_t n, uint32_t step, int depth)
{
	for (uint32_t i = 0; i < n; i++) {
		buf_add(b, i ? "," : "");
		add_value(b, u, f, at[i * step], depth + 1);
	}
}

static inline void add_value(struct buf *b, const struct facts_unit *u, const struct facts_func *f,
			     uint32_t id, int depth)
{
	const struct facts_value *v = id == FACTS_NONE ? NULL : &f->values.at[id];

	if (!v || depth > 8) {
		buf_add(b, v ? "..." : "none");
		return;
	}
	switch (v->op) {
	case FACTS_OPAQUE: buf_addf(b, "?%s", str(u, v->type)); break;
	case FACTS_PARAM:
		buf_add(b, v->type ? str(u, f->params.at[v->a].name) : "");
		if (!v->type)
			buf_addf(b, "p%u", v->a);
		break;
	case FACTS_CONST: buf_addf(b, "const %lld", (long long)v->imm); break;
	case FACTS_FUNC: buf_addf(b, "&%s", str(u, u->syms.at[v->a].name)); break;
	case FACTS_GLOBAL: buf_add(b, str(u, u->syms.at[v->a].name)); break;
	case FACTS_LOCAL: buf_addf(b, "$%s", str(u, v->a)); break;
	case FACTS_FIELD:
		add_value(b, u, f, v->a, depth + 1);
		buf_addf(b, "/%s.%s", str(u, v->b), str(u, v->c));
		break;
	case FACTS_INDEX:
		add_value(b, u, f, v->a, depth + 1);
		buf_add(b, "[]");
		break;
	case FACTS_DEREF:
		buf_add(b, "*(");
		add_value(b, u, f, v->a, depth + 1);
		buf_add(b, ")");
		break;
	case FACTS_CALL: add_result(b, u, &f->events.at[v->a]); break;
	case FACTS_PHI:
		buf_add(b, "phi(");
		add_list(b, u, f, f->list.at + v->a + 1, v->b, 2, depth);
		buf_add(b, ")");
		break;
	case FACTS_CMP:
		buf_addf(b, "cmp(%s ", preds_text[v->b]);
		add_value(b, u, f, v->a, depth + 1);
		buf_addf(b, " %lld)", (long long)v->imm);
		break;
	case FACTS_NOT:
		buf_add(b, "not(");
		add_value(b, u, f, v->a, depth + 1);
		buf_add(b, ")");
		break;
	default:
		buf_addf(b, "%s(", ops_text[v->op]);
		add_value(b, u, f, v->a, depth + 1);
		buf_addc(b, ' ');
		add_value(b, u, f, v->b, depth + 1);
		buf_add(b, ")");
		break;
	}
}

/* ---- one function as lines ------------------------------------------------------------ */

static inline void add_event(struct buf *b, const struct facts_unit *u, const struct facts_func *f,
			     const struct facts_event *e)
{
	static const char *const kinds[FACTS_EVENT_KINDS] = { "take", "drop",	"wait",	 "assert",
							      "deny", "rewait", "defer", "spawn",
							      "call", "store" };
	static const char *const success[FACTS_SUCCESSES] = { "", "if-zero ", "if-nonzero ",
							      "if-positive " };

	buf_addf(b, "%s ", kinds[e->kind]);
	if (e->kind == FACTS_TAKE)
		buf_addf(b, "%s%s%s%s", e->flags & FACTS_TRY ? "try " : "",
			 e->flags & FACTS_NESTED ? "nested " : "", success[e->success],
			 e->mode == ORDER_SHARED	     ? "shared "
			 : e->mode == ORDER_SHARED_RECURSIVE ? "recursive "
							     : "");
	if (e->kind == FACTS_ASSERT && e->mode == ORDER_SHARED)
		buf_add(b, "shared ");
	if (e->kind != FACTS_CALL_EVENT)
		add_value(b, u, f, e->lock, 0);
	if (e->target != FACTS_NONE) {
		buf_add(b, e->kind == FACTS_CALL_EVENT ? "" : " &");
		if (e->flags & FACTS_DIRECT)
			buf_add(b, str(u, u->syms.at[e->target].name));
		else
			add_value(b, u, f, e->target, 0);
	}
	buf_add(b, e->kind == FACTS_CALL_EVENT ? "(" : e->kind == FACTS_STORE ? " := " : "");
	add_list(b, u, f, f->list.at + e->args, e->n_args, 1, 0);
	buf_add(b, e->kind == FACTS_CALL_EVENT ? ")" : "");
}

static inline void add_term(struct buf *b, const struct facts_unit *u, const struct facts_func *f,
			    const struct facts_block *k)
{
	static const char *const terms[FACTS_TERMS] = { "ret", "jump", "br", "switch", "stop" };

	buf_add(b, terms[k->term]);
	if (k->value != FACTS_NONE) {
		buf_addc(b, ' ');
		add_value(b, u, f, k->value, 0);
	}
	for (uint32_t i = 0; k->term == FACTS_SWITCH && i + 1 < k->n_succs; i++)
		buf_addf(b, " %lld", (long long)f->cases.at[k->cases + i]);
	buf_addc(b, '\n');
}

static inline void add_func(struct buf *b, const struct facts_unit *u, const struct facts_func *f)
{
	buf_add(b, f->blocks.n ? "" : "nothing\n");
	for (size_t i = 0; i < f->blocks.n; i++) {
		const struct facts_block *k = &f->blocks.at[i];

		for (uint32_t e = k->events; e < k->events + k->n_events; e++) {
			add_event(b, u, f, &f->events.at[e]);
			buf_addc(b, '\n');
		}
		add_term(b, u, f, k);
	}
}

/* The line of the source function: out of everything that was inlined there. */
static inline uint32_t outer_line(const struct facts_unit *u, uint32_t loc)
{
	while (u->locs.at[loc].up != FACTS_NONE)
		loc = u->locs.at[loc].up;
	return u->locs.at[loc].line;
}

#endif
