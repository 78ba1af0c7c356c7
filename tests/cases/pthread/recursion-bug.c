/* SPDX-License-Identifier: MIT */
/* A function calls itself with its (default) mutex held. */
// locklore: must self walk_lock
// locklore: must-not order walk_lock depth_lock
#include <pthread.h>

static pthread_mutex_t walk_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t depth_lock = PTHREAD_MUTEX_INITIALIZER;
int visited, deepest;

int walk(int depth)
{
	pthread_mutex_lock(&walk_lock);
	visited++;
	if (depth)
		walk(depth - 1);
	pthread_mutex_unlock(&walk_lock);
	return depth;
}

void deepen(int depth)
{
	pthread_mutex_lock(&depth_lock);
	deepest = depth;
	pthread_mutex_unlock(&depth_lock);
}
