/* SPDX-License-Identifier: MIT */
/* Two members of one struct type in one global are one class: their order is nesting. */
// locklore: must nest lockable->lock unannotated
// locklore: known-miss deadlock server.conns.lock server.stats.lock
#include <pthread.h>
#include <string.h>

struct lockable {
	pthread_mutex_t lock;
	int n;
};

static struct {
	struct lockable conns;
	struct lockable stats;
	int up;
} server = { .conns = { PTHREAD_MUTEX_INITIALIZER, 0 }, .stats = { PTHREAD_MUTEX_INITIALIZER, 0 } };

void on_accept(void)
{
	pthread_mutex_lock(&server.conns.lock);
	server.conns.n++;
	pthread_mutex_lock(&server.stats.lock);
	server.stats.n++;
	pthread_mutex_unlock(&server.stats.lock);
	pthread_mutex_unlock(&server.conns.lock);
}

void on_stats(void)
{
	pthread_mutex_lock(&server.stats.lock);
	pthread_mutex_lock(&server.conns.lock);
	server.stats.n = server.conns.n;
	pthread_mutex_unlock(&server.conns.lock);
	pthread_mutex_unlock(&server.stats.lock);
}
