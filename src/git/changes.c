/* SPDX-License-Identifier: MIT */
/* changes.c - what differs between a revision and the working tree. */
#include <stdlib.h>
#include <string.h>

#include "git/internal.h"

/* The next NUL-terminated word of a -z listing, or NULL. */
static const char *next_word(const struct buf *b, size_t *at)
{
	const char *word = b->at + *at;

	if (*at >= b->n)
		return NULL;
	*at += strlen(word) + 1;
	return word;
}

static void add(struct git_changes *out, const char *then, const char *now)
{
	vec_push(out, (struct git_change){ then ? xstrdup(then) : NULL, now ? xstrdup(now) : NULL });
}

/* "M\0path\0", "R087\0old\0new\0", ... */
static void read_status(const struct buf *b, struct git_changes *out)
{
	const char *kind, *path, *second;
	size_t at = 0;

	while ((kind = next_word(b, &at)) && (path = next_word(b, &at))) {
		switch (*kind) {
		case 'A':
			add(out, NULL, path);
			break;
		case 'D':
			add(out, path, NULL);
			break;
		case 'R':
		case 'C':
			second = next_word(b, &at);
			if (second)
				add(out, path, second);
			break;
		default:
			add(out, path, path);
		}
	}
}

static bool list(const char *top, const char *const *args, struct git_run *r, struct diag *d)
{
	if (!git_run(top, args, r, d))
		return false;
	return r->status == 0 || git_complain(r, top, d);
}

static const char *name_of(const struct git_change *c)
{
	return c->now ? c->now : c->then;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(name_of(a), name_of(b));
}

/* A file that the index does not know but the working tree has: 'D' by the one, untracked by the
   other list; it is one changed file. */
static void join_pairs(struct git_changes *out)
{
	size_t kept = 0;

	if (out->n)
		qsort(out->at, out->n, sizeof(out->at[0]), by_name);
	for (size_t i = 0; i < out->n; i++) {
		struct git_change *last = kept ? &out->at[kept - 1] : NULL, *c = &out->at[i];

		if (last && strcmp(name_of(last), name_of(c)) == 0 && !last->now != !c->now) {
			if (last->now) {
				last->then = c->then;
			} else {
				last->now = c->now;
			}
		} else {
			out->at[kept++] = *c;
		}
	}
	out->n = kept;
}

bool git_changes(const char *top, const char *rev, struct git_changes *out, struct diag *d)
{
	const char *const tracked[] = { "diff", "--name-status", "-z", "-M", "--no-ext-diff",
					"--no-textconv", "--ignore-submodules", rev, "--", NULL };
	const char *const untracked[] = { "ls-files", "-z", "--others", "--exclude-standard", NULL };
	struct git_run r = { .status = -1 };
	const char *path;
	size_t at = 0;
	bool ok;

	*out = (struct git_changes){ 0 };
	if (*rev == '-')
		return diag_set(d, rev, 0, "not a revision");
	ok = list(top, tracked, &r, d);
	if (ok)
		read_status(&r.out, out);
	git_run_free(&r);
	ok = ok && list(top, untracked, &r, d);
	while (ok && (path = next_word(&r.out, &at)))
		add(out, NULL, path);
	if (ok)
		git_run_free(&r);
	join_pairs(out);
	if (!ok)
		git_changes_free(out);
	return ok;
}

void git_changes_free(struct git_changes *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free(c->at[i].then);
		free(c->at[i].now);
	}
	vec_free(c);
}
