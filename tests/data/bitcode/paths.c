/* SPDX-License-Identifier: MIT */
/* Which lock is meant: "//=" says what the line must give, a line without it gives no lock event. */
#include <pthread.h>
#include <stddef.h>

struct inner { int n; pthread_mutex_t m; };
struct first { pthread_mutex_t m; int n; };
struct only { pthread_mutex_t m; }; /* nothing but a lock: seen through */
struct link { struct link *next; };

typedef struct { int n; pthread_mutex_t m; } named_by_typedef;

struct box {
	int n;
	struct inner inner;
	struct first first;
	struct only only;
	struct {
		int a;
		pthread_mutex_t lock;
		struct { pthread_spinlock_t deep; } level;
	} anon;
	union {
		char bytes[200];
		struct inner in_union;
		struct { long pad[9]; pthread_rwlock_t rw; };
	};
	struct { pthread_mutex_t lock; } ring[4];
	struct inner many[3];
	pthread_mutex_t locks[8];
	struct inner *to;
	pthread_mutex_t *direct;
	struct link link;
	named_by_typedef td;
};

struct outer { long pad[5]; struct box box; };

struct box the_box;
struct box *the_pointer;
extern struct elsewhere { long a; pthread_mutex_t m; } not_here;
static pthread_mutex_t plain = PTHREAD_MUTEX_INITIALIZER;
static struct { int n; pthread_mutex_t m; } nameless;

void members(struct box *b)
{
	pthread_mutex_lock(&b->inner.m); //= take b/box.inner/inner.m
	pthread_mutex_unlock(&b->inner.m); //= drop b/box.inner/inner.m
	pthread_mutex_lock(&b->first.m); //= take b/box.first/first.m
	pthread_mutex_lock(&b->only.m); //= take b/box.only
	pthread_mutex_lock((pthread_mutex_t *)&b->only); //= take b/box.only
	pthread_mutex_lock(&b->td.m); //= take b/box.td/named_by_typedef.m
}

void anonymous(struct box *b)
{
	pthread_mutex_lock(&b->anon.lock); //= take b/box.anon.lock
	pthread_spin_lock(&b->anon.level.deep); //= take b/box.anon.level.deep
}

void unions(struct box *b)
{
	pthread_mutex_lock(&b->in_union.m); //= take b/box.in_union/inner.m
	pthread_rwlock_rdlock(&b->rw); //= take recursive b/box.rw
	pthread_rwlock_unlock(&b->rw); //= drop b/box.rw
	pthread_rwlock_rdlock((pthread_rwlock_t *)((char *)b + offsetof(struct box, rw))); //= take recursive b/box.rw
}

void arrays(struct box *b, int i)
{
	pthread_mutex_lock(&b->ring[i].lock); //= take b/box.ring.lock[]
	pthread_mutex_lock(&b->ring[2].lock); //= take b/box.ring.lock[]
	pthread_mutex_lock(&b->many[i].m); //= take b/box.many[]/inner.m
	pthread_mutex_lock(&b->locks[i]); //= take b/box.locks[]
	pthread_mutex_lock(b->locks); //= take b/box.locks[]
}

void chains(struct outer *o)
{
	pthread_mutex_lock(&o->box.to->m); //= take *(o/outer.box/box.to)/inner.m
	pthread_mutex_lock(o->box.direct); //= take *(o/outer.box/box.direct)
	pthread_mutex_lock(&the_box.anon.lock); //= take the_box/box.anon.lock
	pthread_mutex_lock(&the_pointer->first.m); //= take *(the_pointer)/box.first/first.m
	pthread_mutex_lock(&plain); //= take plain
	pthread_mutex_lock(&nameless.m); //= take nameless/.m
	pthread_mutex_lock(&not_here.m); //= take not_here/elsewhere.elsewhere@8
}

/* A pointer to the first member, to the middle, and back to the whole. */
void casts(void *opaque, struct link *l, struct inner *in)
{
	struct box *b = opaque;
	struct box *whole = (struct box *)((char *)l - offsetof(struct box, link));

	pthread_mutex_lock(&b->anon.lock); //= take opaque/box.anon.lock
	pthread_mutex_lock(&whole->anon.lock); //= take ?box/box.anon.lock
	pthread_mutex_unlock(&whole->anon.lock); //= drop ?box/box.anon.lock
	pthread_mutex_lock(&((struct box *)((char *)in - offsetof(struct box, inner)))->anon.lock); //= take ?box/box.anon.lock
}

void first_by_variable(void *opaque)
{
	struct first *f = opaque;

	pthread_mutex_lock((pthread_mutex_t *)f); //= take opaque/first.m
}

/* There and back again is where one began. */
void there_and_back(struct box *b)
{
	struct link *l = &b->link;
	struct box *again = (struct box *)((char *)l - offsetof(struct box, link));

	pthread_mutex_lock(&again->anon.lock); //= take b/box.anon.lock
}

void choice(struct box *a, struct box *b, int which)
{
	struct box *x = which ? a : b;

	pthread_mutex_lock(&x->first.m); //= take phi(a,b)/box.first/first.m
	pthread_mutex_unlock(&x->first.m); //= drop phi(a,b)/box.first/first.m
}

static pthread_mutex_t *lock_of(struct box *b)
{
	return &b->anon.lock;
}

void helper(struct box *b)
{
	pthread_mutex_lock(lock_of(b)); //= take b/box.anon.lock
}

void walk(struct link *head)
{
	for (struct link *l = head; l; l = l->next) {
		struct box *b = (struct box *)((char *)l - offsetof(struct box, link));

		pthread_mutex_lock(&b->anon.lock); //= take ?box/box.anon.lock
		pthread_mutex_unlock(&b->anon.lock); //= drop ?box/box.anon.lock
	}
}

void local_copy(struct box *b)
{
	struct { struct box *b; int n; } args = { b, 1 };
	struct box *const *slot = &args.b;

	pthread_mutex_lock(&(*slot)->anon.lock); //= take b/box.anon.lock
}

void note(void *p);

/* It stays in memory, but nothing else is ever stored there. */
void kept(struct box *b)
{
	struct { struct box *b; int n; } args = { b, 1 };

	note(&args);
	pthread_mutex_lock(&args.b->anon.lock); //= take b/box.anon.lock
}

/* The same container twice is one. */
//! twice br
void twice(struct link *l)
{
	struct box *a = (struct box *)((char *)l - offsetof(struct box, link));
	struct box *b = (struct box *)((char *)l - offsetof(struct box, link));

	if (a != b)
		pthread_mutex_lock(&a->first.m);
	pthread_mutex_lock(&b->anon.lock); //= take ?box/box.anon.lock
}

void wrapper(pthread_mutex_t *m)
{
	pthread_mutex_lock(m); //= take m
	pthread_mutex_unlock(m); //= drop m
}

struct nested_typedef { struct { struct { pthread_cond_t c; pthread_mutex_t m; } a; } b; };

void waits(struct nested_typedef *n)
{
	pthread_mutex_lock(&n->b.a.m); //= take n/nested_typedef.b.a.m
	pthread_cond_wait(&n->b.a.c, &n->b.a.m); //= rewait n/nested_typedef.b.a.m
	pthread_mutex_unlock(&n->b.a.m); //= drop n/nested_typedef.b.a.m
}
