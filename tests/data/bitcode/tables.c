/* SPDX-License-Identifier: MIT */
/* Functions in members: initialisers ("//+ TABLE OWNER.MEMBER TARGET"), stores, callbacks. */
#include <pthread.h>

struct dev;
struct ops {
	int (*open)(struct dev *d);
	union { int (*read)(struct dev *d); long other; };
	struct { void (*stop)(struct dev *d); } late;
	const struct ops *parent;
};
struct dev { const struct ops *ops; int (*set)(struct dev *d, int n); pthread_mutex_t m; struct ops own; };

static int my_open(struct dev *d) { return d->own.open(d); }
static int my_read(struct dev *d) { pthread_mutex_lock(&d->m); return 0; } //= take d/dev.m
static void my_stop(struct dev *d) { pthread_mutex_unlock(&d->m); } //= drop d/dev.m
int my_set(struct dev *d, int n);

//+ base ops.open my_open
//+ base ops.read my_read
//+ base ops.late.stop my_stop
const struct ops base = { .open = my_open, .read = my_read, .late = { my_stop } };

//+ derived ops.parent base
static const struct ops derived = { .parent = &base };

//+ handlers . my_open
//+ handlers . my_read
int (*const handlers[4])(struct dev *) = { [1] = my_open, [3] = my_read };

//+ all ops.open my_open
//+ all ops.open my_read
struct ops all[2] = { { .open = my_open }, { .open = my_read } };

//+ pointers . derived
const struct ops *const pointers[] = { &derived, 0 };

//+ a_dev dev.ops derived
//+ a_dev dev.set my_set
//+ a_dev ops.read my_read
struct dev a_dev = { .ops = &derived, .set = my_set, .own = { .read = my_read } };

//~ setup store d/dev.set := &my_set
//~ setup store d/dev.own/ops.read := &my_read
//~ setup store d/dev.own/ops.late.stop := p1
void setup(struct dev *d, void (*how)(struct dev *), int n)
{
	d->set = my_set;
	d->own.read = my_read;
	d->own.late.stop = how;
	pthread_mutex_lock(&d->m); //= take d/dev.m
}

//~ calls call *(d/dev.set)(d,const 2)
//~ calls call *(*(d/dev.ops)/ops.read)(d)
//~ calls call *(*(d/dev.ops)/ops.late.stop)(d)
//~ calls call *(handlers[])(d)
//~ calls call p1(d)
void calls(struct dev *d, void (*f)(struct dev *), int i)
{
	d->set(d, 2);
	d->ops->read(d);
	d->ops->late.stop(d);
	handlers[i](d);
	f(d);
}

struct walker { void (*each)(struct dev *d); struct dev *d; };
void visit(const struct walker *w);

//~ literal store $w/walker.each := &my_stop
//~ literal call visit($w)
void literal(struct dev *d)
{
	struct walker w = { .each = my_stop, .d = d };

	visit(&w);
}

static void *thread(void *arg) { return arg; }

//~ spawns spawn d/dev.m &thread
void spawns(struct dev *d)
{
	pthread_create((pthread_t *)&d->m, 0, thread, d);
}
