/* SPDX-License-Identifier: MIT */
/*
 * The configuration of a running server: a file of lines "key = value". A request reads all of it
 * in one read side, so it sees one version from its first to its last look, however long it takes;
 * a reload makes a new one and never waits for the requests that still use the old one.
 */
#ifndef CONFIG_H
#define CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "srcu.h"

#define CONFIG_KEYS 32
#define CONFIG_TEXT 64

struct config {
	unsigned long version; /* 1 for the first; 0 once it is freed */
	size_t count;
	char key[CONFIG_KEYS][CONFIG_TEXT];
	char value[CONFIG_KEYS][CONFIG_TEXT];
	struct srcu_head srcu;
};

extern struct srcu_struct config_srcu;

/*
 * Read the file and make it the configuration. On an error the old one stays, and one line on
 * standard error says what is wrong. Only one thread may reload. broken: free the old one at once,
 * as a server without SRCU might (for the self-test).
 */
bool config_load(const char *path, bool broken);

/* The current one; inside a read side of config_srcu, and valid as long as that is open. */
const struct config *config_current(void);

/* Borrowed from the configuration; NULL: no such key. */
const char *config_value(const struct config *config, const char *key);

/* Frees the last configuration. No read side may be open. */
void config_end(void);

/* How many were loaded, refused, and freed by the library, so far. From any thread. */
unsigned long config_loaded(void);
unsigned long config_refused(void);
unsigned long config_freed(void);

#endif
