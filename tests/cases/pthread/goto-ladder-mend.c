/* SPDX-License-Identifier: MIT */
/* An error ladder: every way out drops what it took. */
// locklore: must-not deadlock
// locklore: must order outer_lock inner_lock
// locklore: must order log_lock outer_lock
// locklore: must-not order outer_lock log_lock
// locklore: must-not order inner_lock log_lock
#include <stdlib.h>
#include <pthread.h>

static pthread_mutex_t outer_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t inner_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
int made, lines;

static int make(char **out)
{
	int err = -1;
	char *p;

	pthread_mutex_lock(&outer_lock);
	p = malloc(16);
	if (!p)
		goto out_outer;
	pthread_mutex_lock(&inner_lock);
	if (made > 9)
		goto out_inner;
	made++;
	*out = p;
	p = NULL;
	err = 0;
out_inner:
	pthread_mutex_unlock(&inner_lock);
	free(p);
out_outer:
	pthread_mutex_unlock(&outer_lock);
	return err;
}

int make_logged(char **out)
{
	int err = make(out);

	pthread_mutex_lock(&log_lock);
	lines++;
	pthread_mutex_unlock(&log_lock);
	return err;
}

void log_flush(char **out)
{
	pthread_mutex_lock(&log_lock);
	if (make(out))
		lines = 0;
	pthread_mutex_unlock(&log_lock);
}
