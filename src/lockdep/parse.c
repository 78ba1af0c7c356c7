/* SPDX-License-Identifier: MIT */
/* A log to reports.  Line by line; what is not part of a report is passed over. */
#include "lockdep/lockdep.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct link { /* "-> #1 (&kvm->lock){+.+.}-{3:3}:" and the stack below */
	char *lock;
	unsigned no, line;
	struct {
		VEC(char *);
	} frames;
};

struct parser {
	const char *name;
	struct lockdep_reports *out;
	struct lockdep_report *report; /* the one at hand, or NULL */
	struct {
		VEC(struct link);
	} chain;
	char *asked, *held; /* of a recursive one */
	char *asked_at, *held_at;
	unsigned asked_line;
	enum { NOTHING, ASKED, HELD } expects;
	char caller[16]; /* of the report at hand; "": it is not said */
};

/* ---- words ---------------------------------------------------------------------------- */

/* "[  12.345678]", "[Mon Jan  2 10:00:00 2023]", "[ T771]", "[<0>]": its length; 0: it is none. */
static size_t bracket(const char *s)
{
	size_t n = *s == '[' ? strcspn(s, "]") : 0;

	return n && s[n] && n < 40 && strcspn(s, "0123456789") < n ? n + 1 : 0;
}

/* "T771" of "[ T771]", "C2" of "[    C2]": into caller, "" where it is something else. */
static void read_caller(const char *s, size_t n, char caller[16])
{
	size_t from = 1 + strspn(s + 1, " "), len = n > from ? n - 1 - from : 0;

	if ((s[from] == 'T' || s[from] == 'C') && len < 16 && len > 1 &&
	    strspn(s + from + 1, "0123456789") == len - 1) {
		memcpy(caller, s + from, len);
		caller[len] = '\0';
	}
}

/*
 * Without "[  12.345678] ", "<4>", "kern  :warn  : " and "Jan 02 10:00:00 host kernel: "; caller is
 * who printed it, where the line says so.
 */
static const char *skip_stamp(const char *s, char caller[16])
{
	const char *at = strstr(s, "kernel: ");
	size_t n;

	caller[0] = '\0';
	if (at && at - s < 80)
		s = at + 8;
	if (*s == '<' && isdigit((unsigned char)s[1]))
		s += strcspn(s, ">") + (strchr(s, '>') != NULL);
	at = s + strspn(s, "abcdefghijklmnopqrstuvwxyz");
	if (at > s && *at == ' ' && (at = strstr(at, ": [")) && at - s < 24)
		s = at + 2; /* dmesg -x */
	while ((n = bracket(s + strspn(s, " ")))) {
		s += strspn(s, " ");
		read_caller(s, n, caller);
		s += n;
		s += *s == ' ';
	}
	return s;
}

/* "&(&kvm->mmu_lock)->rlock#2/1" is kvm->mmu_lock.  Caller frees with free(). */
static char *lock_name(const char *s, size_t n)
{
	struct buf b = { 0 };
	char *out;

	while (n && strchr("&(", *s))
		s++, n--;
	if (n > 16 && !strncmp(s, "work_completion)", 16))
		for (s += 16, n -= 16; n && strchr("&(", *s);)
			s++, n--;
	for (size_t i = 0; i < n && !strchr("#/)", s[i]); i++)
		buf_addc(&b, s[i]);
	for (size_t k = 2; b.n > k && (b.at[b.n - 2] == '-') && strchr("WR", b.at[b.n - 1]);)
		b.at[b.n -= 2] = '\0'; /* "lock-W" */
	out = xstrdup(buf_str(&b));
	buf_free(&b);
	return out;
}

/* The part in parentheses before "){": its length; 0: none. */
static size_t in_parens(const char *open)
{
	const char *end = strstr(open, "){");

	return *open == '(' && end ? (size_t)(end - open - 1) : 0;
}

/* "f+0x12/0x34 [mod]": length of f; 0: it is no frame. */
static size_t frame(const char *s)
{
	size_t n = 0;

	while (isalnum((unsigned char)s[n]) || (s[n] && strchr("_.", s[n])))
		n++;
	return n && str_starts(s + n, "+0x") ? n : 0;
}

/* "ffff888 (&kvm->lock){+.+.}-{3:3}, at: f+0x12/0x34" */
static bool held_line(const char *s, char **lock, char **at)
{
	const char *open = strchr(s, '('), *where = strstr(s, "at: ");
	size_t n = open ? in_parens(open) : 0, k;

	if (!n)
		return false;
	*lock = lock_name(open + 1, n);
	k = where ? frame(where + 4) : 0;
	*at = k ? xstrndup(where + 4, k) : NULL;
	return true;
}

static bool is_machinery(const char *f)
{
	static const char *const own[] = { "__lock_acquire",  "lock_acquire",	"check_prev_add",
					   "check_prevs_add", "validate_chain", "lock_sync",
					   "__mutex_lock",    "mutex_lock",	"_raw_",
					   "down_",	      "__raw_",		"srcu_lock",
					   "dump_stack",      "print_",		"__down_" };

	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		if (str_starts(f, own[i]))
			return true;
	return false;
}

static bool is_wait(const char *f)
{
	static const char *const waits[] = { "synchronize_",	   "__synchronize_",
					     "flush_work",	   "__flush_work",
					     "cancel_work_sync",   "kthread_stop",
					     "del_timer_sync",	   "lock_sync",
					     "wait_for_completion" };

	for (size_t i = 0; i < ARRAY_LEN(waits); i++)
		if (str_starts(f, waits[i]))
			return true;
	return false;
}

/* ---- reports ----------------------------------------------------------------------------- */

static void free_links(struct parser *p)
{
	for (size_t i = 0; i < p->chain.n; i++) {
		free(p->chain.at[i].lock);
		for (size_t k = 0; k < p->chain.at[i].frames.n; k++)
			free(p->chain.at[i].frames.at[k]);
		vec_free(&p->chain.at[i].frames);
	}
	vec_free(&p->chain);
	free(p->asked);
	free(p->held);
	free(p->asked_at);
	free(p->held_at);
	p->asked = p->held = p->asked_at = p->held_at = NULL;
}

/* Link k was taken while link k - 1 was held; link 0, by the task at hand, with the last one held.
 */
static void add_edge(struct parser *p, const struct link *outer, const struct link *inner)
{
	struct lockdep_edge *e = vec_add(&p->report->edges);

	e->outer = xstrdup(outer->lock);
	e->inner = xstrdup(inner->lock);
	e->line = inner->line;
	for (size_t i = 0; i < inner->frames.n; i++) {
		e->is_wait |= is_wait(inner->frames.at[i]);
		if (!is_machinery(inner->frames.at[i]) && !is_wait(inner->frames.at[i]))
			vec_push(&e->frames, xstrdup(inner->frames.at[i]));
	}
}

static const struct link *link_no(const struct parser *p, unsigned no)
{
	for (size_t i = 0; i < p->chain.n; i++)
		if (p->chain.at[i].no == no)
			return &p->chain.at[i];
	return NULL;
}

static bool finish_circular(struct parser *p, struct diag *d)
{
	size_t n = p->chain.n;

	if (n < 2)
		return diag_set(
			d, p->name, p->report->line,
			"this lockdep report has no chain (\"-> #1 (...)\"): it is cut off");
	for (unsigned k = 0; k < n; k++)
		if (!link_no(p, k))
			return diag_set(d, p->name, p->report->line,
					"entry #%u of this lockdep report's chain is missing", k);
	for (unsigned k = 1; k < n; k++)
		add_edge(p, link_no(p, k - 1), link_no(p, k));
	add_edge(p, link_no(p, (unsigned)n - 1), link_no(p, 0));
	return true;
}

static bool finish_recursive(struct parser *p, struct diag *d)
{
	struct lockdep_edge *e;

	if (!p->asked || !p->held)
		return diag_set(
			d, p->name, p->report->line,
			"this lockdep report does not say which lock is asked for: it is cut off");
	e = vec_add(&p->report->edges);
	e->outer = xstrdup(p->held);
	e->inner = xstrdup(p->asked);
	e->line = p->asked_line;
	if (p->asked_at)
		vec_push(&e->frames, xstrdup(p->asked_at));
	return true;
}

static void free_report(struct lockdep_report *r)
{
	for (size_t k = 0; k < r->edges.n; k++) {
		struct lockdep_edge *e = &r->edges.at[k];

		free(e->outer);
		free(e->inner);
		for (size_t f = 0; f < e->frames.n; f++)
			free(e->frames.at[f]);
		vec_free(&e->frames);
	}
	vec_free(&r->edges);
}

/* One that is cut off is left out, and counted. */
static void finish(struct parser *p)
{
	struct diag d = { "" };

	if (p->report && !(p->report->kind == LOCKDEP_CIRCULAR ? finish_circular(p, &d)
							       : finish_recursive(p, &d))) {
		if (!p->out->n_cut++)
			p->out->cut = d;
		free_report(p->report);
		p->out->n--;
	}
	free_links(p);
	p->report = NULL;
}

/* ---- lines ---------------------------------------------------------------------------------- */

static bool headline(struct parser *p, const char *s, unsigned line, const char *caller)
{
	bool is_circular = strstr(s, "possible circular locking dependency detected"),
	     is_recursive = strstr(s, "possible recursive locking detected");

	if (!is_circular && !is_recursive)
		return false;
	finish(p);
	p->report = vec_add(p->out);
	p->report->kind = is_circular ? LOCKDEP_CIRCULAR : LOCKDEP_RECURSIVE;
	p->report->line = line;
	p->expects = NOTHING;
	strcpy(p->caller, caller);
	return true;
}

static void chain_line(struct parser *p, const char *s, unsigned line)
{
	const char *at = strstr(s, "-> #"), *open = at ? strchr(at, '(') : NULL;
	size_t n = open ? in_parens(open) : 0, k;

	if (n && isdigit((unsigned char)at[4])) {
		struct link *l = vec_add(&p->chain);

		l->lock = lock_name(open + 1, n);
		l->no = (unsigned)strtoul(at + 4, NULL, 10);
		l->line = line;
		return;
	}
	s += strspn(s, " \t?");
	k = frame(s);
	if (k && p->chain.n)
		vec_push(&p->chain.at[p->chain.n - 1].frames, xstrndup(s, k));
}

static void report_line(struct parser *p, const char *s, unsigned line)
{
	if (p->expects == ASKED && !p->asked && held_line(s, &p->asked, &p->asked_at)) {
		p->asked_line = line;
		p->expects = NOTHING;
	} else if (p->expects == HELD && !p->held && held_line(s, &p->held, &p->held_at)) {
		p->expects = NOTHING;
	}
	if (strstr(s, "is trying to acquire lock:"))
		p->expects = ASKED;
	else if (strstr(s, "task is already holding lock:"))
		p->expects = HELD;
	chain_line(p, s, line);
}

bool lockdep_read(const char *name, const char *text, size_t bytes, struct lockdep_reports *out,
		  struct diag *d)
{
	struct parser p = { .name = name, .out = out };
	bool in_chain = true;
	unsigned line = 0;

	for (size_t at = 0; at < bytes;) {
		const char *end = memchr(text + at, '\n', bytes - at);
		size_t n = end ? (size_t)(end - text) - at : bytes - at;
		char *one = xstrndup(text + at, n), caller[16];
		const char *s = skip_stamp(one, caller);

		line++;
		if (headline(&p, s, line, caller))
			in_chain = true;
		else if (*p.caller && *caller && strcmp(p.caller, caller) != 0)
			; /* somebody else's */
		else if (strstr(s, "other info that might help us debug this"))
			in_chain =
				false; /* what follows is held locks and the stack of the report */
		else if (p.report && in_chain)
			report_line(&p, s, line);
		free(one);
		at += n + 1;
	}
	finish(&p);
	if (out->n)
		return true;
	if (out->n_cut)
		*d = out->cut;
	else
		diag_set(d, name, 0,
			 "no lockdep report in it: looked for \"possible circular locking "
			 "dependency detected\" and \"possible recursive locking detected\"");
	return false;
}

void lockdep_free(struct lockdep_reports *r)
{
	for (size_t i = 0; i < r->n; i++)
		free_report(&r->at[i]);
	vec_free(r);
}
