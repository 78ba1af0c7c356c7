/* SPDX-License-Identifier: MIT */
#include "list.h"

#include <stddef.h>
#include <stdlib.h>

void list_init(struct list *list)
{
	list->first = NULL;
	pthread_mutex_init(&list->lock, NULL);
	init_srcu_struct(&list->srcu);
	srcu_set_name(&list->srcu, "list");
}

void list_end(struct list *list)
{
	struct item *item, *next;

	srcu_barrier(&list->srcu); /* the items that were deleted */
	for (item = list->first; item; item = next) {
		next = item->next;
		free(item);
	}
	cleanup_srcu_struct(&list->srcu);
	pthread_mutex_destroy(&list->lock);
}

/* The link that leads to the key, or to the end. Under the lock. */
static struct item **list_find(struct list *list, int key)
{
	struct item **link = &list->first;

	while (*link && (*link)->key != key)
		link = &(*link)->next;
	return link;
}

bool list_add(struct list *list, int key, int value)
{
	struct item *item = malloc(sizeof(*item));
	struct item **link;
	bool added = false;

	if (!item)
		return false;
	pthread_mutex_lock(&list->lock);
	link = list_find(list, key);
	if (!*link) {
		item->key = key;
		item->value = value;
		item->next = list->first;
		srcu_assign_pointer(&list->first, item); /* complete before it can be seen */
		added = true;
	}
	pthread_mutex_unlock(&list->lock);
	if (!added)
		free(item);
	return added;
}

static void item_free(struct srcu_head *head)
{
	struct item *item = (struct item *)((char *)head - offsetof(struct item, srcu));

	item->key = -1; /* for main.c: a reader that sees this came too late */
	free(item);
}

bool list_delete(struct list *list, int key)
{
	struct item **link, *item;

	pthread_mutex_lock(&list->lock);
	link = list_find(list, key);
	item = *link;
	if (item) /* item->next stays as it is: who stands at the item finds the way on */
		srcu_assign_pointer(link, item->next);
	pthread_mutex_unlock(&list->lock);
	if (item)
		call_srcu(&list->srcu, &item->srcu, item_free);
	return item;
}

bool list_lookup(struct list *list, int key, int *value)
{
	struct item *item;

	SRCU_GUARD(&list->srcu); /* ends at every way out of the function */
	for (item = srcu_dereference(&list->first, &list->srcu); item;
	     item = srcu_dereference(&item->next, &list->srcu)) {
		if (item->key == key) {
			*value = item->value;
			return true;
		}
	}
	return false;
}

int list_walk(struct list *list, bool (*visit)(const struct item *item, void *data), void *data)
{
	struct item *item;
	int met = 0;

	srcu_scoped_read(&list->srcu)
	{
		for (item = srcu_dereference(&list->first, &list->srcu); item;
		     item = srcu_dereference(&item->next, &list->srcu)) {
			met++;
			if (!visit(item, data))
				break;
		}
	}
	return met;
}
