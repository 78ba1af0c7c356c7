/* SPDX-License-Identifier: MIT */
/* A default rwlock may be read again by its reader. */
// locklore: must-not deadlock
// locklore: must-not self tree->lock
// locklore: must order log_lock tree->lock
#include <pthread.h>

struct tree {
	pthread_rwlock_t lock;
	int nodes;
};
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
int lines;

static int tree_count(struct tree *tree)
{
	int n;

	pthread_rwlock_rdlock(&tree->lock);
	n = tree->nodes;
	pthread_rwlock_unlock(&tree->lock);
	return n;
}

int tree_check(struct tree *tree)
{
	int n;

	pthread_rwlock_rdlock(&tree->lock);
	n = tree->nodes - tree_count(tree);
	pthread_rwlock_unlock(&tree->lock);
	return n;
}

void tree_log(struct tree *tree)
{
	pthread_mutex_lock(&log_lock);
	lines += tree_count(tree);
	pthread_mutex_unlock(&log_lock);
}
