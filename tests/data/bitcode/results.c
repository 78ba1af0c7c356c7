/* SPDX-License-Identifier: MIT */
/* Results, branches and ways out.  "//~ F TEXT": the function F, printed, has this line. */
#include <pthread.h>
#include <stdlib.h>

#include "helpers.h"

struct dev { int n; bool on; pthread_mutex_t m, other; void *data; };
int start(struct dev *d);
int step(struct dev *d, int n);
void stop(struct dev *d);

struct dev *find(int n);

//~ tried ret const 0
//~ tried br cmp(ne pthread_mutex_trylock() 0)
int tried(struct dev *d)
{
	if (pthread_mutex_trylock(&d->m)) //= take try if-zero d/dev.m
		return 0;
	step(d, 1);
	pthread_mutex_unlock(&d->m); //= drop d/dev.m
	return 0;
}

//~ not_null br cmp(ne find() 0)
//~ is_err br cmp(is-err find() 0)
void not_null(int n)
{
	struct dev *d = find(n);

	if (!!d)
		pthread_mutex_lock(&d->m); //= take find()/dev.m
}

void is_err(int n)
{
	struct dev *d = find(n);

	if (IS_ERR(d))
		return;
	pthread_mutex_lock(&d->m); //= take find()/dev.m
}

//~ ladder br cmp(ne start() 0)
//~ ladder br cmp(lt step() 0)
//~ ladder ret phi(start(),phi(step(),const 0))
int ladder(struct dev *d)
{
	int err;

	pthread_mutex_lock(&d->m); //= take d/dev.m
	err = start(d);
	if (err)
		goto out;
	pthread_mutex_lock(&d->other); //= take d/dev.other
	err = step(d, 2);
	if (err < 0)
		goto out_other;
	err = 0;
out_other:
	pthread_mutex_unlock(&d->other); //= drop d/dev.other
out:
	pthread_mutex_unlock(&d->m); //= drop d/dev.m
	return err;
}

//~ flags br p1
//~ flags br p1
//~ flags br cmp(ne ? 0)
void flags(struct dev *d, bool locked, unsigned how)
{
	if (!locked)
		pthread_mutex_lock(&d->m); //= take d/dev.m
	if (how & 4)
		step(d, 3);
	if (!locked)
		pthread_mutex_unlock(&d->m); //= drop d/dev.m
}

//~ switched switch p1 1 2 7
void switched(struct dev *d, int n)
{
	switch (n) {
	case 1:
	case 2:
		pthread_mutex_lock(&d->m); //= take d/dev.m
		break;
	case 7:
		pthread_mutex_lock(&d->other); //= take d/dev.other
		break;
	default:
		start(d);
	}
}

//~ recursive call recursive(*(d/dev.data),?)
void recursive(struct dev *d, int n)
{
	pthread_mutex_lock(&d->m); //= take d/dev.m
	if (n)
		recursive(d->data, n - 1);
	pthread_mutex_unlock(&d->m); //= drop d/dev.m
}

//~ args call step(d,const -3)
//~ args call step(d,select(*(d/dev.on) const 1))
void args(struct dev *d)
{
	step(d, -3);
	step(d, d->on ? 1 : 0);
	pthread_mutex_lock(&d->m); //= take d/dev.m
}

//~ dies stop
void dies(struct dev *d)
{
	pthread_mutex_lock(&d->m); //= take d/dev.m
	if (!d->data)
		abort();
	pthread_mutex_unlock(&d->m); //= drop d/dev.m
}

//~ same br same(a b)
void same(struct dev *a, struct dev *b)
{
	if (a == b)
		return;
	pthread_mutex_lock(&a->m); //= take a/dev.m
	pthread_mutex_lock(&b->m); //= take b/dev.m
}

/* Nothing that a lock depends on: no branch is left. */
//! nothing_decides br
//! nothing_decides switch
int nothing_decides(struct dev *d, int n)
{
	int sum = 0;

	for (int i = 0; i < n; i++)
		if (i & 1)
			sum += i;
	pthread_mutex_lock(&d->m); //= take d/dev.m
	pthread_mutex_unlock(&d->m); //= drop d/dev.m
	return 0;
}

//~ quiet nothing
int quiet(struct dev *d)
{
	return d->n > 3 ? d->n : -d->n;
}

//! calls_nothing call does_nothing
void calls_nothing(struct dev *d)
{
	does_nothing(d->n);
	pthread_mutex_lock(&d->m); //= take d/dev.m
}

//~ loops br *(d/dev.on)
void loops(struct dev *d)
{
	while (d->on) {
		pthread_mutex_lock(&d->m); //= take d/dev.m
		pthread_mutex_unlock(&d->m); //= drop d/dev.m
	}
}
