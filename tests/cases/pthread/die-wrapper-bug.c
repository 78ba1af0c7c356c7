/* SPDX-License-Identifier: MIT */
/* A wrapper that gives up on an error: the way out after the refused lock holds nothing. */
// locklore: must deadlock q->lock s->lock
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOCK(m)	  xlock(m, __func__, __LINE__)
#define UNLOCK(m) xunlock(m, __func__, __LINE__)

static void die(const char *what, int e, const char *fn, int line)
{
	fprintf(stderr, "%s: %s at %s:%d\n", what, strerror(e), fn, line);
	abort();
}

static void xlock(pthread_mutex_t *m, const char *fn, int line)
{
	int e = pthread_mutex_lock(m);
	if (e)
		die("lock", e, fn, line);
}

static void xunlock(pthread_mutex_t *m, const char *fn, int line)
{
	int e = pthread_mutex_unlock(m);
	if (e)
		die("unlock", e, fn, line);
}

struct queue {
	pthread_mutex_t lock;
	int n;
};

struct srv {
	pthread_mutex_t lock;
	struct queue *q;
};

int push(struct srv *s)
{
	int n;
	LOCK(&s->lock);
	LOCK(&s->q->lock);
	n = ++s->q->n;
	UNLOCK(&s->q->lock);
	UNLOCK(&s->lock);
	return n;
}

int pull(struct srv *s, struct queue *q)
{
	LOCK(&q->lock);
	if (!q->n) {
		LOCK(&s->lock);
		s->q = NULL;
		UNLOCK(&s->lock);
	}
	UNLOCK(&q->lock);
	return 0;
}
