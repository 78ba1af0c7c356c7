/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include "server.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "config.h"

#define SERVER_THREADS 64

static pthread_t server_threads[SERVER_THREADS];
static int server_count, server_fd = -1, server_stop_pipe[2] = { -1, -1 };
static char server_path[sizeof(((struct sockaddr_un *)0)->sun_path)];

static void server_delay(const struct config *config)
{
	const char *text = config_value(config, "delay_ms");
	long ms = text ? atol(text) : 0;
	struct timespec time = { ms / 1000, ms % 1000 * 1000000 };

	if (ms > 0)
		nanosleep(&time, NULL);
}

/*
 * The read side is open while the server sleeps and while it writes to a client that may be slow.
 * With a lock instead, a reload, and every request after it, would wait for the slowest client.
 */
static bool server_answer(FILE *out, char *line)
{
	int idx = srcu_read_lock(&config_srcu);
	const struct config *config = config_current();
	char *rest = line;

	fprintf(out, "%lu", config->version);
	for (char *key; (key = strtok_r(rest, " \t\r\n", &rest));) {
		const char *value;

		server_delay(config);
		value = config_value(config, key);
		fprintf(out, " %s=%s", key, value ? value : "-");
	}
	/* What a request saw last is what it saw first; the self-test compares. */
	fprintf(out, " %lu\n", __atomic_load_n(&config->version, __ATOMIC_RELAXED));
	fflush(out);
	srcu_read_unlock(&config_srcu, idx);
	return !ferror(out);
}

/* false: the server is to stop. */
static bool server_readable(int fd)
{
	struct pollfd fds[] = { { .fd = fd, .events = POLLIN },
				{ .fd = server_stop_pipe[0], .events = POLLIN } };

	while (poll(fds, 2, -1) < 0)
		if (errno != EINTR)
			return false;
	return !fds[1].revents;
}

/* One line; false: the client is gone, or sends nonsense, or the server is to stop. */
static bool server_line(int fd, char *line, size_t size)
{
	size_t used = 0;

	while (used < size - 1 && server_readable(fd)) {
		if (recv(fd, line + used, 1, 0) != 1)
			return false;
		if (line[used++] == '\n') {
			line[used] = '\0';
			return true;
		}
	}
	return false;
}

static void server_connection(int fd)
{
	struct timeval limit = { 10, 0 }; /* then a client that does not read is let go */
	FILE *out = fdopen(fd, "w");
	char line[512];

	if (!out) {
		close(fd);
		return;
	}
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	while (server_line(fd, line, sizeof(line)) && server_answer(out, line))
		;
	fclose(out);
}

static void *server_thread(void *unused)
{
	while (server_readable(server_fd)) {
		int fd = accept(server_fd, NULL, NULL);

		if (fd >= 0)
			server_connection(fd);
	}
	return unused;
}

static bool server_listen(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(address.sun_path)) {
		fprintf(stderr, "%s: too long for a socket's name\n", path);
		return false;
	}
	strcpy(address.sun_path, path);
	strcpy(server_path, path);
	server_fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (server_fd < 0 || fcntl(server_fd, F_SETFL, O_NONBLOCK) ||
	    bind(server_fd, (struct sockaddr *)&address, sizeof(address)) ||
	    listen(server_fd, 64) || pipe(server_stop_pipe)) {
		fprintf(stderr, "%s: cannot listen: %s\n", path, strerror(errno));
		return false;
	}
	return true;
}

bool server_start(const char *path, int threads)
{
	if (!server_listen(path))
		return false;
	while (server_count < threads && server_count < SERVER_THREADS) {
		int error =
			pthread_create(&server_threads[server_count], NULL, server_thread, NULL);

		if (error) {
			fprintf(stderr, "cannot create a thread: %s\n", strerror(error));
			server_stop();
			return false;
		}
		server_count++;
	}
	return true;
}

void server_stop(void)
{
	close(server_stop_pipe[1]); /* all threads' polls see the end */
	while (server_count > 0)
		pthread_join(server_threads[--server_count], NULL);
	close(server_stop_pipe[0]);
	close(server_fd);
	unlink(server_path);
}
