/* SPDX-License-Identifier: MIT */
/* One side writes inside a read section, the other writes too: each waits for the other's read. */
// locklore: must deadlock names_lock sizes_lock
// locklore: must-not self names_lock
#include <pthread.h>

static pthread_rwlock_t names_lock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_rwlock_t sizes_lock = PTHREAD_RWLOCK_INITIALIZER;
int names, sizes;

void resize(void)
{
	pthread_rwlock_rdlock(&names_lock);
	pthread_rwlock_wrlock(&sizes_lock);
	sizes = names;
	pthread_rwlock_unlock(&sizes_lock);
	pthread_rwlock_unlock(&names_lock);
}

int clear(void)
{
	pthread_rwlock_wrlock(&sizes_lock);
	pthread_rwlock_wrlock(&names_lock);
	sizes = names = 0;
	pthread_rwlock_unlock(&names_lock);
	pthread_rwlock_unlock(&sizes_lock);
	return 0;
}
