/* SPDX-License-Identifier: MIT */
/* One function takes one mutex twice. */
// locklore: must self config_lock
// locklore: must-not order config_lock log_lock
#include <pthread.h>

static pthread_mutex_t config_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
int version, lines;

void reload(void)
{
	pthread_mutex_lock(&config_lock);
	version++;
	if (version > 9) {
		pthread_mutex_lock(&config_lock);
		version = 0;
		pthread_mutex_unlock(&config_lock);
	}
	pthread_mutex_unlock(&config_lock);
	pthread_mutex_lock(&log_lock);
	lines++;
	pthread_mutex_unlock(&log_lock);
}
