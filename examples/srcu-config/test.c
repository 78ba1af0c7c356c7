/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include "test.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "config.h"
#include "server.h"

#define CLIENTS 6

static char folder[] = "/tmp/srcu-config-XXXXXX";
static char file[64], socket_path[64];
static bool stop;
static unsigned long answers, overtaken, torn, freed, bad;

#define count(counter) __atomic_fetch_add(&(counter), 1, __ATOMIC_RELAXED)
#define stopped()      __atomic_load_n(&stop, __ATOMIC_RELAXED)

static void sleep_ms(long ms)
{
	struct timespec time = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&time, NULL);
}

/* Version n: all values are n. Renamed into place, so that the server never reads half a file. */
static bool write_file(unsigned long n)
{
	char new[80];
	FILE *out;

	snprintf(new, sizeof(new), "%s.new", file);
	out = fopen(new, "w");
	if (!out)
		return false;
	fprintf(out, "# version %lu\nfirst = %lu\nsecond = %lu\nthird = %lu\ndelay_ms = 1\n", n, n,
		n, n);
	return !fclose(out) && !rename(new, file);
}

static int client_connect(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strcpy(address.sun_path, socket_path);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* "v first=a second=b third=c w": all of one version, and v still there at the end. */
static void client_check(const char *line, unsigned long *newest)
{
	unsigned long v, a, b, c, w;

	if (sscanf(line, "%lu first=%lu second=%lu third=%lu %lu", &v, &a, &b, &c, &w) != 5) {
		count(bad);
		return;
	}
	count(answers);
	if (!v || !w)
		count(freed);
	else if (v != a || a != b || b != c || c != w)
		count(torn);
	if (v < *newest) /* a later request must not see an older configuration */
		count(bad);
	else
		*newest = v;
	if (config_loaded() > v) /* reloaded while this request ran */
		count(overtaken);
}

static void *client(void *unused)
{
	unsigned long newest = 0;
	int fd = client_connect();
	FILE *in = fd < 0 ? NULL : fdopen(fd, "r");
	static const char request[] = "first second third\n";
	char line[256];

	while (in && !stopped()) {
		if (send(fd, request, sizeof(request) - 1, 0) < 0 ||
		    !fgets(line, sizeof(line), in)) {
			count(bad);
			break;
		}
		client_check(line, &newest);
	}
	if (in)
		fclose(in);
	else
		count(bad);
	return unused;
}

/* A file that is no configuration must change nothing. */
static void write_nonsense(void)
{
	FILE *out = fopen(file, "w");

	if (!out || fputs("no equals sign\n", out) < 0 || fclose(out))
		count(bad);
	kill(getpid(), SIGHUP);
	while (!config_refused())
		sleep_ms(1);
	if (config_loaded() != 1)
		count(bad);
}

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Reloads as fast as they go, then the end. */
static void *writer(void *seconds)
{
	double end = now_s() + *(double *)seconds;

	write_nonsense();
	for (unsigned long n = 2; now_s() < end; n++) {
		if (!write_file(n))
			count(bad);
		kill(getpid(), SIGHUP);
		while (config_loaded() < n)
			sleep_ms(1);
	}
	kill(getpid(), SIGTERM);
	return NULL;
}

static int report(bool broken)
{
	unsigned long loaded = config_loaded(), given_back = config_freed();

	printf("%lu answers, %lu of them overtaken by a reload; %lu configurations, %lu replaced "
	       "and freed\n",
	       answers, overtaken, loaded, given_back);
	if (torn || freed || bad || !overtaken || (!broken && given_back != loaded - 1)) {
		printf("WRONG: %lu torn, %lu freed under the request, %lu otherwise wrong\n", torn,
		       freed, bad);
		return 1;
	}
	printf("right: no request saw a torn or freed configuration\n");
	return 0;
}

/* false: some part of the test could not be set up. */
static bool test_start(void)
{
	if (!mkdtemp(folder)) {
		perror(folder);
		return false;
	}
	snprintf(file, sizeof(file), "%s/config", folder);
	snprintf(socket_path, sizeof(socket_path), "%s/socket", folder);
	return write_file(1) && config_load(file, false) && server_start(socket_path, CLIENTS);
}

static void test_end(void)
{
	server_stop();
	config_end();
	unlink(file);
	rmdir(folder);
}

int self_test(const sigset_t *signals, double seconds, bool broken)
{
	pthread_t threads[CLIENTS + 1];
	int started = 0;

	if (!test_start())
		return 2;
	if (!pthread_create(&threads[started], NULL, writer, &seconds))
		started++;
	while (started > 0 && started <= CLIENTS &&
	       !pthread_create(&threads[started], NULL, client, NULL))
		started++;
	if (started > 0)
		main_loop(signals, file, broken);
	if (started <= CLIENTS)
		count(bad);
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	while (started > 0)
		pthread_join(threads[--started], NULL);
	test_end();
	return report(broken);
}
