/* SPDX-License-Identifier: MIT */
/* Taken through lock_of(), dropped by name, and the other way round: not held afterwards. */
// locklore: must-not deadlock
// locklore: must order dir_lock file->lock
// locklore: must-not order file->lock dir_lock
#include <pthread.h>

struct file {
	int size;
	pthread_mutex_t lock;
};
static pthread_mutex_t dir_lock = PTHREAD_MUTEX_INITIALIZER;
int files;

static pthread_mutex_t *lock_of(struct file *file)
{
	return &file->lock;
}

void file_grow(struct file *file)
{
	pthread_mutex_lock(lock_of(file));
	file->size++;
	pthread_mutex_unlock(&file->lock);
	pthread_mutex_lock(&dir_lock);
	files++;
	pthread_mutex_unlock(&dir_lock);
}

void dir_sync(struct file *file)
{
	pthread_mutex_lock(&dir_lock);
	pthread_mutex_lock(&file->lock);
	files = file->size;
	pthread_mutex_unlock(lock_of(file));
	pthread_mutex_unlock(&dir_lock);
}
