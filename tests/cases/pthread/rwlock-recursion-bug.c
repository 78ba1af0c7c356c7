/* SPDX-License-Identifier: MIT */
/* A reader becomes a writer of what it reads. */
// locklore: must self tree->lock
// locklore: must-not order tree->lock log_lock
#include <pthread.h>

struct tree {
	pthread_rwlock_t lock;
	int nodes;
};
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
int lines;

static void tree_grow(struct tree *tree)
{
	pthread_rwlock_wrlock(&tree->lock);
	tree->nodes++;
	pthread_rwlock_unlock(&tree->lock);
}

void tree_check(struct tree *tree)
{
	pthread_rwlock_rdlock(&tree->lock);
	if (!tree->nodes)
		tree_grow(tree);
	pthread_rwlock_unlock(&tree->lock);
	pthread_mutex_lock(&log_lock);
	lines++;
	pthread_mutex_unlock(&log_lock);
}
