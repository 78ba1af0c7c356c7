/* SPDX-License-Identifier: MIT */
/*
 * A plug-in that uses libsrcu, for dlclose.c: inline read sides of a domain of its own.  When it is
 * unloaded its code and its domain are gone.
 */
#include <srcu.h>

DEFINE_STATIC_SRCU(plugin_domain);
static int *current;

void plugin_read(long times);
void plugin_update(void);

void plugin_read(long times)
{
	while (times-- > 0) {
		int index = srcu_read_lock(&plugin_domain);
		const int *value = srcu_dereference(&current, &plugin_domain);

		if (value && *value != 1)
			__builtin_trap();
		srcu_read_unlock(&plugin_domain, index);
	}
}

void plugin_update(void)
{
	static int values[2] = { 1, 1 };
	static int turn;
	int *old = current;

	turn = !turn;
	values[turn] = 1;
	srcu_assign_pointer(&current, &values[turn]);
	synchronize_srcu(&plugin_domain);
	if (old)
		*old = 2;
}

__attribute__((destructor)) static void unload(void)
{
	srcu_barrier(&plugin_domain);
	cleanup_srcu_struct(&plugin_domain);
}
