/* SPDX-License-Identifier: MIT */
/* blame.c - who brought a line. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "git/internal.h"

/* The rest of the line that begins with `key`, in the header of one porcelain record. */
static char *field(const char *text, const char *key)
{
	for (const char *line = text; line && *line && *line != '\t';) {
		const char *next = strchr(line, '\n');

		if (str_starts(line, key))
			return xstrndup(line + strlen(key), strcspn(line + strlen(key), "\n"));
		line = next ? next + 1 : NULL;
	}
	return NULL;
}

/* The author's own day: seconds and "+0200". */
static char *day(const char *seconds, const char *zone)
{
	long z = zone ? strtol(zone, NULL, 10) : 0;
	time_t t = seconds ? (time_t)strtoll(seconds, NULL, 10) : 0;
	char text[32] = "";
	struct tm tm;

	t += (z / 100 * 60 + z % 100) * 60;
	if (gmtime_r(&t, &tm))
		strftime(text, sizeof(text), "%Y-%m-%d", &tm);
	return xstrdup(text);
}

static void read_record(const char *text, struct git_origin *o)
{
	char *seconds = field(text, "author-time "), *zone = field(text, "author-tz ");
	char *boundary = field(text, "boundary");

	o->commit = xstrndup(text, 12);
	if (strspn(o->commit, "0") == strlen(o->commit))
		o->commit[0] = '\0';
	o->subject = field(text, "summary ");
	if (!o->subject || !*o->commit) {
		free(o->subject);
		o->subject = xstrdup(*o->commit ? "" : "not committed yet");
	}
	o->date = day(seconds, zone);
	o->is_boundary = boundary != NULL;
	free(boundary);
	free(zone);
	free(seconds);
}

bool git_blame(const char *top, const char *since, const char *rev, const char *path,
	       unsigned line, struct git_origin *out, struct diag *d)
{
	char *range = xasprintf("-L%u,%u", line, line);
	char *bottom = since ? xasprintf("^%s", since) : NULL;
	const char *args[8] = { "blame", "--porcelain", range };
	struct git_run r;
	int n = 3;
	bool ok = false;

	*out = (struct git_origin){ 0 };
	if (bottom)
		args[n++] = bottom;
	if (rev)
		args[n++] = rev;
	args[n++] = "--";
	args[n] = path;
	if ((rev && *rev == '-') || !line)
		diag_set(d, path, line, "not a revision and a line");
	else if (git_run(top, args, &r, d)) {
		ok = r.status == 0 && r.out.n > 40;
		if (ok)
			read_record(r.out.at, out);
		/* git marks what the first commit of all brought in the same way. */
		if (ok && out->is_boundary && !since)
			out->is_boundary = git_is_shallow(top);
		if (!ok)
			git_complain(&r, path, d);
		git_run_free(&r);
	}
	free(bottom);
	free(range);
	return ok;
}

void git_origin_free(struct git_origin *o)
{
	free(o->commit);
	free(o->date);
	free(o->subject);
	*o = (struct git_origin){ 0 };
}
