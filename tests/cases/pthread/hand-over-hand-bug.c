/* SPDX-License-Identifier: MIT */
/* The found node comes back locked, and its caller takes a lock against the order. */
// locklore: must deadlock log_lock node->lock
// locklore: must nest node->lock
#include <pthread.h>

struct node {
	struct node *next;
	int key;
	pthread_mutex_t lock;
};
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
int found;

static struct node *find(struct node *node, int key)
{
	pthread_mutex_lock(&node->lock);
	while (node->next && node->key != key) {
		struct node *next = node->next;

		pthread_mutex_lock(&next->lock);
		pthread_mutex_unlock(&node->lock);
		node = next;
	}
	return node;
}

void find_then_log(struct node *node)
{
	node = find(node, 1);
	pthread_mutex_lock(&log_lock);
	found += node->key;
	pthread_mutex_unlock(&log_lock);
	pthread_mutex_unlock(&node->lock);
}

void find_logged(struct node *node)
{
	pthread_mutex_lock(&log_lock);
	node = find(node, 2);
	found -= node->key;
	pthread_mutex_unlock(&node->lock);
	pthread_mutex_unlock(&log_lock);
}
