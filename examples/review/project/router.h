/* SPDX-License-Identifier: MIT */
/* router.h - a message router: ports come and go while messages are forwarded. */
#ifndef ROUTER_H
#define ROUTER_H

#include <pthread.h>
#include <stddef.h>
#include "srcu.h"

enum { PORTS = 64 };

struct port;
struct table {
	size_t n;
	struct port *ports[PORTS];
};

struct router {
	pthread_mutex_t lock;	/* set-up: ports, timers */
	struct srcu_struct srcu; /* readers of `table` */
	struct table *table;
	unsigned long sent;
	unsigned long timers;
};

struct port {
	pthread_mutex_t mutex;
	struct router *router;
	unsigned queued;
};

int router_add(struct router *router, struct port *port);
int router_remove(struct router *router, struct port *port);
int router_forward(struct router *router, size_t to);
void router_tick(struct router *router);
void port_run(struct port *port);

void timers_start(struct router *router);
void timers_expire(struct router *router);

#endif
