/* SPDX-License-Identifier: MIT */
/* A lock that the thread does not take may be held while it is waited for. */
// locklore: must-not deadlock
// locklore: must order stop_lock srv->lock
// locklore: must-not order srv->lock stop_lock
#include <pthread.h>

struct srv {
	pthread_t thread;
	pthread_mutex_t lock;
	int stop;
};
static pthread_mutex_t stop_lock = PTHREAD_MUTEX_INITIALIZER;

static void *serve(void *arg)
{
	struct srv *srv = arg;
	int stop;

	do {
		pthread_mutex_lock(&srv->lock);
		stop = srv->stop;
		pthread_mutex_unlock(&srv->lock);
	} while (!stop);
	return NULL;
}

int srv_start(struct srv *srv)
{
	return pthread_create(&srv->thread, NULL, serve, srv);
}

void srv_stop(struct srv *srv)
{
	pthread_mutex_lock(&stop_lock);
	pthread_mutex_lock(&srv->lock);
	srv->stop = 1;
	pthread_mutex_unlock(&srv->lock);
	pthread_join(srv->thread, NULL);
	pthread_mutex_unlock(&stop_lock);
}
