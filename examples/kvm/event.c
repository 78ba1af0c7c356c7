/* SPDX-License-Identifier: MIT */
/* event.c - events and the work queue.  See event.h. */
#include "event.h"

#include <time.h>

void event_init(struct event *event)
{
	pthread_condattr_t attr;

	pthread_mutex_init(&event->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&event->cond, &attr);
	pthread_condattr_destroy(&attr);
	event->count = 0;
	event->waiters = NULL;
}

void event_destroy(struct event *event)
{
	pthread_cond_destroy(&event->cond);
	pthread_mutex_destroy(&event->lock);
}

void event_signal(struct event *event)
{
	pthread_mutex_lock(&event->lock);
	event->count++;
	for (struct event_waiter *w = event->waiters; w; w = w->next)
		w->wake(w);
	pthread_cond_broadcast(&event->cond);
	pthread_mutex_unlock(&event->lock);
}

void event_hangup(struct event *event)
{
	pthread_mutex_lock(&event->lock);
	for (struct event_waiter *w = event->waiters; w; w = w->next)
		w->hangup(w);
	pthread_mutex_unlock(&event->lock);
}

uint64_t event_wait(struct event *event, unsigned timeout_ms)
{
	struct timespec end;
	uint64_t count;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += timeout_ms / 1000;
	end.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
	if (end.tv_nsec >= 1000000000) {
		end.tv_nsec -= 1000000000;
		end.tv_sec++;
	}
	pthread_mutex_lock(&event->lock);
	while (!event->count && !pthread_cond_timedwait(&event->cond, &event->lock, &end))
		;
	count = event->count;
	event->count = 0;
	pthread_mutex_unlock(&event->lock);
	return count;
}

bool event_add_waiter(struct event *event, struct event_waiter *waiter)
{
	bool was_signalled;

	pthread_mutex_lock(&event->lock);
	waiter->next = event->waiters;
	event->waiters = waiter;
	was_signalled = event->count != 0;
	pthread_mutex_unlock(&event->lock);
	return was_signalled;
}

void event_remove_waiter(struct event *event, struct event_waiter *waiter)
{
	pthread_mutex_lock(&event->lock);
	for (struct event_waiter **at = &event->waiters; *at; at = &(*at)->next)
		if (*at == waiter) {
			*at = waiter->next;
			break;
		}
	pthread_mutex_unlock(&event->lock);
}

static struct work *next_work(struct workqueue *wq)
{
	struct work *work;

	while (!wq->head && !wq->must_stop)
		pthread_cond_wait(&wq->cond, &wq->lock);
	work = wq->head;
	if (work) {
		wq->head = work->next;
		if (!wq->head)
			wq->tail = &wq->head;
		work->is_queued = false;
	}
	wq->running = work;
	return work;
}

/* The work may free itself: it is not looked at after its function ran. */
static void *run_work(void *arg)
{
	struct workqueue *wq = arg;
	struct work *work;

	pthread_mutex_lock(&wq->lock);
	while ((work = next_work(wq))) {
		pthread_mutex_unlock(&wq->lock);
		work->func(work);
		pthread_mutex_lock(&wq->lock);
		wq->running = NULL;
		pthread_cond_broadcast(&wq->cond);
	}
	pthread_mutex_unlock(&wq->lock);
	return NULL;
}

int workqueue_start(struct workqueue *wq)
{
	pthread_mutex_init(&wq->lock, NULL);
	pthread_cond_init(&wq->cond, NULL);
	wq->head = wq->running = NULL;
	wq->tail = &wq->head;
	wq->must_stop = false;
	return -pthread_create(&wq->thread, NULL, run_work, wq);
}

void workqueue_stop(struct workqueue *wq)
{
	pthread_mutex_lock(&wq->lock);
	wq->must_stop = true;
	pthread_cond_broadcast(&wq->cond);
	pthread_mutex_unlock(&wq->lock);
	pthread_join(wq->thread, NULL);
	pthread_cond_destroy(&wq->cond);
	pthread_mutex_destroy(&wq->lock);
}

void work_queue(struct workqueue *wq, struct work *work)
{
	pthread_mutex_lock(&wq->lock);
	if (!work->is_queued) {
		work->is_queued = true;
		work->next = NULL;
		*wq->tail = work;
		wq->tail = &work->next;
		pthread_cond_broadcast(&wq->cond);
	}
	pthread_mutex_unlock(&wq->lock);
}

void work_flush(struct workqueue *wq, struct work *work)
{
	pthread_mutex_lock(&wq->lock);
	while (work->is_queued || wq->running == work)
		pthread_cond_wait(&wq->cond, &wq->lock);
	pthread_mutex_unlock(&wq->lock);
}

void workqueue_flush(struct workqueue *wq)
{
	pthread_mutex_lock(&wq->lock);
	while (wq->head || wq->running)
		pthread_cond_wait(&wq->cond, &wq->lock);
	pthread_mutex_unlock(&wq->lock);
}
