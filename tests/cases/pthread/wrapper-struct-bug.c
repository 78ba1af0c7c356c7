/* SPDX-License-Identifier: MIT */
/* A mutex of one's own make, in two kinds of owners: the owners tell the classes apart. */
// locklore: must deadlock db->lock|db->lock.m net->lock|net->lock.m
// locklore: must-not nest *
#include <pthread.h>

struct my_mutex {
	pthread_mutex_t m;
	const char *owner;
};
struct db {
	struct my_mutex lock;
	int rows;
};
struct net {
	int peers;
	struct my_mutex lock;
};

static void my_lock(struct my_mutex *my)
{
	pthread_mutex_lock(&my->m);
	my->owner = __func__;
}

static void my_unlock(struct my_mutex *my)
{
	my->owner = NULL;
	pthread_mutex_unlock(&my->m);
}

void store(struct db *db, struct net *net)
{
	my_lock(&db->lock);
	my_lock(&net->lock);
	db->rows += net->peers;
	my_unlock(&net->lock);
	my_unlock(&db->lock);
}

void send(struct db *db, struct net *net)
{
	my_lock(&net->lock);
	my_lock(&db->lock);
	net->peers += db->rows;
	my_unlock(&db->lock);
	my_unlock(&net->lock);
}
