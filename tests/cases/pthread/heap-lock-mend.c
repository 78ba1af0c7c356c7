/* SPDX-License-Identifier: MIT */
/* Allocated, set up and used before anybody else can know it; then one order. */
// locklore: must-not deadlock
// locklore: must order list_lock gfx->lock
// locklore: must-not order gfx->lock list_lock
#include <stdlib.h>
#include <pthread.h>

struct gfx {
	struct gfx *next;
	pthread_mutex_t lock;
	int frames;
};
static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
struct gfx *list;

struct gfx *gfx_new(void)
{
	struct gfx *gfx = calloc(1, sizeof(*gfx));

	if (!gfx)
		return NULL;
	pthread_mutex_init(&gfx->lock, NULL);
	pthread_mutex_lock(&gfx->lock);
	gfx->frames = 1;
	pthread_mutex_unlock(&gfx->lock);
	pthread_mutex_lock(&list_lock);
	gfx->next = list;
	list = gfx;
	pthread_mutex_unlock(&list_lock);
	return gfx;
}

int gfx_frames(void)
{
	int n = 0;

	pthread_mutex_lock(&list_lock);
	for (struct gfx *gfx = list; gfx; gfx = gfx->next) {
		pthread_mutex_lock(&gfx->lock);
		n += gfx->frames;
		pthread_mutex_unlock(&gfx->lock);
	}
	pthread_mutex_unlock(&list_lock);
	return n;
}
