/* SPDX-License-Identifier: MIT */
/* The self-test: the server with clients, and reloads while their requests run. */
#ifndef TEST_H
#define TEST_H

#include <signal.h>
#include <stdbool.h>

/* In main.c: reload at each SIGHUP, return at any other of the signals. */
void main_loop(const sigset_t *signals, const char *file, bool broken);

/* Returns the exit status: 0 if no request saw a torn or freed configuration. */
int self_test(const sigset_t *signals, double seconds, bool broken);

#endif
