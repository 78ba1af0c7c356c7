/* SPDX-License-Identifier: MIT */
/* Two files have a static lock of the same name each; the other one's is in a ring. */
// locklore: with parts/same-name-ring.c
// locklore: must deadlock net_lock *state_lock*
// locklore: must-not nest *state_lock*
#include <pthread.h>

static pthread_mutex_t state_lock = PTHREAD_MUTEX_INITIALIZER;
extern pthread_mutex_t net_lock;
int here;

void enter(void)
{
	pthread_mutex_lock(&net_lock);
	pthread_mutex_lock(&state_lock);
	here++;
	pthread_mutex_unlock(&state_lock);
	pthread_mutex_unlock(&net_lock);
}
