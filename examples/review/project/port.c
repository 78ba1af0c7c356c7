/* SPDX-License-Identifier: MIT */
/* port.c - a port's own thread: it stays inside router->srcu while it works. */
#include "router.h"

void port_run(struct port *port)
{
	struct router *router = port->router;
	int cookie = srcu_read_lock(&router->srcu);

	for (unsigned i = 0; i < 100; i++)
		router_forward(router, i % PORTS);
	srcu_read_unlock(&router->srcu, cookie);
}
