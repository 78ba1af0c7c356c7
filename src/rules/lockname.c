/* SPDX-License-Identifier: MIT */
/* What a word of code is, by its shape and by the table of primitives: a lock, a wait, a call. */
#include "rules/internal.h"

#include <ctype.h>
#include <string.h>

static bool ends(const char *s, size_t n, const char *end)
{
	size_t k = strlen(end);

	return n >= k && !strncasecmp(s + n - k, end, k);
}

/* The part after the last "->", "." or "::". */
static size_t last_part(const char *s, size_t n)
{
	size_t at = 0;

	for (size_t i = 0; i < n; i++)
		if (s[i] == '.' || s[i] == ':' || (s[i] == '>' && i && s[i - 1] == '-'))
			at = i + 1;
	return at;
}

static bool is_plain_name(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] == '_' || isdigit((unsigned char)s[i]) ||
		    (i && isupper((unsigned char)s[i]) && islower((unsigned char)s[i - 1])))
			return true;
	return false; /* "block", "Lock": a word of English */
}

static bool has_lock_suffix(const char *s, size_t n)
{
	static const char *const yes[] = {
		"lock",	 "mutex", "sem",  "sema",  "srcu",    "mtx",
		"latch", "_lk",	  "_lck", "locks", "mutexes", "semaphore"
	};
	static const char *const no[] = { "block",  "clock",  "unlock",	  "deadlock", "trylock",
					  "blocks", "clocks", "livelock", "nolock",   "flock" };

	for (size_t i = 0; i < ARRAY_LEN(no); i++)
		if (ends(s, n, no[i]))
			return false;
	for (size_t i = 0; i < ARRAY_LEN(yes); i++)
		if (ends(s, n, yes[i]))
			return true;
	return false;
}

/* lock1, mutex_a, lock_page */
static enum shape prefix_shape(const char *s, size_t n)
{
	static const char *const prefixes[] = { "lock", "mutex", "rwlock", "mtx", "sem" };

	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
		size_t k = strlen(prefixes[i]);

		if (n <= k || strncasecmp(s, prefixes[i], k))
			continue;
		if (s[k] == '_' ? n <= k + 3 : n <= k + 2 && isdigit((unsigned char)s[k]))
			return SHAPE_LOCK;
		if (s[k] == '_' && (i == 0 || i == 1))
			return SHAPE_EXPR;
	}
	return SHAPE_WORD;
}

enum shape rules_lock_shape(const char *name, size_t n)
{
	size_t at, m;
	bool is_path;

	while (n && (name[n - 1] == ']' || name[n - 1] == '}')) {
		while (n && name[n - 1] != '[' && name[n - 1] != '{')
			n--;
		n -= n > 0;
	}
	at = last_part(name, n);
	m = n - at;
	is_path = at && (rules_has(name, n, "->") || rules_has(name, n, "::"));
	if (at ? has_lock_suffix(name + at, m) || prefix_shape(name + at, m) == SHAPE_LOCK
	       : is_plain_name(name, n) && has_lock_suffix(name, n))
		return SHAPE_LOCK;
	if (!at && prefix_shape(name, n))
		return prefix_shape(name, n);
	return is_path ? SHAPE_EXPR : SHAPE_WORD;
}

static const struct prim *prim_row_of(struct reader *r, const char *w)
{
	const struct prim *p = NULL;

	if (r->opt->prims) {
		p = prim_said(r->opt->prims, w);
		if (!p)
			p = prim_find(r->opt->prims, w);
	}
	return p;
}

bool rules_is_wait(struct reader *r, const char *w)
{
	static const char known[] =
		"srcu_barrier rcu_barrier flush_work flush_workqueue flush_delayed_work "
		"cancel_work_sync cancel_delayed_work_sync del_timer_sync kthread_stop "
		"timer_delete_sync srcu_synchronize pthread_join";
	const struct prim *p = prim_row_of(r, w);

	return p ? p->kind == PRIM_WAIT : str_starts(w, "synchronize_") || rules_in(w, known);
}

bool rules_is_defer(struct reader *r, const char *w)
{
	const struct prim *p = prim_row_of(r, w);

	return p ? p->kind == PRIM_DEFER
		 : rules_in(w, "call_srcu call_rcu kfree_rcu srcu_call queue_work schedule_work");
}

const char *rules_wait_domain(struct reader *r, const char *w)
{
	const struct prim *p = prim_row_of(r, w);

	if (p && p->lock == PRIM_NO_ARG && p->global)
		return p->global;
	return str_starts(w, "synchronize_rcu") || !strcmp(w, "rcu_barrier") ? "rcu" : NULL;
}

/* mutex_lock and its kin: their argument is the lock that is meant. */
static bool is_taker(struct reader *r, const char *w)
{
	static const char *const tails[] = {
		"_irqsave",	  "_irq",      "_bh",	     "_nested",
		"_interruptible", "_killable", "_nest_lock", "_guard"
	};
	static const char known[] =
		"mutex_lock spin_lock raw_spin_lock read_lock write_lock down down_read "
		"down_write srcu_read_lock pthread_mutex_lock pthread_rwlock_rdlock lock "
		"pthread_rwlock_wrlock pthread_spin_lock mtx_lock guard";
	const struct prim *p = prim_row_of(r, w);
	size_t n = strlen(w);

	if (p)
		return p->kind == PRIM_TAKE && p->lock != PRIM_NO_ARG;
	for (size_t i = 0; i < ARRAY_LEN(tails); i++)
		if (ends(w, n, tails[i])) {
			n -= strlen(tails[i]);
			break;
		}
	return rules_inn(w, n, known);
}

const char *rules_lock_name(struct reader *r, const char *s, size_t n)
{
	struct buf b = { 0 };
	const char *name;

	while (n && strchr("&@* \t(", *s))
		s++, n--;
	if (n > 2 && s[0] == '-' && s[1] == '>')
		s += 2, n -= 2;
	while (n && strchr(" \t;,", s[n - 1]))
		n--;
	if (n > 2 && s[n - 1] == ')' && s[n - 2] == '(')
		n -= 2;
	for (size_t i = 0; i < n; i++)
		if (!(strchr(" \t", s[i]) && b.n && b.at[b.n - 1] == ' '))
			buf_addc(&b, s[i] == '\t' ? ' ' : s[i]);
	name = rules_str(r, buf_str(&b));
	buf_free(&b);
	return name;
}

/* name(args): s[at] is the '('. */
static bool call_word(struct reader *r, const char *s, size_t n, size_t at, struct tok *t)
{
	const char *name = rules_lock_name(r, s, at), *arg = s + at + 1;
	size_t m = n > at + 1 ? n - at - 1 : 0, end = 0, depth = 0;

	while (end < m && !(depth == 0 && (arg[end] == ',' || arg[end] == ')'))) {
		depth += arg[end] == '(';
		depth -= arg[end] == ')';
		end++;
	}
	t->w = name;
	t->shape = SHAPE_EXPR;
	if (rules_is_wait(r, name) || (!strcmp(name, "wait") && end)) {
		t->type = T_WAIT;
		t->arg = end ? rules_lock_name(r, arg, end) : rules_wait_domain(r, name);
	} else if (rules_is_defer(r, name)) {
		t->type = T_DEFER;
	} else if (is_taker(r, name)) {
		if (!end)
			return false;
		t->type = T_LOCK;
		t->shape = SHAPE_LOCK;
		t->w = rules_lock_name(r, arg, end);
	} else {
		enum shape shape = rules_lock_shape(name, strlen(name));

		t->type = shape ? T_LOCK : T_FUNC;
		t->shape = shape;
	}
	return true;
}

bool rules_code_word(struct reader *r, const char *s, size_t n, bool is_quoted, struct tok *t)
{
	const char *paren;
	bool is_member = *s == '@';

	while (n && strchr("&@*", *s))
		s++, n--;
	if (!n)
		return false;
	paren = memchr(s, '(', n);
	if (paren && s[n - 1] == ')' && paren > s &&
	    !rules_has(paren, (size_t)(s + n - paren), ")->"))
		return call_word(r, s, n, (size_t)(paren - s), t);
	t->w = rules_lock_name(r, s, n);
	if (is_member && r->is_comment && r->scope.owner && !strpbrk(t->w, "-.:"))
		t->w = rules_strf(r, "%s::%s", r->scope.owner, t->w);
	t->arg = NULL;
	t->shape = rules_lock_shape(t->w, strlen(t->w));
	if (rules_is_wait(r, t->w)) {
		t->type = T_WAIT;
		t->arg = rules_wait_domain(r, t->w);
	} else if (rules_is_defer(r, t->w)) {
		t->type = T_DEFER;
	} else if (is_taker(r, t->w) && (!is_quoted || strchr(t->w, '_'))) {
		return false;
	} else if (t->shape || is_quoted || is_member) {
		t->type = T_LOCK;
		t->shape = t->shape ? t->shape : SHAPE_EXPR;
	} else {
		return false;
	}
	return true;
}
