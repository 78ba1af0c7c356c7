/* SPDX-License-Identifier: MIT */
/*
 * event.h - what an eventfd and a work queue are to KVM: a counter that calls its waiters under
 * its own lock, and a thread that runs what must not be done there.
 */
#ifndef KVM_EVENT_H
#define KVM_EVENT_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct event_waiter {
	void (*wake)(struct event_waiter *waiter);   /* under event->lock: must not sleep */
	void (*hangup)(struct event_waiter *waiter); /* the same; the event goes away */
	struct event_waiter *next;
};

struct event {
	pthread_mutex_t lock;
	pthread_cond_t cond;
	uint64_t count;
	struct event_waiter *waiters;
};

void event_init(struct event *event);
void event_destroy(struct event *event);
void event_signal(struct event *event);
/* Tells every waiter that no signal will come any more. */
void event_hangup(struct event *event);
/* Waits for signals, at most so long; returns their number and sets it back to 0. */
uint64_t event_wait(struct event *event, unsigned timeout_ms);
/* True if it was signalled before: the waiter has not been called for that. */
bool event_add_waiter(struct event *event, struct event_waiter *waiter);
/* On return no callback of the waiter runs. */
void event_remove_waiter(struct event *event, struct event_waiter *waiter);

struct work {
	void (*func)(struct work *work);
	struct work *next;
	bool is_queued;
};

struct workqueue {
	pthread_mutex_t lock;
	pthread_cond_t cond; /* work has come, or is done */
	struct work *head, **tail;
	struct work *running;
	bool must_stop;
	pthread_t thread;
};

int workqueue_start(struct workqueue *wq);
/* Runs what is still queued. */
void workqueue_stop(struct workqueue *wq);
/* Once, however often it is called before the work begins. */
void work_queue(struct workqueue *wq, struct work *work);
/* Waits until the work is neither queued nor running. */
void work_flush(struct workqueue *wq, struct work *work);
/* Waits until nothing is queued or running. */
void workqueue_flush(struct workqueue *wq);

#endif
