/* SPDX-License-Identifier: MIT */
/*
 * locklore-extract [--config FILE] [--rows DIGEST] IN.bc OUT.facts
 * locklore-extract [--config FILE] --print IN.bc
 *
 * The facts of one unit, written only where they differ from what is there (ninja then leaves
 * alone what depends on them).  On failure OUT.facts is gone and the reason is on stderr.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bitcode/bitcode.h"
#include "facts/facts.h"
#include "prim/prim.h"

struct args { const char *config, *in, *out; bool is_print; };

static bool parse(struct args *a, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--config") == 0 && i + 1 < argc)
			a->config = argv[++i];
		else if (strcmp(argv[i], "--rows") == 0 && i + 1 < argc)
			i++; /* for ninja: other rows are another command */
		else if (strcmp(argv[i], "--print") == 0)
			a->is_print = true;
		else if (!a->in)
			a->in = argv[i];
		else if (!a->out)
			a->out = argv[i];
		else
			return false;
	}
	return a->in && !a->out == a->is_print;
}

static bool write_if_changed(const char *path, const struct buf *b, struct diag *d)
{
	struct diag ignored;
	char *old = NULL;
	size_t n = 0;
	bool same = file_read(path, &old, &n, &ignored) && n == b->n && memcmp(old, b->at, n) == 0;

	free(old);
	return same || file_write(path, b->at, b->n, d);
}

static bool extract(const struct args *a, struct diag *d)
{
	struct prim_table *prims = prim_load(a->config, d);
	struct facts_unit *u = prims ? bitcode_read(a->in, prims, BITCODE_LAST, d) : NULL;
	struct buf b = {0};
	bool ok = u != NULL;

	if (ok && a->is_print) {
		facts_print(u, &b);
		ok = fwrite(buf_str(&b), 1, b.n, stdout) == b.n && fflush(stdout) == 0;
	} else if (ok) {
		facts_save(u, &b);
		ok = write_if_changed(a->out, &b, d);
	}
	buf_free(&b);
	facts_free(u);
	prim_free(prims);
	return ok;
}

int main(int argc, char **argv)
{
	struct args a = {0};
	struct diag d = { "" };

	if (!parse(&a, argc, argv)) {
		fputs("usage: locklore extract IN.bc OUT.facts, or --print IN.bc\n", stderr);
		return 2;
	}
	if (extract(&a, &d))
		_exit(0); /* all is written; taking LLVM apart is left out */
	fprintf(stderr, "error: %s\n", d.text);
	if (a.out)
		unlink(a.out);
	return 2;
}
