/* SPDX-License-Identifier: MIT */
/*
 * base.h - what every room of the house may use.
 *
 * Two kinds of failure only.  Bad input is reported with its position and the
 * work goes on where it can: functions that read input return false or NULL
 * and fill a struct diag.  A bug or no memory ends the program in one place,
 * die_bug() and die_memory(), with exit status 3.
 *
 * Ownership is said in fixed words: "borrowed" (valid while the lender lives),
 * "owned by the arena", "caller frees with ...".
 *
 * Threads: nothing here locks.  One arena, table or buffer belongs to one
 * thread at a time.
 */
#ifndef LOCKLORE_BASE_H
#define LOCKLORE_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* ---- failure ------------------------------------------------------------ */

/* A bug in this program: one line on stderr, exit status 3. */
_Noreturn void die_bug(const char *file, int line, const char *fmt, ...) PRINTF_LIKE(3, 4);
#define BUG(...) die_bug(__FILE__, __LINE__, __VA_ARGS__)
#define BUG_ON(cond) do { if (cond) BUG("%s", #cond); } while (0)
_Noreturn void die_memory(void);

/* One finding about an input.  file is "" and line 0 where there is none. */
struct diag {
	char text[1024]; /* one line: what is wrong and what to do; no newline */
};
/* Formats "FILE:LINE: MESSAGE" (or "FILE: MESSAGE" with line 0) into d; returns false. */
bool diag_set(struct diag *d, const char *file, unsigned line, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

/* malloc family that never returns NULL (calls die_memory()).  Caller frees with free(). */
void *xmalloc(size_t bytes);
void *xcalloc(size_t count, size_t bytes);
void *xrealloc(void *p, size_t bytes);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t n);
char *xasprintf(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* ---- growing arrays ------------------------------------------------------ */

/*
 * VEC(T) declares the fields of a growing array.  Zero is a valid empty one.
 *   struct { VEC(struct foo); } v = {0};  vec_push(&v, foo);  v.at[i]; v.n
 * Caller frees with vec_free().
 */
#define VEC(T) T *at; size_t n, cap
#define vec_reserve(v, want) \
	((v)->at = vec_grow_((v)->at, &(v)->cap, (want), sizeof(*(v)->at)))
#define vec_push(v, ...) \
	(vec_reserve(v, (v)->n + 1), (void)((v)->at[(v)->n++] = (__VA_ARGS__)))
/* Appends one zeroed element and yields its address (valid until the next push). */
#define vec_add(v) \
	(vec_reserve(v, (v)->n + 1), \
	 __builtin_memset(&(v)->at[(v)->n], 0, sizeof(*(v)->at)), &(v)->at[(v)->n++])
#define vec_free(v) (free((v)->at), (v)->at = NULL, (v)->n = (v)->cap = 0)
void *vec_grow_(void *at, size_t *cap, size_t want, size_t size);

/* ---- strings -------------------------------------------------------------- */

/* A growing string; zero is a valid empty one; at is always NUL-terminated once written to. */
struct buf { char *at; size_t n, cap; };
void buf_add(struct buf *b, const char *s);
void buf_addn(struct buf *b, const char *s, size_t n);
void buf_addc(struct buf *b, char c);
void buf_addf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
const char *buf_str(struct buf *b); /* "" when empty; borrowed */
void buf_free(struct buf *b);

bool str_starts(const char *s, const char *prefix);
bool str_ends(const char *s, const char *suffix);
/* Shell-style glob: '*' crosses '/', '?' is one character, no classes. */
bool str_glob(const char *pattern, const char *s);
/* FNV-1a, 64 bit; chain calls by passing the former result as seed. */
uint64_t hash_bytes(const void *p, size_t n, uint64_t seed);
#define HASH_SEED 0xcbf29ce484222325ull
/* One more number into a hash: quicker than hash_bytes() for keys made of numbers. */
static inline uint64_t hash_mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15ull;
	return h ^ h >> 29;
}

/* ---- interned strings ----------------------------------------------------- */

/*
 * A table of unique strings.  Ids are dense, start at 1; id 0 is "" always.
 * Lookup and insertion O(length) expected.  Strings live as long as the table.
 */
struct strtab;
struct strtab *strtab_new(void);
void strtab_free(struct strtab *t);
uint32_t strtab_id(struct strtab *t, const char *s);             /* inserts */
uint32_t strtab_idn(struct strtab *t, const char *s, size_t n);  /* inserts */
uint32_t strtab_find(const struct strtab *t, const char *s);     /* UINT32_MAX: absent */
const char *strtab_str(const struct strtab *t, uint32_t id);     /* borrowed */
uint32_t strtab_count(const struct strtab *t);

/* ---- maps from 64-bit keys ------------------------------------------------ */

/* Open addressing; zero is a valid empty map; any key is allowed.  Caller frees with map_free(). */
struct map { uint64_t *keys; uint64_t *vals; uint8_t *used; size_t n, cap; };
bool map_get(const struct map *m, uint64_t key, uint64_t *val);
void map_put(struct map *m, uint64_t key, uint64_t val);         /* replaces */
/* Address of the value for key, inserted as `fresh` if absent; valid until the next insertion. */
uint64_t *map_slot(struct map *m, uint64_t key, uint64_t fresh);
void map_free(struct map *m);

/* ---- files ---------------------------------------------------------------- */

/*
 * Whole file ("-" is standard input) into *data with a NUL after the end.
 * False with a diag that says what to do.  Caller frees *data with free().
 */
bool file_read(const char *path, char **data, size_t *bytes, struct diag *d);
/* Writes to a temporary sibling and renames: old or new content, never half. */
bool file_write(const char *path, const void *data, size_t bytes, struct diag *d);
bool dir_make(const char *path, struct diag *d);                 /* with parents */
/* Lexical: joins, removes "." and "..", double slashes.  Caller frees with free(). */
char *path_join(const char *dir, const char *path);
/* path relative to root where it is below it, else path itself; borrowed from path. */
const char *path_below(const char *root, const char *path);

#endif
