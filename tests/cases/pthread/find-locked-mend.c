/* SPDX-License-Identifier: MIT */
/* A helper that returns an object with its lock held, or NULL with nothing held. */
// locklore: must-not deadlock
// locklore: must order user->lock quota_lock
// locklore: must-not order user->lock miss_lock
// locklore: must order miss_lock user->lock
#include <pthread.h>

struct user {
	struct user *next;
	int id;
	pthread_mutex_t lock;
};
struct user *users;
static pthread_mutex_t quota_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t miss_lock = PTHREAD_MUTEX_INITIALIZER;
int quota, missed;

static struct user *user_find_locked(int id)
{
	for (struct user *user = users; user; user = user->next) {
		pthread_mutex_lock(&user->lock);
		if (user->id == id)
			return user;
		pthread_mutex_unlock(&user->lock);
	}
	return NULL;
}

int user_charge(int id)
{
	struct user *user = user_find_locked(id);

	if (!user) {
		pthread_mutex_lock(&miss_lock);
		missed++;
		pthread_mutex_unlock(&miss_lock);
		return -1;
	}
	pthread_mutex_lock(&quota_lock);
	quota--;
	pthread_mutex_unlock(&quota_lock);
	pthread_mutex_unlock(&user->lock);
	return 0;
}

void misses_forgive(struct user *user)
{
	pthread_mutex_lock(&miss_lock);
	pthread_mutex_lock(&user->lock);
	missed -= user->id;
	pthread_mutex_unlock(&user->lock);
	pthread_mutex_unlock(&miss_lock);
}
