/* SPDX-License-Identifier: MIT */
/* A recursive mutex may be taken again by its owner; the attribute is set at run time. */
// locklore: known-false-alarm self tree_lock
// locklore: must order log_lock tree_lock
// locklore: must-not order tree_lock log_lock
#include <pthread.h>

static pthread_mutex_t tree_lock;
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
int nodes, lines;

void setup(void)
{
	pthread_mutexattr_t attr;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(&tree_lock, &attr);
	pthread_mutexattr_destroy(&attr);
}

static void node_add(void)
{
	pthread_mutex_lock(&tree_lock);
	nodes++;
	pthread_mutex_unlock(&tree_lock);
}

void node_add_two(void)
{
	pthread_mutex_lock(&tree_lock);
	node_add();
	node_add();
	pthread_mutex_unlock(&tree_lock);
}

void log_nodes(void)
{
	pthread_mutex_lock(&log_lock);
	node_add();
	lines++;
	pthread_mutex_unlock(&log_lock);
}
