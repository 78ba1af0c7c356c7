/* SPDX-License-Identifier: MIT */
/* Each side reads one lock and writes the other. */
// locklore: must deadlock names_lock sizes_lock
// locklore: must order names_lock sizes_lock
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

void rename_all(void)
{
	pthread_rwlock_rdlock(&sizes_lock);
	pthread_rwlock_wrlock(&names_lock);
	names = sizes;
	pthread_rwlock_unlock(&names_lock);
	pthread_rwlock_unlock(&sizes_lock);
}
