/* SPDX-License-Identifier: MIT */
/*
 * The server's struct is known here by an extern alone: no variable, no parameter of its type, so
 * that the compiler says nothing of its members in this unit.  The other unit knows them.
 */
// locklore: with parts/extern-struct.c
// locklore: must order s->lock s->log_lock
// locklore: must-not order s->log_lock s->lock
// locklore: must-not deadlock
#include <pthread.h>

extern struct server {
	long id;
	pthread_mutex_t lock;
	struct log {
		long lines;
		pthread_mutex_t log_lock;
	} *log;
	void (*on_close)(void);
	pthread_mutex_t log_lock;
} server;

void server_open(void)
{
	pthread_mutex_lock(&server.lock);
	pthread_mutex_lock(&server.log_lock);
	pthread_mutex_unlock(&server.log_lock);
	pthread_mutex_unlock(&server.lock);
}

void server_close(void)
{
	pthread_mutex_lock(&server.log_lock);
	pthread_mutex_unlock(&server.log_lock);
	server.on_close();
}
