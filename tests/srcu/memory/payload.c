/* SPDX-License-Identifier: MIT */
/*
 * Plain data under libsrcu, for the sanitizers and valgrind: everything that orders the accesses is
 * the library's.  Built twice more with a real mistake, which ThreadSanitizer must find:
 * -DMISSING_LOCK (the reader opens no read side), -DMISSING_WAIT (the writer waits for nobody).
 *   payload [MSEC]
 */
#include <srcu.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct payload {
	struct srcu_head head;
	long left, right; /* equal, until the payload is nobody's */
};

DEFINE_STATIC_SRCU(domain);
static struct payload *current;
static struct payload *spare; /* by the callback thread, looked at after srcu_barrier() */
static _Atomic int over;
static pthread_mutex_t hand_lock = PTHREAD_MUTEX_INITIALIZER;
static int hand_index = -1; /* a read side on its way to the other thread */
static struct payload *hand_payload;

#ifdef MISSING_LOCK
#define READ_LOCK()	   0
#define READ_UNLOCK(index) ((void)(index))
#else
#define READ_LOCK()	   srcu_read_lock(&domain)
#define READ_UNLOCK(index) srcu_read_unlock(&domain, index)
#endif

static long milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void check(const struct payload *payload)
{
	if (payload->left != payload->right) {
		fprintf(stderr, "payload: a reader saw %ld and %ld\n", payload->left,
			payload->right);
		_Exit(1);
	}
}

static void read_once(void)
{
	int index = READ_LOCK();

	check(srcu_dereference(&current, &domain));
	READ_UNLOCK(index);
}

static void *reader(void *argument)
{
	(void)argument;
	while (!atomic_load_explicit(&over, memory_order_relaxed)) {
		read_once();
		sched_yield();
	}
	return NULL;
}

/* Gives its read side to the ender below. */
static void *giver(void *argument)
{
	(void)argument;
	while (!atomic_load_explicit(&over, memory_order_relaxed)) {
		pthread_mutex_lock(&hand_lock);
		if (hand_index < 0) {
			hand_index = srcu_down_read(&domain);
			hand_payload = srcu_dereference(&current, &domain);
		}
		pthread_mutex_unlock(&hand_lock);
		sched_yield();
	}
	return NULL;
}

static void *taker(void *argument)
{
	int last;

	(void)argument;
	do {
		last = atomic_load_explicit(&over, memory_order_relaxed) == 2;
		pthread_mutex_lock(&hand_lock);
		if (hand_index >= 0) {
			check(hand_payload);
			srcu_up_read(&domain, hand_index);
			hand_index = -1;
		}
		pthread_mutex_unlock(&hand_lock);
		sched_yield();
	} while (!last);
	return NULL;
}

static void spoil(struct payload *payload)
{
	payload->left = -1;
	payload->right = -2;
	free(payload);
}

static void spoil_called(struct srcu_head *head)
{
	struct payload *payload = (struct payload *)(void *)head;

	payload->left = -1;
	payload->right = -2;
	free(spare);
	spare = payload;
}

static void dispose(struct payload *old, int turn)
{
	unsigned long cookie;

	switch (turn % 6) {
	case 0: call_srcu(&domain, &old->head, spoil_called); return;
	case 1:
		call_srcu(&domain, &old->head, spoil_called);
		srcu_barrier(&domain);
		spare->left = turn; /* plain: the barrier orders it after the callback */
		return;
	case 2:
		cookie = start_poll_synchronize_srcu(&domain);
		while (!poll_state_synchronize_srcu(&domain, cookie))
			sched_yield();
		break;
	case 3: cond_synchronize_srcu(&domain, get_state_synchronize_srcu(&domain)); break;
	case 4: synchronize_srcu_expedited(&domain); break;
	default:
#ifndef MISSING_WAIT
		synchronize_srcu(&domain);
#endif
		break;
	}
	spoil(old);
}

static void write_until(long end)
{
	int turn = 0;

	do {
		struct payload *fresh = malloc(sizeof(*fresh)), *old = current;

		if (!fresh)
			abort();
		fresh->left = fresh->right = turn;
		srcu_assign_pointer(&current, fresh);
		if (old)
			dispose(old, turn++);
		else
			read_once();
	} while (milliseconds() < end);
	printf("%d payloads\n", turn);
}

int main(int argc, char **argv)
{
	void *(*const runs[])(void *) = { reader, reader, giver, taker };
	long length = argc > 1 ? atol(argv[1]) : 1000;
	pthread_t thread[4];
	int i;

	current = calloc(1, sizeof(*current));
	for (i = 0; i < 4; i++)
		pthread_create(&thread[i], NULL, runs[i], NULL);
	write_until(milliseconds() + length);
	atomic_store(&over, 1);
	for (i = 0; i < 3; i++)
		pthread_join(thread[i], NULL);
	atomic_store(&over, 2);
	pthread_join(thread[3], NULL);
	srcu_barrier(&domain);
	free(spare);
	free(current);
	cleanup_srcu_struct(&domain);
	return 0;
}
