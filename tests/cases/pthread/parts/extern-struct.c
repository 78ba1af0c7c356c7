/* SPDX-License-Identifier: MIT */
#include <pthread.h>

struct server {
	long id;
	pthread_mutex_t lock;
	struct log *log;
	void (*on_close)(void);
	pthread_mutex_t log_lock;
};

static void close_all(void);

struct server server = {
	.lock = PTHREAD_MUTEX_INITIALIZER, .log_lock = PTHREAD_MUTEX_INITIALIZER, .on_close = close_all
};

static void close_all(void)
{
	struct server *s = &server;

	pthread_mutex_lock(&s->lock);
	s->id = 0;
	pthread_mutex_unlock(&s->lock);
}
