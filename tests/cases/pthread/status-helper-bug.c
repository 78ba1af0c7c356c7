/* SPDX-License-Identifier: MIT */
/* The same helper; the lock that is taken after success has the wrong order. */
// locklore: must deadlock session->lock stats_lock
// locklore: must order session->lock stats_lock
// locklore: must-not order session->lock fail_lock
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
	int ret = -1;

	pthread_mutex_lock(&session->lock);
	if (session->is_open)
		ret = 0;
	if (ret)
		pthread_mutex_unlock(&session->lock);
	return ret;
}

int session_use(struct session *session)
{
	int ret = session_get(session);

	if (ret) {
		pthread_mutex_lock(&fail_lock);
		failed++;
		pthread_mutex_unlock(&fail_lock);
		return ret;
	}
	pthread_mutex_lock(&stats_lock);
	used++;
	pthread_mutex_unlock(&stats_lock);
	pthread_mutex_unlock(&session->lock);
	return 0;
}

void stats_reset(struct session *session)
{
	pthread_mutex_lock(&stats_lock);
	pthread_mutex_lock(&session->lock);
	used = 0;
	pthread_mutex_unlock(&session->lock);
	pthread_mutex_unlock(&stats_lock);
}
