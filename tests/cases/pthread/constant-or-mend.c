/* SPDX-License-Identifier: MIT */
/* A constant argument decides the first half of an ||; the else branch is not taken. */
// locklore: must-not deadlock
// locklore: must order conn_lock stat_lock
#include <pthread.h>

static pthread_mutex_t conn_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t stat_lock = PTHREAD_MUTEX_INITIALIZER;
static volatile int allow_new = 1;
int stat, polls;
void accept_conns(int on);

static void maxconns(int fd)
{
	if (fd == -42 || allow_new == 0)
		polls++;
	else
		accept_conns(1);
}

static void do_accept(int on)
{
	pthread_mutex_lock(&stat_lock);
	stat = on;
	pthread_mutex_unlock(&stat_lock);
	if (!on) {
		allow_new = 0;
		maxconns(-42);
	}
}

void accept_conns(int on)
{
	pthread_mutex_lock(&conn_lock);
	do_accept(on);
	pthread_mutex_unlock(&conn_lock);
}
