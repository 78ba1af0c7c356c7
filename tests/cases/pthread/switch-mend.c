/* SPDX-License-Identifier: MIT */
/* Two switches over one value: the second drops what the first took. */
// locklore: must-not deadlock
// locklore: must-not order read_lock log_lock
// locklore: must-not order write_lock log_lock
// locklore: must order log_lock read_lock
#include <pthread.h>

static pthread_mutex_t read_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t write_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
int reads, writes, lines;

void request(int kind)
{
	switch (kind) {
	case 0:
		pthread_mutex_lock(&read_lock);
		reads++;
		break;
	case 1:
		pthread_mutex_lock(&write_lock);
		writes++;
		break;
	default:
		return;
	}
	switch (kind) {
	case 0:
		pthread_mutex_unlock(&read_lock);
		break;
	case 1:
		pthread_mutex_unlock(&write_lock);
		break;
	}
	pthread_mutex_lock(&log_lock);
	lines++;
	pthread_mutex_unlock(&log_lock);
}

void log_flush(void)
{
	pthread_mutex_lock(&log_lock);
	pthread_mutex_lock(&read_lock);
	lines -= reads;
	pthread_mutex_unlock(&read_lock);
	pthread_mutex_lock(&write_lock);
	lines -= writes;
	pthread_mutex_unlock(&write_lock);
	pthread_mutex_unlock(&log_lock);
}
