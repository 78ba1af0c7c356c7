/* SPDX-License-Identifier: MIT */
/* The wrapper returns the negated error; 0 only with the lock held. */
// locklore: must deadlock a_lock b_lock
// locklore: must order a_lock b_lock
#include <pthread.h>
#include <errno.h>

static pthread_mutex_t a_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b_lock = PTHREAD_MUTEX_INITIALIZER;
int n;

static inline int acquire(pthread_mutex_t *m)
{
	int e = pthread_mutex_lock(m);
	if (e)
		return -e;
	return 0;
}

static inline void release(pthread_mutex_t *m)
{
	pthread_mutex_unlock(m);
}

int f(void)
{
	if (acquire(&a_lock))
		return -1;
	if (acquire(&b_lock)) {
		release(&a_lock);
		return -1;
	}
	n++;
	release(&b_lock);
	release(&a_lock);
	return 0;
}

int g(void)
{
	if (acquire(&b_lock))
		return -1;
	if (acquire(&a_lock)) {
		release(&b_lock);
		return -1;
	}
	n++;
	release(&a_lock);
	release(&b_lock);
	return 0;
}
