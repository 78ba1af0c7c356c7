/* SPDX-License-Identifier: MIT */
/* A helper that returns 0 only with the lock held; its failure path holds nothing. */
// locklore: must-not deadlock
// locklore: must order session->lock stats_lock
// locklore: must-not order session->lock fail_lock
// locklore: must order fail_lock session->lock
#include <pthread.h>

struct session {
	pthread_mutex_t lock;
	int is_open;
};
static pthread_mutex_t stats_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t fail_lock = PTHREAD_MUTEX_INITIALIZER;
int used, failed;

static int session_get(struct session *session)
{
	pthread_mutex_lock(&session->lock);
	if (!session->is_open) {
		pthread_mutex_unlock(&session->lock);
		return -1;
	}
	return 0;
}

int session_use(struct session *session)
{
	if (session_get(session) < 0) {
		pthread_mutex_lock(&fail_lock);
		failed++;
		pthread_mutex_unlock(&fail_lock);
		return -1;
	}
	pthread_mutex_lock(&stats_lock);
	used++;
	pthread_mutex_unlock(&stats_lock);
	pthread_mutex_unlock(&session->lock);
	return 0;
}

void failures_reset(struct session *session)
{
	pthread_mutex_lock(&fail_lock);
	pthread_mutex_lock(&session->lock);
	failed = 0;
	pthread_mutex_unlock(&session->lock);
	pthread_mutex_unlock(&fail_lock);
}
