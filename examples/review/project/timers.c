/* SPDX-License-Identifier: MIT */
/* timers.c - timers of the router. */
#include "router.h"

void timers_start(struct router *router)
{
	pthread_mutex_lock(&router->lock);
	router->timers++;
	pthread_mutex_unlock(&router->lock);
}

/* Called by the set-up thread. */
void timers_expire(struct router *router)
{
	pthread_mutex_lock(&router->lock);
	router->timers = 0;
	pthread_mutex_unlock(&router->lock);
}
