/* SPDX-License-Identifier: MIT */
/*
 * A list of keys and values. Any number of threads look up and walk without a lock, and a walk may
 * sleep at every item, while others add and delete. One SRCU domain per list: a walk that sleeps
 * in one list keeps nothing of another list from being freed.
 */
#ifndef LIST_H
#define LIST_H

#include <pthread.h>
#include <stdbool.h>

#include "srcu.h"

struct item {
	struct item *next; /* read by readers, written by updaters under the list's lock */
	int key;	   /* these two never change once the item is in the list */
	int value;
	struct srcu_head srcu; /* while it waits to be freed */
};

struct list {
	struct item *first;
	pthread_mutex_t lock; /* updaters exclude each other, never a reader */
	struct srcu_struct srcu;
};

void list_init(struct list *list);

/* Frees all items. Nobody may use the list any more. */
void list_end(struct list *list);

/* false: the key is there already, or no memory. */
bool list_add(struct list *list, int key, int value);

/*
 * Take the key out; false: it is not there. Returns at once: readers that are at the item go on,
 * and the item is freed once they are through.
 */
bool list_delete(struct list *list, int key);

/* Copies the value to *value; false: the key is not there. */
bool list_lookup(struct list *list, int key, int *value);

/*
 * Call visit for every item until it returns false; it may sleep, look up, add and delete. Items
 * that are added or deleted meanwhile may or may not be met. Returns the number of items met.
 */
int list_walk(struct list *list, bool (*visit)(const struct item *item, void *data), void *data);

#endif
