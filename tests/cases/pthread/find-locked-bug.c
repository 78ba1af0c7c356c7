/* SPDX-License-Identifier: MIT */
/* The object comes back locked, and a lock is taken under it against the order. */
// locklore: must deadlock user->lock quota_lock
// locklore: must order user->lock quota_lock
#include <pthread.h>

struct user {
	struct user *next;
	int id;
	pthread_mutex_t lock;
};
struct user *users;
static pthread_mutex_t quota_lock = PTHREAD_MUTEX_INITIALIZER;
int quota;

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

	if (!user)
		return -1;
	pthread_mutex_lock(&quota_lock);
	quota--;
	pthread_mutex_unlock(&quota_lock);
	pthread_mutex_unlock(&user->lock);
	return 0;
}

void quota_give(struct user *user)
{
	pthread_mutex_lock(&quota_lock);
	pthread_mutex_lock(&user->lock);
	quota += user->id;
	pthread_mutex_unlock(&user->lock);
	pthread_mutex_unlock(&quota_lock);
}
