/* SPDX-License-Identifier: MIT */
/* The callee takes it only where its caller has not: the branches contradict each other. */
// locklore: must-not deadlock
// locklore: must-not nest db->lock
// locklore: must order db->lock disk_lock
#include <pthread.h>

struct db {
	pthread_mutex_t lock;
	int dirty;
};
static pthread_mutex_t disk_lock = PTHREAD_MUTEX_INITIALIZER;
int blocks;

static void write_back(struct db *db, int is_locked)
{
	if (!is_locked)
		pthread_mutex_lock(&db->lock);
	db->dirty = 0;
	pthread_mutex_lock(&disk_lock);
	blocks++;
	pthread_mutex_unlock(&disk_lock);
	if (!is_locked)
		pthread_mutex_unlock(&db->lock);
}

void db_close(struct db *db, int is_locked)
{
	if (!is_locked) {
		write_back(db, 0);
		return;
	}
	pthread_mutex_lock(&db->lock);
	write_back(db, is_locked);
	pthread_mutex_unlock(&db->lock);
}
