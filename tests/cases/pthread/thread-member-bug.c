/* SPDX-License-Identifier: MIT */
/* The thread's handle and the lock are members of one object, which is the thread's argument. */
// locklore: must deadlock srv->lock *
// locklore: must-not self srv->lock
#include <pthread.h>

struct srv {
	pthread_t thread;
	pthread_mutex_t lock;
	int stop;
};

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
	pthread_mutex_lock(&srv->lock);
	srv->stop = 1;
	pthread_join(srv->thread, NULL);
	pthread_mutex_unlock(&srv->lock);
}
