/* SPDX-License-Identifier: MIT */
#include "torture.h"
#include <stdlib.h>

static void give_back(struct object *object)
{
	struct stage *stage = object->stage;

	pthread_mutex_lock(&stage->lock);
	object->next = stage->pool;
	stage->pool = object;
	pthread_mutex_unlock(&stage->lock);
}

void stage_start(struct stage *stage, struct srcu_struct *domain, int objects)
{
	stage->domain = domain;
	pthread_mutex_init(&stage->lock, NULL);
	while (objects-- > 0) {
		struct object *object = calloc(1, sizeof(*object));

		if (!object)
			abort();
		object->stage = stage;
		atomic_store(&object->age, AGE_FREE);
		give_back(object);
	}
	stage_replace(stage);
}

void stage_stop(struct stage *stage)
{
	struct object *object, *next;

	while (atomic_load(&stage->in_flight))
		srcu_barrier(stage->domain);
	free(stage->current);
	for (object = stage->pool; object; object = next) {
		next = object->next;
		free(object);
	}
	stage->current = stage->pool = NULL;
	pthread_mutex_destroy(&stage->lock);
}

struct object *stage_replace(struct stage *stage)
{
	struct object *fresh, *old;

	pthread_mutex_lock(&stage->lock);
	fresh = stage->pool;
	if (!fresh) {
		pthread_mutex_unlock(&stage->lock);
		return NULL;
	}
	stage->pool = fresh->next;
	atomic_fetch_add_explicit(&fresh->serial, 1, memory_order_relaxed); /* published below */
	atomic_store_explicit(&fresh->age, 0, memory_order_relaxed);
	old = stage->current;
	srcu_assign_pointer(&stage->current, fresh);
	if (old)
		atomic_store_explicit(&old->age, 1, memory_order_relaxed); /* the wait orders it */
	pthread_mutex_unlock(&stage->lock);
	return old;
}

int object_grow(struct object *object)
{
	if (atomic_fetch_add_explicit(&object->age, 1, memory_order_relaxed) + 1 < AGE_FREE)
		return 1;
	give_back(object);
	return 0;
}

void stage_see(struct stage *stage, const struct object *object, unsigned serial)
{
	int age = atomic_load_explicit(&object->age, memory_order_relaxed);

	atomic_fetch_add_explicit(&stage->aged[age < AGES ? age : AGES - 1], 1,
				  memory_order_relaxed);
	if (atomic_load_explicit(&object->serial, memory_order_relaxed) != serial)
		atomic_fetch_add_explicit(&stage->reused, 1, memory_order_relaxed);
}
