/* SPDX-License-Identifier: MIT */
/* Two files have a static lock of the same name each: two locks, no ring. */
// locklore: with parts/same-name-other.c
// locklore: must-not deadlock
// locklore: must-not nest *state_lock*
// locklore: must order disk_lock net_lock
#include <pthread.h>

static pthread_mutex_t state_lock = PTHREAD_MUTEX_INITIALIZER;
extern pthread_mutex_t disk_lock, net_lock;
int here;

/* here: state_lock (of this file) -> net_lock.  There: net_lock -> state_lock (of that file). */
void enter(void)
{
	pthread_mutex_lock(&state_lock);
	pthread_mutex_lock(&net_lock);
	here++;
	pthread_mutex_unlock(&net_lock);
	pthread_mutex_unlock(&state_lock);
}
