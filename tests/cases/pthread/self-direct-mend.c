/* SPDX-License-Identifier: MIT */
/* It takes it twice, one after the other, and on branches that exclude each other. */
// locklore: must-not deadlock
// locklore: must-not nest config_lock
// locklore: must order log_lock config_lock
#include <pthread.h>

static pthread_mutex_t config_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
int version, lines;

void reload(int is_first)
{
	if (is_first) {
		pthread_mutex_lock(&config_lock);
		version = 1;
	}
	if (!is_first)
		pthread_mutex_lock(&config_lock);
	version++;
	pthread_mutex_unlock(&config_lock);
	pthread_mutex_lock(&config_lock);
	version++;
	pthread_mutex_unlock(&config_lock);
}

void log_version(void)
{
	pthread_mutex_lock(&log_lock);
	reload(0);
	lines += version;
	pthread_mutex_unlock(&log_lock);
}
