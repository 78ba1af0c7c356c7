/* SPDX-License-Identifier: MIT */
/* It drops the mutex before it calls itself. */
// locklore: must-not deadlock
// locklore: must-not self walk_lock
// locklore: must-not nest walk_lock
// locklore: must order depth_lock walk_lock
#include <pthread.h>

static pthread_mutex_t walk_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t depth_lock = PTHREAD_MUTEX_INITIALIZER;
int visited, deepest;

int walk(int depth)
{
	pthread_mutex_lock(&walk_lock);
	visited++;
	pthread_mutex_unlock(&walk_lock);
	if (depth)
		walk(depth - 1);
	return depth;
}

void deepen(int depth)
{
	pthread_mutex_lock(&depth_lock);
	deepest = walk(depth);
	pthread_mutex_unlock(&depth_lock);
}
