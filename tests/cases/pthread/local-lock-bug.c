/* SPDX-License-Identifier: MIT */
/* An object on main's stack is shared with a thread. */
// locklore: must deadlock job->lock log_lock
// locklore: must order job->lock log_lock
#include <pthread.h>

struct job {
	pthread_mutex_t lock;
	int n;
};
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
int lines;

static void *run(void *arg)
{
	struct job *job = arg;

	pthread_mutex_lock(&job->lock);
	pthread_mutex_lock(&log_lock);
	lines += job->n;
	pthread_mutex_unlock(&log_lock);
	pthread_mutex_unlock(&job->lock);
	return NULL;
}

int main(void)
{
	struct job job = { .lock = PTHREAD_MUTEX_INITIALIZER, .n = 1 };
	pthread_t thread;

	if (pthread_create(&thread, NULL, run, &job))
		return 1;
	pthread_mutex_lock(&log_lock);
	pthread_mutex_lock(&job.lock);
	job.n = lines;
	pthread_mutex_unlock(&job.lock);
	pthread_mutex_unlock(&log_lock);
	pthread_join(thread, NULL);
	return 0;
}
