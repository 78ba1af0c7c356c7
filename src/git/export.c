/* SPDX-License-Identifier: MIT */
/* export.c - files of a revision in a folder, by an index of our own. */
#include <string.h>

#include "git/internal.h"

enum { AT_ONCE = 400 }; /* paths on one command line */

static bool run(const char *index, const char *top, const char *const *args, struct diag *d)
{
	struct git_run r;
	bool ok = git_run_on(index, top, args, &r, d);

	if (ok && r.status != 0)
		ok = git_complain(&r, top, d);
	if (ok || r.status >= 0)
		git_run_free(&r);
	return ok;
}

bool git_export(const char *top, const char *rev, const char *const *paths, size_t n,
		const char *folder, struct diag *d)
{
	char *commit = git_commit(top, rev, d), *index = path_join(folder, ".index");
	char *prefix = xasprintf("--prefix=%s/", folder);
	const char *const read[] = { "read-tree", commit, NULL };
	bool ok = commit && (!n || (dir_make(folder, d) && run(index, top, read, d)));

	for (size_t done = 0, part; ok && done < n; done += part) {
		const char *args[AT_ONCE + 6] = { "checkout-index", "--force", "--quiet", prefix, "--" };

		part = n - done < AT_ONCE ? n - done : AT_ONCE;
		memcpy(args + 5, paths + done, part * sizeof(*paths));
		ok = run(index, top, args, d);
	}
	free(prefix);
	free(index);
	free(commit);
	return ok;
}
