/* SPDX-License-Identifier: MIT */
/* Along a list, the next node's lock before the last one's drop: nesting, in the list's order. */
// locklore: must nest node->lock
// locklore: must-not deadlock
// locklore: must-not order node->lock log_lock
// locklore: must order log_lock node->lock
#include <pthread.h>

struct node {
	struct node *next;
	int key;
	pthread_mutex_t lock;
};
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
int found;

static int find(struct node *node, int key)
{
	pthread_mutex_lock(&node->lock);
	while (node->next && node->key != key) {
		struct node *next = node->next;

		pthread_mutex_lock(&next->lock);
		pthread_mutex_unlock(&node->lock);
		node = next;
	}
	key -= node->key;
	pthread_mutex_unlock(&node->lock);
	return !key;
}

void find_unlogged(struct node *node)
{
	int hit = find(node, 1);

	pthread_mutex_lock(&log_lock);
	found += hit;
	pthread_mutex_unlock(&log_lock);
}

void find_logged(struct node *node)
{
	pthread_mutex_lock(&log_lock);
	found += find(node, 2);
	pthread_mutex_unlock(&log_lock);
}
