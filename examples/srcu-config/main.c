/* SPDX-License-Identifier: MIT */
/*
 * srcu-config FILE SOCKET     serve; SIGHUP reloads FILE, SIGINT and SIGTERM end the server
 * srcu-config --self-test [SECONDS [--broken]]
 */
#define _POSIX_C_SOURCE 200809L
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "server.h"
#include "test.h"

/* The only thread that reloads. The signals are blocked everywhere, and awaited here. */
void main_loop(const sigset_t *signals, const char *file, bool broken)
{
	int signal = 0;

	while (!sigwait(signals, &signal) && signal == SIGHUP)
		config_load(file, broken);
}

int main(int argc, char **argv)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &signals, NULL); /* before any thread */
	signal(SIGPIPE, SIG_IGN);
	if (argc >= 2 && argc <= 4 && !strcmp(argv[1], "--self-test"))
		return self_test(&signals, argc > 2 ? atof(argv[2]) : 1,
				 argc > 3 && !strcmp(argv[3], "--broken"));
	if (argc != 3 || argv[1][0] == '-') {
		fprintf(stderr, "usage: srcu-config FILE SOCKET\n"
				"       srcu-config --self-test [SECONDS [--broken]]\n");
		return 2;
	}
	if (!config_load(argv[1], false) || !server_start(argv[2], 16))
		return 2;
	main_loop(&signals, argv[1], false);
	server_stop();
	config_end();
	return 0;
}
