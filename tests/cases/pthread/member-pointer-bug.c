/* SPDX-License-Identifier: MIT */
/* A member points to the lock: every store into it stores one global lock. */
// locklore: known-miss deadlock left right
// locklore: must order right left
#include <pthread.h>

struct w {
	pthread_mutex_t *lk;
	int n;
};

static pthread_mutex_t left = PTHREAD_MUTEX_INITIALIZER, right = PTHREAD_MUTEX_INITIALIZER;
struct w w1 = { &left, 0 };

void init(struct w *w)
{
	w->lk = &left;
}

void f(struct w *w)
{
	pthread_mutex_lock(w->lk);
	pthread_mutex_lock(&right);
	w->n++;
	pthread_mutex_unlock(&right);
	pthread_mutex_unlock(w->lk);
}

void g(void)
{
	pthread_mutex_lock(&right);
	pthread_mutex_lock(&left);
	w1.n++;
	pthread_mutex_unlock(&left);
	pthread_mutex_unlock(&right);
}
