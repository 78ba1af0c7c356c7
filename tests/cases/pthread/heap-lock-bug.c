/* SPDX-License-Identifier: MIT */
/* The lock is on the heap; the object has a pointer to it. */
// locklore: must deadlock gfx->big_lock list_lock
// locklore: must order gfx->big_lock list_lock
#include <stdlib.h>
#include <pthread.h>

struct gfx {
	pthread_mutex_t *big_lock;
	int frames;
};
static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
int listed;

struct gfx *gfx_new(void)
{
	struct gfx *gfx = calloc(1, sizeof(*gfx));

	if (!gfx)
		return NULL;
	gfx->big_lock = malloc(sizeof(*gfx->big_lock));
	if (gfx->big_lock)
		pthread_mutex_init(gfx->big_lock, NULL);
	return gfx;
}

void gfx_draw(struct gfx *gfx)
{
	pthread_mutex_lock(gfx->big_lock);
	gfx->frames++;
	pthread_mutex_lock(&list_lock);
	listed++;
	pthread_mutex_unlock(&list_lock);
	pthread_mutex_unlock(gfx->big_lock);
}

void gfx_list(struct gfx *gfx)
{
	pthread_mutex_lock(&list_lock);
	pthread_mutex_lock(gfx->big_lock);
	listed -= gfx->frames;
	pthread_mutex_unlock(gfx->big_lock);
	pthread_mutex_unlock(&list_lock);
}
