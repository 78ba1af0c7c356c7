/* SPDX-License-Identifier: MIT */
/* Two anonymous structs in one struct have a lock of the same name each. */
// locklore: must-not deadlock
// locklore: must-not nest node->in.lock
// locklore: must order node->in.lock node->out.lock
// locklore: must-not order node->out.lock node->in.lock
#include <pthread.h>

struct node {
	struct {
		pthread_mutex_t lock;
		int n;
	} in, out;
};

void node_pump(struct node *node)
{
	pthread_mutex_lock(&node->in.lock);
	pthread_mutex_lock(&node->out.lock);
	node->out.n += node->in.n;
	pthread_mutex_unlock(&node->out.lock);
	pthread_mutex_unlock(&node->in.lock);
}
