/* SPDX-License-Identifier: MIT */
/* lockdep: a question is a claim only where a warning follows "no".  Kernel names, no headers. */
struct lockdep_map { long a; };
struct mutex { long owner; struct lockdep_map dep_map; };
typedef struct { int raw; struct lockdep_map dep_map; } rwlock_t;
int lock_is_held_type(const struct lockdep_map *map, int read);
void __warn_printk(const char *fmt);
void mutex_lock_nested(struct mutex *m, unsigned int subclass);
extern int debug_locks;
void work(int n);

struct thing { int n; struct mutex lock, second; rwlock_t rw; };

static inline int lock_is_held(const struct lockdep_map *map) { return lock_is_held_type(map, -1); }

#define WARN_ON(c) ({ int r = !!(c); if (__builtin_expect(!!r, 0)) __warn_printk("held"); __builtin_expect(!!r, 0); })
#define lockdep_assert(c) do { WARN_ON(debug_locks && !(c)); } while (0)
#define lockdep_is_held(l) lock_is_held(&(l)->dep_map)

void held(struct thing *t)
{
	lockdep_assert(lockdep_is_held(&t->lock) != 0); //= assert t/thing.lock
	lockdep_assert(lockdep_is_held(&t->second) != 0); //= assert t/thing.second
	lockdep_assert(lockdep_is_held(&t->lock) != 1); //= deny t/thing.lock
}

void modes(struct thing *t)
{
	lockdep_assert(lock_is_held_type(&t->rw.dep_map, 0)); //= assert t/thing.rw
	lockdep_assert(lock_is_held_type(&t->rw.dep_map, 1)); //= assert shared t/thing.rw
	lockdep_assert(lockdep_is_held(&t->rw) != 0); //= assert shared t/thing.rw
}

void either(struct thing *t)
{
	lockdep_assert(lockdep_is_held(&t->lock) || lockdep_is_held(&t->second));
}

int asks(struct thing *t)
{
	if (lockdep_is_held(&t->lock))
		work(1);
	return lockdep_is_held(&t->second);
}

void subclasses(struct thing *t, unsigned int n)
{
	mutex_lock_nested(&t->lock, 0); //= take t/thing.lock
	mutex_lock_nested(&t->second, 1); //= take nested t/thing.second
	mutex_lock_nested(&t->second, n); //= take nested t/thing.second
}
