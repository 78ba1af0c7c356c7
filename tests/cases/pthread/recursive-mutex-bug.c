/* SPDX-License-Identifier: MIT */
/* The same program as its twin, with a mutex of the default type. */
// locklore: must self tree_lock
// locklore: must order log_lock tree_lock
// locklore: must-not order tree_lock log_lock
#include <pthread.h>

static pthread_mutex_t tree_lock;
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
int nodes, lines;

void setup(void)
{
	pthread_mutex_init(&tree_lock, NULL);
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
