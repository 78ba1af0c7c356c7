/* SPDX-License-Identifier: MIT */
/*
 * A lock as people write it -> class, by what the code itself says: vcpu->mutex is the member
 * `mutex` of the struct that variables named `vcpu` point to.
 */
#include "verdict/internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MAX_TOKENS = 16 };

/* What was written, cut at "->", "." and "::". */
struct expr {
	char text[256]; /* without markup, blanks and indices */
	char *token[MAX_TOKENS];
	size_t n;
	bool is_struct; /* the first token names a struct */
	bool is_call;	/* ended in "()" */
};

/* ---- reading the expression --------------------------------------------------- */

static const char *skip_head(const char *s)
{
	while (isspace((unsigned char)*s) || strchr("&*`(\"'_", *s)) {
		if (!*s || (*s == '_' && (isalnum((unsigned char)s[1]) || s[1] == '_')))
			break;
		s++;
	}
	return s;
}

/* Copies without [index], blanks around, and with "'s " as "::". */
static bool copy_plain(const char *s, struct expr *e)
{
	size_t n = 0;

	if (str_starts(s, "struct ")) {
		e->is_struct = true;
		s += strlen("struct ");
	}
	while (*s && n + 3 < sizeof(e->text)) {
		if (*s == '[') {
			while (*s && *s != ']')
				s++;
			s += *s == ']';
		} else if (str_starts(s, "'s ")) {
			memcpy(e->text + n, "::", 2);
			n += 2;
			s += 3;
		} else if (strchr("`\"", *s)) {
			s++;
		} else {
			e->text[n++] = *s++;
		}
	}
	while (n && strchr(" \t()`.,;:", e->text[n - 1])) {
		e->is_call |= e->text[n - 1] == ')';
		n--;
	}
	e->text[n] = '\0';
	return n && !*s;
}

static bool cut(struct expr *e, char *work)
{
	char *at = work;

	for (e->n = 0; e->n < MAX_TOKENS;) {
		char *end = at + strcspn(at, "-.:");

		if (end == at)
			return false;
		e->token[e->n++] = at;
		if (!*end)
			return true;
		if (end[0] == ':')
			e->is_struct |= e->n == 1;
		at = end + (end[0] == '.' ? 1 : 2);
		if (end[0] == '-' && end[1] != '>')
			return false;
		*end = '\0';
	}
	return false;
}

/* ---- looking it up ---------------------------------------------------------------- */

const char *verdict_last_part(const char *s)
{
	const char *at = s;

	for (const char *p = s; *p; p++)
		if (*p == '.' || *p == '>' || *p == ':')
			at = p + 1;
	return at;
}

static uint32_t class_of(const struct verdict *v, uint32_t owner, uint32_t member)
{
	const struct lore *l = v->l;

	for (uint32_t i = 0; i < l->classes.n; i++)
		if (l->classes.at[i].owner == owner && l->classes.at[i].member == member)
			return i;
	return LORE_NONE;
}

static const struct lore_member *member_of(const struct verdict *v, uint32_t owner, uint32_t member)
{
	for (size_t i = 0; i < v->l->members.n; i++)
		if (v->l->members.at[i].owner == owner && v->l->members.at[i].member == member)
			return &v->l->members.at[i];
	return NULL;
}

/* id of tokens[0..n) joined by dots: how members of anonymous structs are named. */
static uint32_t joined(const struct verdict *v, char *const *token, size_t n)
{
	struct buf b = { 0 };
	uint32_t id;

	for (size_t i = 0; i < n; i++)
		buf_addf(&b, "%s%s", i ? "." : "", token[i]);
	id = strtab_find(v->l->str, buf_str(&b));
	buf_free(&b);
	return id;
}

/* From struct `owner` through the members; true: a lock of this code, taken (cls) or not. */
static bool walk(const struct verdict *v, uint32_t owner, char *const *token, size_t n,
		 uint32_t *cls)
{
	for (size_t k = n; k > 0; k--) {
		uint32_t id = joined(v, token, k);
		const struct lore_member *m;

		if (id == UINT32_MAX)
			continue;
		if (k == n) {
			*cls = class_of(v, owner, id);
			if (*cls != LORE_NONE)
				return true;
		}
		m = member_of(v, owner, id);
		if (!m)
			continue;
		if (k == n && m->lock_kind != FACTS_KIND_UNKNOWN)
			return true;
		if (k < n && m->type && walk(v, m->type, token + k, n - k, cls))
			return true;
	}
	return false;
}

static int by_count(const void *a, const void *b)
{
	const struct lore_varname *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return x->owner < y->owner ? -1 : x->owner > y->owner;
}

/* The structs that a variable of this name is or points to, commonest first. */
static bool walk_variable(const struct verdict *v, const struct expr *e, uint32_t *cls)
{
	const struct lore *l = v->l;
	uint32_t name = strtab_find(l->str, e->token[0]);
	struct { VEC(struct lore_varname); } owners = { 0 };
	bool ok = false;

	if (name == UINT32_MAX)
		return false;
	for (size_t i = 0; i < l->globals.n && !e->is_struct; i++)
		if (l->globals.at[i].name == name && l->globals.at[i].type)
			vec_push(&owners,
				 (struct lore_varname){ l->globals.at[i].type, name, UINT32_MAX });
	for (size_t i = 0; i < l->varnames.n && !e->is_struct; i++)
		if (l->varnames.at[i].name == name)
			vec_push(&owners, l->varnames.at[i]);
	vec_push(&owners, (struct lore_varname){ name, name, 0 }); /* the struct's own name */
	qsort(owners.at, owners.n, sizeof(*owners.at), by_count);
	for (size_t i = 0; i < owners.n && !ok; i++)
		ok = walk(v, owners.at[i].owner, (char *const *)e->token + 1, e->n - 1, cls);
	vec_free(&owners);
	return ok;
}

static bool named_lock(const struct verdict *v, uint32_t cls, const char *member)
{
	const struct lore_class *c = &v->l->classes.at[cls];
	const char *own = lore_str(v->l, c->member);

	return !c->is_local && (!strcmp(own, member) || !strcmp(verdict_last_part(own), member));
}

/* Classes whose last member this is: how many, the first in *cls, all in b. */
static size_t by_member(const struct verdict *v, const char *member, uint32_t *cls, struct buf *b)
{
	size_t n = 0;

	for (uint32_t i = 0; i < v->l->classes.n; i++) {
		if (!named_lock(v, i, member))
			continue;
		if (!n++)
			*cls = i;
		if (n <= 4)
			buf_addf(b, "%s%s", n > 1 ? ", " : "", verdict_class_name(v, i));
	}
	if (n > 4)
		buf_addf(b, " and %zu more", n - 4);
	return n;
}

/* A lock that is there and that nothing takes. */
static bool is_untaken(const struct verdict *v, const char *name)
{
	const struct lore *l = v->l;

	for (size_t i = 0; i < l->globals.n; i++)
		if (l->globals.at[i].lock_kind && !strcmp(lore_str(l, l->globals.at[i].name), name))
			return true;
	for (size_t i = 0; i < l->members.n; i++)
		if (l->members.at[i].lock_kind &&
		    !strcmp(verdict_last_part(lore_str(l, l->members.at[i].member)), name))
			return true;
	return false;
}

/* The only class of this kind that is waited for: what a bare synchronize_srcu() is about. */
static uint32_t by_wait(const struct verdict *v, const struct prim *p)
{
	uint32_t found = LORE_NONE;

	for (uint32_t i = 0; i < v->l->classes.n; i++) {
		const struct lore_class *c = &v->l->classes.at[i];

		if (c->kind != p->lock_kind || !c->waits || c->is_local)
			continue;
		if (found != LORE_NONE)
			return LORE_NONE;
		found = i;
	}
	return found;
}

/* cpus_read_lock(): a primitive of a lock that is no variable; or a function that takes one lock.
 */
static uint32_t by_function(const struct verdict *v, const char *name)
{
	const struct prim *p = v->prims ? prim_find(v->prims, name) : NULL;
	uint32_t cls = LORE_NONE;

	if (v->prims && !p)
		p = prim_said(v->prims, name);
	if (p && p->global)
		return lore_class_find(v->l, p->global);
	if (p && p->kind == PRIM_WAIT)
		return by_wait(v, p);
	for (size_t i = 0; i < v->l->takes.n; i++) {
		const struct lore_take *t = &v->l->takes.at[i];

		if (t->mode == ORDER_WAIT || strcmp(verdict_place_func(v, t->place), name))
			continue;
		if (cls != LORE_NONE && cls != t->cls)
			return LORE_NONE;
		cls = t->cls;
	}
	return cls;
}

/* RTNL: the only class of that name in other letters, or with _lock or _mutex after it. */
static uint32_t by_nickname(const struct verdict *v, const char *name)
{
	static const char *const ends[] = { "", "_lock", "_mutex", "_sem" };
	uint32_t found = LORE_NONE;

	for (uint32_t i = 0; i < v->l->classes.n; i++) {
		const char *own = verdict_class_name(v, i);
		size_t n = strlen(name);

		if (strncasecmp(own, name, n))
			continue;
		for (size_t k = 0; k < ARRAY_LEN(ends); k++)
			if (!strcmp(own + n, ends[k])) {
				if (found != LORE_NONE)
					return LORE_NONE;
				found = i;
			}
	}
	return found;
}

static struct verdict_name found(uint32_t cls)
{
	return (struct verdict_name){ VERDICT_KNOWN, cls, "" };
}

static struct verdict_name resolve_word(struct verdict *v, const struct expr *e)
{
	struct verdict_name out = { VERDICT_UNKNOWN, LORE_NONE, "" };
	struct buf b = { 0 };
	uint32_t id = strtab_find(v->l->str, e->text);
	uint32_t cls = id == UINT32_MAX ? LORE_NONE : class_of(v, 0, id);
	size_t n;

	if (cls == LORE_NONE && e->is_call)
		cls = by_function(v, e->text);
	if (cls != LORE_NONE)
		return found(cls);
	n = by_member(v, e->text, &cls, &b);
	if (n > 1)
		out = (struct verdict_name){ VERDICT_AMBIGUOUS, LORE_NONE,
					     verdict_say(v, "%s", buf_str(&b)) };
	buf_free(&b);
	if (n == 1)
		return found(cls);
	if (n > 1)
		return out;
	if (is_untaken(v, e->text)) {
		out.known = VERDICT_NOT_TAKEN;
		return out;
	}
	cls = by_function(v, e->text);
	if (cls == LORE_NONE)
		cls = by_nickname(v, e->text);
	return cls != LORE_NONE ? found(cls) : out;
}

static struct verdict_name resolve_path(struct verdict *v, const struct expr *e)
{
	struct verdict_name out = { VERDICT_UNKNOWN, LORE_NONE, "" };
	uint32_t cls = LORE_NONE;
	struct buf b = { 0 };
	size_t n;

	if (walk_variable(v, e, &cls)) {
		out.cls = cls;
		out.known = cls == LORE_NONE ? VERDICT_NOT_TAKEN : VERDICT_KNOWN;
		return out;
	}
	n = by_member(v, e->token[e->n - 1], &cls, &b);
	if (n == 1)
		out = (struct verdict_name){ VERDICT_DRIFTED, cls, verdict_class_name(v, cls) };
	else if (n > 1)
		out = (struct verdict_name){ VERDICT_AMBIGUOUS, LORE_NONE,
					     verdict_say(v, "%s", buf_str(&b)) };
	buf_free(&b);
	return out;
}

/* "vcpu mutexes" -> "vcpu->mutex" */
static bool from_words(const char *s, char *out, size_t size)
{
	const char *blank = strrchr(s, ' ');
	size_t n;

	if (!blank || strchr(s, ' ') != blank || strlen(s) + 2 > size)
		return false;
	n = (size_t)(blank - s);
	memcpy(out, s, n);
	memcpy(out + n, "->", 2);
	strcpy(out + n + 2, blank + 1);
	if (str_ends(out, "mutexes"))
		out[strlen(out) - 2] = '\0';
	else if (str_ends(out, "locks"))
		out[strlen(out) - 1] = '\0';
	return true;
}

struct verdict_name verdict_resolve(struct verdict *v, const char *written)
{
	struct verdict_name out = { VERDICT_UNKNOWN, LORE_NONE, "" };
	struct expr e = { 0 };
	char work[256], words[256];

	if (copy_plain(skip_head(written), &e)) {
		uint32_t cls = e.is_call ? LORE_NONE : lore_class_find(v->l, e.text);

		if (cls != LORE_NONE)
			return found(cls);
		memcpy(work, e.text, sizeof(work));
		if (strchr(e.text, ' ')) {
			if (from_words(e.text, words, sizeof(words)))
				return verdict_resolve(v, words);
		} else if (cut(&e, work)) {
			out = e.n == 1 ? resolve_word(v, &e) : resolve_path(v, &e);
		}
	}
	if (out.known == VERDICT_UNKNOWN)
		out.similar = verdict_names_like(v, e.text);
	return out;
}
