/* SPDX-License-Identifier: MIT */
/* Scope guards: the variable holds the lock, its cleanup drops it.  No headers: kernel names. */
struct mutex { long owner; };
void mutex_lock(struct mutex *m);
void mutex_unlock(struct mutex *m);
int mutex_trylock(struct mutex *m);
struct spinlock { int raw; };
typedef struct spinlock spinlock_t;
unsigned long _raw_spin_lock_irqsave(spinlock_t *l);
void _raw_spin_unlock_irqrestore(spinlock_t *l, unsigned long flags);
void work(int n);

struct thing { int n; struct mutex lock; spinlock_t spin; };

#define __cleanup(f) __attribute__((cleanup(f)))

/* guard(mutex): the variable is the pointer */
typedef struct mutex *class_mutex_t;
static inline void class_mutex_destructor(struct mutex **p)
{
	if (*p)
		mutex_unlock(*p);
}
static inline struct mutex *class_mutex_constructor(struct mutex *m)
{
	struct mutex *t = ({ mutex_lock(m); m; });

	return t;
}
static inline struct mutex *class_mutex_try_constructor(struct mutex *m)
{
	return mutex_trylock(m) ? m : (struct mutex *)0;
}
static inline void *class_mutex_lock_ptr(class_mutex_t *p) { return *p; }

/* guard(spinlock_irqsave): a struct with the flags */
typedef struct { spinlock_t *lock; unsigned long flags; } class_spin_t;
static inline void class_spin_destructor(class_spin_t *g)
{
	if (g->lock)
		_raw_spin_unlock_irqrestore(g->lock, g->flags);
}
static inline class_spin_t class_spin_constructor(spinlock_t *l)
{
	class_spin_t t = { .lock = l }, *g = &t;

	g->flags = _raw_spin_lock_irqsave(g->lock);
	return t;
}

void guarded(struct thing *t)
{
	class_mutex_t g __cleanup(class_mutex_destructor) = class_mutex_constructor(&t->lock); //= take t/thing.lock

	work(t->n);
} //= drop t/thing.lock

int early_return(struct thing *t)
{
	class_mutex_t g __cleanup(class_mutex_destructor) = class_mutex_constructor(&t->lock); //= take t/thing.lock

	if (t->n)
		return 1;
	work(2);
	return 0;
} //= drop t/thing.lock

void scoped(struct thing *t)
{
	for (class_mutex_t g __cleanup(class_mutex_destructor) = class_mutex_constructor(&t->lock), //= take t/thing.lock; drop t/thing.lock
	     *done = (void *)0; class_mutex_lock_ptr(&g) && !done; done = (void *)1)
		work(3);
	work(4);
}

void irqsave(struct thing *t)
{
	class_spin_t g __cleanup(class_spin_destructor) = class_spin_constructor(&t->spin); //= take t/thing.spin

	work(5);
} //= drop t/thing.spin

void tried(struct thing *t)
{
	class_mutex_t g __cleanup(class_mutex_destructor) = class_mutex_try_constructor(&t->lock); //= take try t/thing.lock

	if (g)
		work(6);
} //= drop phi(t/thing.lock,0)

/* The attribute by itself. */
static void unlock(struct mutex **m)
{
	mutex_unlock(*m);
}

void by_hand(struct thing *t)
{
	struct mutex *held __attribute__((cleanup(unlock))) = &t->lock;

	mutex_lock(held); //= take t/thing.lock
	work(7);
} //= drop t/thing.lock

/* No guard, though small, static, and given the address of a local: it stays a function. */
struct span { int from, to; struct thing *t; };
void far_away(struct span *s);

static void across(struct thing *t, struct span *s)
{
	s->from = t->n;
	far_away(s);
}

//~ not_a_guard call across(t,$s)
void not_a_guard(struct thing *t)
{
	struct span s = { .to = 3, .t = t };

	across(t, &s);
}

/* A guard that is filled through its address, with a wrapper of one's own. */
struct hold { struct mutex *m; };
static void my_lock(struct mutex *m)
{
	mutex_lock(m); //= take m
}
static void hold_begin(struct hold *h, struct mutex *m)
{
	h->m = m;
	my_lock(m);
}
static void hold_end(struct hold *h)
{
	mutex_unlock(h->m);
}

//~ held call my_lock(t/thing.lock)
void held(struct thing *t)
{
	struct hold h __cleanup(hold_end);

	hold_begin(&h, &t->lock);
	work(8);
} //= drop t/thing.lock
