/* SPDX-License-Identifier: MIT */
/* The error path logs before it has dropped its locks. */
// locklore: must deadlock log_lock outer_lock
// locklore: must order outer_lock log_lock
// locklore: must-not order inner_lock log_lock
#include <stdlib.h>
#include <pthread.h>

static pthread_mutex_t outer_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t inner_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
int made, lines;

int make(char **out)
{
	int err = -1;
	char *p;

	pthread_mutex_lock(&outer_lock);
	p = malloc(16);
	if (!p)
		goto out_log;
	pthread_mutex_lock(&inner_lock);
	made++;
	*out = p;
	err = 0;
	pthread_mutex_unlock(&inner_lock);
	goto out_outer;
out_log:
	pthread_mutex_lock(&log_lock);
	lines++;
	pthread_mutex_unlock(&log_lock);
out_outer:
	pthread_mutex_unlock(&outer_lock);
	return err;
}

void log_flush(void)
{
	pthread_mutex_lock(&log_lock);
	pthread_mutex_lock(&outer_lock);
	lines = made;
	pthread_mutex_unlock(&outer_lock);
	pthread_mutex_unlock(&log_lock);
}
