/* SPDX-License-Identifier: MIT */
/* One side writes inside a read section, the other only reads: its inner read waits for no reader. */
// locklore: must-not deadlock
// locklore: must order names_lock sizes_lock
// locklore: must order sizes_lock names_lock
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

int sum(void)
{
	int n;

	pthread_rwlock_rdlock(&sizes_lock);
	pthread_rwlock_rdlock(&names_lock);
	n = names + sizes;
	pthread_rwlock_unlock(&names_lock);
	pthread_rwlock_unlock(&sizes_lock);
	return n;
}
