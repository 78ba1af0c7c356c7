/* SPDX-License-Identifier: MIT */
/* One order between the two kinds of owners. */
// locklore: must-not deadlock
// locklore: must-not nest *
// locklore: must order db->lock net->lock
// locklore: must-not order net->lock db->lock
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
	net->peers++;
	my_unlock(&net->lock);
	my_lock(&db->lock);
	db->rows++;
	my_unlock(&db->lock);
}
