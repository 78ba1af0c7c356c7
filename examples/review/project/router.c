/* SPDX-License-Identifier: MIT */
/* router.c - the table of ports: readers are inside router->srcu, writers hold router->lock. */
#include <stdlib.h>
#include "router.h"

/* Readers of the old table have left when this returns. */
static void publish(struct router *router, struct table *table)
{
	struct table *old = router->table;

	srcu_assign_pointer(&router->table, table);
	synchronize_srcu(&router->srcu);
	free(old);
}

static struct table *copy(const struct table *old)
{
	struct table *table = calloc(1, sizeof(*table));

	if (table && old)
		*table = *old;
	return table;
}

int router_add(struct router *router, struct port *port)
{
	struct table *table;

	pthread_mutex_lock(&router->lock);
	table = copy(router->table);
	if (!table || table->n == PORTS) {
		pthread_mutex_unlock(&router->lock);
		free(table);
		return -1;
	}
	table->ports[table->n++] = port;
	publish(router, table);
	pthread_mutex_unlock(&router->lock);
	return 0;
}

int router_remove(struct router *router, struct port *port)
{
	struct table *table;

	pthread_mutex_lock(&router->lock);
	table = copy(router->table);
	for (size_t i = 0; table && i < table->n; i++)
		if (table->ports[i] == port)
			table->ports[i] = table->ports[--table->n];
	if (table)
		publish(router, table);
	pthread_mutex_unlock(&router->lock);
	return table ? 0 : -1;
}

int router_forward(struct router *router, size_t to)
{
	int cookie = srcu_read_lock(&router->srcu);
	struct table *table = srcu_dereference(&router->table, &router->srcu);
	int found = table && to < table->n;

	if (found) {
		pthread_mutex_lock(&table->ports[to]->mutex);
		table->ports[to]->queued++;
		pthread_mutex_unlock(&table->ports[to]->mutex);
	}
	srcu_read_unlock(&router->srcu, cookie);
	return found ? 0 : -1;
}

/* Once a second, from the set-up thread. */
void router_tick(struct router *router)
{
	size_t n = 0;
	int cookie;

	pthread_mutex_lock(&router->lock);
	cookie = srcu_read_lock(&router->srcu);
	if (router->table)
		n = srcu_dereference(&router->table, &router->srcu)->n;
	srcu_read_unlock(&router->srcu, cookie);
	router->sent += n;
	pthread_mutex_unlock(&router->lock);
}
