/* SPDX-License-Identifier: MIT */
/*
 * A request is one line of keys; the answer is one line "version key=value ...", "-" for a key that
 * is not there. The key "delay_ms" of the configuration, if set, makes the server sleep so long
 * before each value: it stands for a disk, a database, or another server.
 */
#ifndef SERVER_H
#define SERVER_H

#include <stdbool.h>

/* Listen at the UNIX socket and start the threads. On an error: says so, returns false. */
bool server_start(const char *path, int threads);

/* Ends all connections and threads, and removes the socket. */
void server_stop(void);

#endif
