/* SPDX-License-Identifier: MIT */
/* Sources that carry their verdict (tests/data/bitcode/), compiled at each -O level and read. */
#include "test_bitcode.h"

static const char *const levels[] = {
	"-g -O0 -Xclang -disable-O0-optnone",
	"-g -O0",
	"-g -O1",
	"-g -O2",
	"-g -Os -gdwarf-4",
	"-g -O3 -fno-inline",
};

static struct prim_table *prims;

static struct facts_unit *read_source(const char *clang, const char *source, const char *flags)
{
	char *path = compile(clang, source, flags);
	struct diag d = { "" };
	struct facts_unit *u = bitcode_read(path, prims, 0, &d);

	if (!u)
		fail_msg("%s", d.text);
	if (!facts_check(u, source, &d))
		fail_msg("%s", d.text);
	unlink(path);
	free(path);
	return u;
}

static const struct facts_func *func_named(const struct facts_unit *u, const char *name, size_t n)
{
	for (size_t i = 0; i < u->funcs.n; i++) {
		const char *s = str(u, u->syms.at[u->funcs.at[i].sym].name);

		if (strlen(s) == n && !memcmp(s, name, n))
			return &u->funcs.at[i];
	}
	return NULL;
}

/* ---- "//= EVENT; EVENT": what this line gives, and no other lock event ------------------ */

static bool is_lock_event(uint8_t kind)
{
	return kind != FACTS_CALL_EVENT && kind != FACTS_STORE && kind != FACTS_SPAWN;
}

/* Lock events of a line, each once, in the order they stand. */
static void events_at(const struct facts_unit *u, uint32_t line, struct buf *out)
{
	for (size_t i = 0; i < u->funcs.n; i++)
		for (size_t e = 0; e < u->funcs.at[i].events.n; e++) {
			const struct facts_event *ev = &u->funcs.at[i].events.at[e];
			struct buf one = { 0 };

			if (!is_lock_event(ev->kind) || outer_line(u, ev->loc) != line)
				continue;
			add_event(&one, u, &u->funcs.at[i], ev);
			if (!strstr(buf_str(out), one.at)) {
				buf_add(out, out->n ? "; " : "");
				buf_add(out, one.at);
			}
			buf_free(&one);
		}
}

/* Words that only some rows have (if-zero, ...) need not be said. */
static bool matches(const char *want, const char *have)
{
	while (*have) {
		if (*want == *have) {
			want++;
			have++;
		} else if (str_starts(have, "if-zero ") || str_starts(have, "if-nonzero ")) {
			have = strchr(have, ' ') + 1;
		} else if (str_starts(have, "const ")) {
			have += strlen("const ");
		} else {
			return false;
		}
	}
	return !*want;
}

static void check_line(const struct facts_unit *u, const char *text, uint32_t line,
		       const char *where)
{
	const char *mark = strstr(text, "//= ");
	struct buf have = { 0 };

	events_at(u, line, &have);
	if (!matches(mark ? mark + 4 : "", buf_str(&have)))
		fail_msg("%s:%u: want '%s', have '%s'", where, line, mark ? mark + 4 : "",
			 buf_str(&have));
	buf_free(&have);
}

/* ---- "//~ FUNCTION LINE" and "//! FUNCTION START": printed, it has it, or has none such ----- */

static bool has_line(const char *text, const char *line, bool is_start)
{
	size_t n = strlen(line);

	for (const char *at = text; at && *at; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL)
		if (!strncmp(at, line, n) && (is_start || at[n] == '\n'))
			return true;
	return false;
}

static void check_func(const struct facts_unit *u, const char *text, const char *where)
{
	bool must = text[2] == '~';
	const char *name = text + 4, *line = strchr(name, ' ') + 1;
	const struct facts_func *f = func_named(u, name, (size_t)(line - 1 - name));
	struct buf have = { 0 };

	if (!f)
		fail_msg("%s: no function %s", where, name);
	add_func(&have, u, f);
	if (has_line(have.at, line, !must) != must)
		fail_msg("%s: %s '%s', have:\n%s", where, must ? "want" : "do not want", text + 4,
			 have.at);
	buf_free(&have);
}

/* ---- "//+ TABLE OWNER.MEMBER TARGET" ------------------------------------------------------ */

static void check_init(const struct facts_unit *u, const char *text, const char *where)
{
	struct buf all = { 0 };
	bool found = false;

	for (size_t i = 0; i < u->inits.n; i++) {
		const struct facts_init *in = &u->inits.at[i];
		char *s = xasprintf("%s %s.%s %s", str(u, u->syms.at[in->table].name),
				    str(u, in->owner), str(u, in->member),
				    str(u, u->syms.at[in->target].name));

		found = found || !strcmp(s, text + 4);
		buf_addf(&all, "%s\n", s);
		free(s);
	}
	if (!found)
		fail_msg("%s: want '%s', have:\n%s", where, text + 4, buf_str(&all));
	buf_free(&all);
}

static void check_source(const char *source)
{
	const char *clang = clang_found();
	char *path = xasprintf("%s/bitcode/%s", TEST_DATA, source), *text, *save = NULL;
	struct diag d;
	size_t bytes;

	if (!clang)
		skip();
	for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
		struct facts_unit *u = read_source(clang, source, levels[i]);
		char *where = xasprintf("%s %s", source, levels[i]);
		uint32_t line = 1;

		assert_true(file_read(path, &text, &bytes, &d));
		for (char *at = text, *end; *at; at = end, line++) {
			end = strchr(at, '\n');
			*end++ = 0;
			if (str_starts(at, "//~ ") || str_starts(at, "//! "))
				check_func(u, at, where);
			else if (str_starts(at, "//+ "))
				check_init(u, at, where);
			else
				check_line(u, at, line, where);
		}
		(void)save;
		free(text);
		free(where);
		facts_free(u);
	}
	free(path);
}

static void test_paths(void **state)
{
	check_source("paths.c");
}
static void test_guards(void **state)
{
	check_source("guards.c");
}
static void test_results(void **state)
{
	check_source("results.c");
}
static void test_tables(void **state)
{
	check_source("tables.c");
}
static void test_claims(void **state)
{
	check_source("claims.c");
}

static int setup(void **state)
{
	struct diag d;

	prims = prim_load(NULL, &d);
	return prims ? 0 : -1;
}

static int teardown(void **state)
{
	prim_free(prims);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),	cmocka_unit_test(test_guards),
		cmocka_unit_test(test_results), cmocka_unit_test(test_tables),
		cmocka_unit_test(test_claims),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
