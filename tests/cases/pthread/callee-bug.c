/* SPDX-License-Identifier: MIT */
/* The inner take is two calls down. */
// locklore: must deadlock srv->lock stats_lock
// locklore: must order srv->lock stats_lock
// locklore: must order stats_lock srv->lock
#include <pthread.h>

struct srv {
	int fd;
	pthread_mutex_t lock;
};
static pthread_mutex_t stats_lock = PTHREAD_MUTEX_INITIALIZER;
int hits;

static void count(void)
{
	pthread_mutex_lock(&stats_lock);
	hits++;
	pthread_mutex_unlock(&stats_lock);
}

static void serve(struct srv *srv)
{
	if (srv->fd >= 0)
		count();
}

void handle(struct srv *srv)
{
	pthread_mutex_lock(&srv->lock);
	serve(srv);
	pthread_mutex_unlock(&srv->lock);
}

static int fd_of(struct srv *srv)
{
	int fd;

	pthread_mutex_lock(&srv->lock);
	fd = srv->fd;
	pthread_mutex_unlock(&srv->lock);
	return fd;
}

int report(struct srv *srv)
{
	int fd;

	pthread_mutex_lock(&stats_lock);
	fd = hits ? fd_of(srv) : -1;
	pthread_mutex_unlock(&stats_lock);
	return fd;
}
