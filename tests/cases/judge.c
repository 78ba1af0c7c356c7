/* SPDX-License-Identifier: MIT */
/* judge.c - locklore run on a case, its answers against the verdicts. */
#include "runner.h"

#include <fcntl.h>
#include <ftw.h>
#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct trial {
	const struct run_case *c;
	const char *locklore;
	char *dir, *db;
	json_t *scan;   /* what scan, or deadlocks, said */
	FILE *out;
	unsigned failed;
};

static void fail(struct trial *t, unsigned line, const char *fmt, ...) PRINTF_LIKE(3, 4);
static void fail(struct trial *t, unsigned line, const char *fmt, ...)
{
	va_list args;

	if (line)
		fprintf(t->out, "line %u: ", line);
	va_start(args, fmt);
	vfprintf(t->out, fmt, args);
	va_end(args);
	fputc('\n', t->out);
	t->failed++;
}

/* ---- running it ------------------------------------------------------------ */

static void child(char *const *argv, const char *errors, int out)
{
	int err = open(errors, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (err >= 0)
		dup2(err, 2);
	dup2(out, 1);
	execvp(argv[0], argv);
	_exit(127);
}

/* Exit status of argv, its standard output in *out; standard error goes to the file `errors`. */
static int run(char *const *argv, const char *errors, struct buf *out)
{
	int fds[2], status;
	char chunk[4096];
	ssize_t n;

	if (pipe(fds))
		return -1;
	pid_t pid = fork();

	if (pid < 0)
		return -1;
	if (!pid) {
		close(fds[0]);
		child(argv, errors, fds[1]);
	}
	close(fds[1]);
	while ((n = read(fds[0], chunk, sizeof(chunk))) > 0)
		buf_addn(out, chunk, (size_t)n);
	close(fds[0]);
	if (waitpid(pid, &status, 0) < 0)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* First line of the error file, for the message. */
static char *first_error(const char *errors)
{
	char *text;
	size_t bytes;
	struct diag d;

	if (!file_read(errors, &text, &bytes, &d))
		return xstrdup("");
	text[strcspn(text, "\n")] = 0;
	return text;
}

/* Runs locklore; its answer as JSON (caller frees with json_decref), or NULL after a failure. */
static json_t *answer(struct trial *t, unsigned line, char *const *argv, bool wants_json)
{
	struct buf out = {0};
	char *errors = path_join(t->dir, "stderr");
	int status = run(argv, errors, &out);
	json_error_t e;
	json_t *j = NULL;

	if (status > 1 || status < 0) {
		char *why = first_error(errors);

		if (status == 128 + SIGTERM)
			fail(t, line, "locklore %s: no answer in %d s", argv[1], CASE_SECONDS);
		else
			fail(t, line, "locklore %s: exit status %d: %s", argv[1], status, why);
		free(why);
	} else if (wants_json) {
		j = json_loadb(buf_str(&out), out.n, 0, &e);
		if (!j)
			fail(t, line, "locklore %s: no JSON: %s", argv[1], e.text);
	} else {
		j = json_true();
	}
	free(errors);
	buf_free(&out);
	return j;
}

/* ---- indexing ---------------------------------------------------------------- */

struct args { VEC(char *); };

static void args_add(struct args *a, const char *s)
{
	vec_push(a, xstrdup(s));
}

static void args_free(struct args *a)
{
	for (size_t i = 0; i < a->n; i++)
		free(a->at[i]);
	vec_free(a);
}

static char *const *args_done(struct args *a)
{
	vec_push(a, NULL);
	return a->at;
}

/* A compilation database for a case with flags of its own. */
static bool write_commands(struct trial *t)
{
	json_t *all = json_array();
	char *here = getcwd(NULL, 0), *to = path_join(t->dir, "compile_commands.json");

	for (size_t i = 0; i < t->c->units.n; i++) {
		char *copy = xstrdup(t->c->flags), *save = NULL;
		json_t *args = json_pack("[s, s]", "cc", "-c");

		for (char *w = strtok_r(copy, " \t", &save); w; w = strtok_r(NULL, " \t", &save))
			json_array_append_new(args, json_string(w));
		json_array_append_new(args, json_string(t->c->units.at[i]));
		json_array_append_new(all, json_pack("{s:s, s:s, s:o}", "directory", here ? here : "/",
						     "file", t->c->units.at[i], "arguments", args));
		free(copy);
	}
	bool ok = json_dump_file(all, to, JSON_INDENT(1)) == 0;

	json_decref(all);
	free(here);
	free(to);
	return ok;
}

static json_t *index_and_list(struct trial *t)
{
	char *exe = (char *)(uintptr_t)t->locklore;
	char *index[] = {exe, "index", "-p", t->dir, "--db", t->db, "-q", NULL};
	char *list[] = {exe, "deadlocks", "--db", t->db, "--format", "json", "--all", NULL};

	if (!write_commands(t)) {
		fail(t, 0, "cannot write in %s", t->dir);
		return NULL;
	}
	return answer(t, 0, index, false) ? answer(t, 0, list, true) : NULL;
}

static json_t *scan(struct trial *t)
{
	struct args a = {0};

	if (t->c->flags)
		return index_and_list(t);
	args_add(&a, t->locklore);
	args_add(&a, "scan");
	for (size_t i = 0; i < t->c->units.n; i++)
		args_add(&a, t->c->units.at[i]);
	args_add(&a, "--db");
	args_add(&a, t->db);
	args_add(&a, "--format");
	args_add(&a, "json");
	args_add(&a, "--all");
	json_t *j = answer(t, 0, args_done(&a), true);

	args_free(&a);
	return j;
}

/* ---- cycles and nesting --------------------------------------------------------- */

/* `pattern` is spellings separated by '|', with '*' for any text. */
static bool is_name(const char *pattern, const char *name)
{
	char *copy = xstrdup(pattern), *save = NULL;
	bool is_same = false;

	for (char *p = strtok_r(copy, "|", &save); p && !is_same; p = strtok_r(NULL, "|", &save))
		is_same = str_glob(p, name);
	free(copy);
	return is_same;
}

/* Are all patterns from i on found among names not used yet, each by another one? */
static bool all_found(const struct expect *e, size_t i, const json_t *cycle, unsigned used)
{
	if (i == e->n)
		return true;
	for (size_t k = 0; k < json_array_size(cycle) && k < 32; k++) {
		const char *name = json_string_value(json_array_get(cycle, k));

		if (name && !(used & 1u << k) && is_name(e->names[i], name) &&
		    all_found(e, i + 1, cycle, used | 1u << k))
			return true;
	}
	return false;
}

/* Exactly this set; for must-not: a cycle with this set in it. */
static bool is_cycle(const struct expect *e, const json_t *cycle)
{
	if (e->what != DEADLOCK && e->what != SELF)
		return false;
	if ((e->want != MUST_NOT || e->what == SELF) && json_array_size(cycle) != e->n)
		return false;
	return all_found(e, 0, cycle, 0);
}

static char *say_cycle(const json_t *cycle)
{
	struct buf b = {0};

	buf_addc(&b, '{');
	for (size_t i = 0; i < json_array_size(cycle); i++) {
		const char *name = json_string_value(json_array_get(cycle, i));

		buf_addf(&b, "%s%s", i ? ", " : "", name ? name : "?");
	}
	buf_addc(&b, '}');
	return b.at;
}

static char *say_cycles(const json_t *deadlocks)
{
	struct buf b = {0};

	for (size_t i = 0; i < json_array_size(deadlocks); i++) {
		char *one = say_cycle(json_object_get(json_array_get(deadlocks, i), "cycle"));

		buf_addf(&b, "%s%s", i ? " " : "", one);
		free(one);
	}
	if (!b.n)
		buf_add(&b, "no deadlock");
	return b.at;
}

static bool has_cycle(struct trial *t, const struct expect *e, char **got)
{
	const json_t *list = json_object_get(t->scan, "deadlocks");
	bool is_there = false;

	for (size_t i = 0; i < json_array_size(list) && !is_there; i++)
		is_there = is_cycle(e, json_object_get(json_array_get(list, i), "cycle"));
	*got = say_cycles(list);
	return is_there;
}

static bool has_nesting(struct trial *t, const struct expect *e, char **got)
{
	const json_t *list = json_object_get(t->scan, "nesting");
	struct buf b = {0};
	bool is_there = false;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		const char *name = json_string_value(json_object_get(one, "class"));
		bool annotated = json_is_true(json_object_get(one, "annotated"));

		buf_addf(&b, "%snesting of %s%s", i ? ", " : "", name ? name : "?",
			 annotated ? " (annotated)" : "");
		if (name && is_name(e->names[0], name) && (e->annotated < 0 || e->annotated == annotated))
			is_there = true;
	}
	*got = b.n ? b.at : xstrdup("no nesting");
	return is_there;
}

/* A cycle that no line of the case speaks of is a false alarm. */
static void no_other_cycles(struct trial *t)
{
	const json_t *list = json_object_get(t->scan, "deadlocks");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *cycle = json_object_get(json_array_get(list, i), "cycle");
		bool is_known = false;

		for (size_t k = 0; k < t->c->expects.n && !is_known; k++)
			is_known = (t->c->expects.at[k].n || t->c->expects.at[k].want != MUST_NOT) &&
				   is_cycle(&t->c->expects.at[k], cycle);
		if (!is_known) {
			char *said = say_cycle(cycle);

			fail(t, 0, "no deadlock %s is expected, but it was reported", said);
			free(said);
		}
	}
}

/* ---- questions and sentences -------------------------------------------------------- */

/* The first spelling. */
static char *spelling(const char *pattern)
{
	return xstrndup(pattern, strcspn(pattern, "|"));
}

/* ORDER a b: is b taken inside a?  WAIT s a: is s waited for inside a?  -1: no answer. */
static int has_order(struct trial *t, const struct expect *e, char **got)
{
	char *a = spelling(e->names[0]), *b = spelling(e->names[1]);
	char *q = e->what == WAIT ? xasprintf("wait(%s) inside %s", a, b)
				  : xasprintf("%s inside %s", b, a);
	char *argv[] = {(char *)(uintptr_t)t->locklore, "ask", q, "--db", t->db, "--format", "json",
			"--all", NULL};
	json_t *j = answer(t, e->line, argv, true);
	int is_there = -1;

	if (j) {
		const char *yes = json_string_value(json_object_get(j, "answer"));
		int count = (int)json_integer_value(json_object_get(j, "count"));
		int sites = (int)json_integer_value(json_object_get(j, "sites"));

		is_there = yes && strcmp(yes, "yes") == 0 && (e->count < 0 || e->count == count) &&
			   (e->sites < 0 || e->sites == sites);
		*got = xasprintf("'%s': %s, count %d, sites %d", q, yes ? yes : "?", count, sites);
		json_decref(j);
	}
	free(a);
	free(b);
	free(q);
	return is_there;
}

/* Verdict i of the comma separated list; the last one stands for all that follow. */
static bool is_verdict(const char *list, size_t i, const char *verdict)
{
	const char *end;

	while ((end = strchr(list, ',')) && i--)
		list = end + 1;
	list += strspn(list, " ");
	size_t n = strcspn(list, ",");

	return strlen(verdict) == n && strncmp(list, verdict, n) == 0;
}

static int has_verdict(struct trial *t, const struct expect *e, char **got)
{
	char *argv[] = {(char *)(uintptr_t)t->locklore, "check", "--rule", e->sentence, "--db", t->db,
			"--format", "json", "--all", NULL};
	json_t *j = answer(t, e->line, argv, true);
	const json_t *list = json_object_get(json_array_get(j, 0), "statements");
	struct buf b = {0};
	int is_there = json_array_size(list) > 0;

	if (!j)
		return -1;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		const char *verdict = json_string_value(json_object_get(one, "verdict"));

		is_there = is_there && verdict && is_verdict(e->verdicts, i, verdict);
		buf_addf(&b, "%s%s", i ? ", " : "", verdict ? verdict : "?");
	}
	*got = b.n ? b.at : xstrdup("no statement");
	json_decref(j);
	return is_there;
}

static int is_reported(struct trial *t, const struct expect *e, char **got)
{
	switch (e->what) {
	case DEADLOCK:
		if (e->want == MUST_NOT && !e->n) {
			*got = say_cycles(json_object_get(t->scan, "deadlocks"));
			return json_array_size(json_object_get(t->scan, "deadlocks")) > 0;
		}
		return has_cycle(t, e, got);
	case SELF:
		return has_cycle(t, e, got);
	case NEST:
		return has_nesting(t, e, got);
	case ORDER:
	case WAIT:
		return has_order(t, e, got);
	case VERDICT:
		return has_verdict(t, e, got);
	}
	return -1;
}

static void judge(struct trial *t, const struct expect *e)
{
	char *got = NULL;
	int is_there = is_reported(t, e, &got);

	if (is_there < 0)
		; /* said so already */
	else if (e->want == MUST && !is_there)
		fail(t, e->line, "expected %s, got %s", e->said, got);
	else if (e->want == MUST_NOT && is_there)
		fail(t, e->line, "expected not %s, got %s", e->said, got);
	else if (e->want == KNOWN_MISS && is_there)
		fail(t, e->line, "is no miss any more, say 'must' here: %s", e->said);
	else if (e->want == KNOWN_FALSE_ALARM && !is_there)
		fail(t, e->line, "is no false alarm any more, say 'must-not' here: %s", e->said);
	free(got);
}

/* ---- one case ------------------------------------------------------------------------- */

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *f)
{
	return remove(path);
}

unsigned case_run(const struct run_case *c, const char *locklore, FILE *out)
{
	const char *tmp = getenv("TMPDIR");
	struct trial t = {.c = c, .locklore = locklore, .out = out};

	t.dir = xasprintf("%s/locklore-case-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	if (!mkdtemp(t.dir)) {
		fail(&t, 0, "cannot make a folder %s: set TMPDIR", t.dir);
		return t.failed;
	}
	t.db = path_join(t.dir, "lore.db");
	t.scan = scan(&t);
	if (t.scan) {
		for (size_t i = 0; i < c->expects.n; i++)
			judge(&t, &c->expects.at[i]);
		no_other_cycles(&t);
		json_decref(t.scan);
	}
	nftw(t.dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(t.db);
	free(t.dir);
	return t.failed;
}
