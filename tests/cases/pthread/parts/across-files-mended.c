/* SPDX-License-Identifier: MIT */
/* Part of ../across-files-mend.c. */
#include <pthread.h>

struct pool;
int pool_used(struct pool *pool);
void journal_add(int n);
static pthread_mutex_t journal_lock = PTHREAD_MUTEX_INITIALIZER;
int journal;

void journal_add(int n)
{
	pthread_mutex_lock(&journal_lock);
	journal += n;
	pthread_mutex_unlock(&journal_lock);
}

void journal_dump(struct pool *pool)
{
	int used = pool_used(pool);

	pthread_mutex_lock(&journal_lock);
	journal -= used;
	pthread_mutex_unlock(&journal_lock);
}
