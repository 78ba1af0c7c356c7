/* SPDX-License-Identifier: MIT */
#include "base/base.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void die_bug(const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "locklore: internal error at %s:%d: ", file, line);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputs(" (please report it)\n", stderr);
	exit(3);
}

void die_memory(void)
{
	fputs("locklore: out of memory\n", stderr);
	exit(3);
}

bool diag_set(struct diag *d, const char *file, unsigned line, const char *fmt, ...)
{
	size_t n = 0;
	va_list ap;

	if (file && *file && line)
		n = (size_t)snprintf(d->text, sizeof(d->text), "%s:%u: ", file, line);
	else if (file && *file)
		n = (size_t)snprintf(d->text, sizeof(d->text), "%s: ", file);
	if (n >= sizeof(d->text))
		return false;
	va_start(ap, fmt);
	vsnprintf(d->text + n, sizeof(d->text) - n, fmt, ap);
	va_end(ap);
	for (char *p = d->text; *p; p++)
		if (*p == '\n')
			*p = ' ';
	return false;
}

void *xmalloc(size_t bytes)
{
	void *p = malloc(bytes ? bytes : 1);

	if (!p)
		die_memory();
	return p;
}

void *xcalloc(size_t count, size_t bytes)
{
	void *p = calloc(count ? count : 1, bytes ? bytes : 1);

	if (!p)
		die_memory();
	return p;
}

void *xrealloc(void *p, size_t bytes)
{
	p = realloc(p, bytes ? bytes : 1);
	if (!p)
		die_memory();
	return p;
}

char *xstrndup(const char *s, size_t n)
{
	char *p = xmalloc(n + 1);

	memcpy(p, s, n);
	p[n] = '\0';
	return p;
}

char *xstrdup(const char *s)
{
	return xstrndup(s, strlen(s));
}

char *xasprintf(const char *fmt, ...)
{
	char *p = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&p, fmt, ap);
	va_end(ap);
	if (n < 0)
		die_memory();
	return p;
}

void *vec_grow_(void *at, size_t *cap, size_t want, size_t size)
{
	size_t n = *cap ? *cap : 8;

	if (want <= *cap)
		return at;
	while (n < want)
		n *= 2;
	*cap = n;
	return xrealloc(at, n * size);
}

/* ---- strings -------------------------------------------------------------- */

static void buf_room(struct buf *b, size_t more)
{
	b->at = vec_grow_(b->at, &b->cap, b->n + more + 1, 1);
}

void buf_addn(struct buf *b, const char *s, size_t n)
{
	buf_room(b, n);
	if (n)
		memcpy(b->at + b->n, s, n);
	b->n += n;
	b->at[b->n] = '\0';
}

void buf_add(struct buf *b, const char *s)
{
	buf_addn(b, s, strlen(s));
}

void buf_addc(struct buf *b, char c)
{
	buf_addn(b, &c, 1);
}

void buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap, again;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	BUG_ON(n < 0);
	buf_room(b, (size_t)n);
	vsnprintf(b->at + b->n, (size_t)n + 1, fmt, again);
	va_end(again);
	b->n += (size_t)n;
}

const char *buf_str(struct buf *b)
{
	return b->at ? b->at : "";
}

void buf_free(struct buf *b)
{
	free(b->at);
	*b = (struct buf){0};
}

bool str_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool str_ends(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);

	return n >= m && memcmp(s + n - m, suffix, m) == 0;
}

/* Greedy match with one remembered star: linear in practice, no recursion. */
bool str_glob(const char *pattern, const char *s)
{
	const char *star = NULL, *retry = NULL;

	while (*s) {
		if (*pattern == '*') {
			star = pattern++;
			retry = s;
		} else if (*pattern == '?' || *pattern == *s) {
			pattern++;
			s++;
		} else if (star) {
			pattern = star + 1;
			s = ++retry;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

uint64_t hash_bytes(const void *p, size_t n, uint64_t seed)
{
	const unsigned char *c = p;

	for (size_t i = 0; i < n; i++)
		seed = (seed ^ c[i]) * 0x100000001b3ull;
	return seed;
}

/* ---- interned strings ----------------------------------------------------- */

struct strtab {
	char **str;
	size_t n, cap;
	uint32_t *slot; /* id + 1, 0 is free */
	size_t slots;
};

static size_t strtab_probe(const struct strtab *t, const char *s, size_t n)
{
	size_t i = hash_bytes(s, n, HASH_SEED) & (t->slots - 1);

	while (t->slot[i]) {
		const char *have = t->str[t->slot[i] - 1];

		if (strncmp(have, s, n) == 0 && have[n] == '\0')
			break;
		i = (i + 1) & (t->slots - 1);
	}
	return i;
}

struct strtab *strtab_new(void)
{
	struct strtab *t = xcalloc(1, sizeof(*t));

	t->slots = 256;
	t->slot = xcalloc(t->slots, sizeof(*t->slot));
	strtab_id(t, "");
	return t;
}

void strtab_free(struct strtab *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->n; i++)
		free(t->str[i]);
	free(t->str);
	free(t->slot);
	free(t);
}

static void strtab_rehash(struct strtab *t)
{
	free(t->slot);
	t->slots *= 2;
	t->slot = xcalloc(t->slots, sizeof(*t->slot));
	for (size_t id = 0; id < t->n; id++)
		t->slot[strtab_probe(t, t->str[id], strlen(t->str[id]))] = (uint32_t)id + 1;
}

uint32_t strtab_idn(struct strtab *t, const char *s, size_t n)
{
	size_t i;

	n = strnlen(s, n);
	i = strtab_probe(t, s, n);
	if (t->slot[i])
		return t->slot[i] - 1;
	t->str = vec_grow_(t->str, &t->cap, t->n + 1, sizeof(*t->str));
	t->str[t->n++] = xstrndup(s, n);
	t->slot[i] = (uint32_t)t->n;
	if (t->n * 2 > t->slots)
		strtab_rehash(t);
	return (uint32_t)t->n - 1;
}

uint32_t strtab_id(struct strtab *t, const char *s)
{
	return strtab_idn(t, s, strlen(s));
}

uint32_t strtab_find(const struct strtab *t, const char *s)
{
	size_t i = strtab_probe(t, s, strlen(s));

	return t->slot[i] ? t->slot[i] - 1 : UINT32_MAX;
}

const char *strtab_str(const struct strtab *t, uint32_t id)
{
	BUG_ON(id >= t->n);
	return t->str[id];
}

uint32_t strtab_count(const struct strtab *t)
{
	return (uint32_t)t->n;
}

/* ---- maps ------------------------------------------------------------------ */

static size_t map_probe(const struct map *m, uint64_t key)
{
	uint64_t h = key * 0x9e3779b97f4a7c15ull;
	size_t i = (size_t)(h ^ (h >> 32)) & (m->cap - 1);

	while (m->used[i] && m->keys[i] != key)
		i = (i + 1) & (m->cap - 1);
	return i;
}

bool map_get(const struct map *m, uint64_t key, uint64_t *val)
{
	size_t i;

	if (!m->cap)
		return false;
	i = map_probe(m, key);
	if (!m->used[i])
		return false;
	*val = m->vals[i];
	return true;
}

static void map_rehash(struct map *m)
{
	struct map old = *m;

	m->cap = old.cap ? old.cap * 2 : 64;
	m->keys = xmalloc(m->cap * sizeof(*m->keys));
	m->vals = xmalloc(m->cap * sizeof(*m->vals));
	m->used = xcalloc(m->cap, 1);
	for (size_t i = 0; i < old.cap; i++) {
		if (!old.used[i])
			continue;
		size_t j = map_probe(m, old.keys[i]);

		m->used[j] = 1;
		m->keys[j] = old.keys[i];
		m->vals[j] = old.vals[i];
	}
	free(old.keys);
	free(old.vals);
	free(old.used);
}

uint64_t *map_slot(struct map *m, uint64_t key, uint64_t fresh)
{
	size_t i;

	if (m->n * 2 >= m->cap)
		map_rehash(m);
	i = map_probe(m, key);
	if (!m->used[i]) {
		m->used[i] = 1;
		m->keys[i] = key;
		m->vals[i] = fresh;
		m->n++;
	}
	return &m->vals[i];
}

void map_put(struct map *m, uint64_t key, uint64_t val)
{
	*map_slot(m, key, val) = val;
}

void map_free(struct map *m)
{
	free(m->keys);
	free(m->vals);
	free(m->used);
	*m = (struct map){0};
}
