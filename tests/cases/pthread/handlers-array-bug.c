/* SPDX-License-Identifier: MIT */
/* An array of handlers, indexed at run time. */
// locklore: must deadlock conn->lock peers_lock
// locklore: must order conn->lock peers_lock
#include <pthread.h>

struct conn {
	int fd;
	pthread_mutex_t lock;
};
static pthread_mutex_t peers_lock = PTHREAD_MUTEX_INITIALIZER;
int peers;

static int on_ping(struct conn *conn)
{
	return conn->fd;
}

static int on_join(struct conn *conn)
{
	pthread_mutex_lock(&peers_lock);
	peers++;
	pthread_mutex_unlock(&peers_lock);
	return conn->fd;
}

static int (*const handlers[])(struct conn *conn) = {
	[0] = on_ping,
	[1] = on_join,
};

int dispatch(struct conn *conn, unsigned int type)
{
	int ret = -1;

	pthread_mutex_lock(&conn->lock);
	if (type < 2 && handlers[type])
		ret = handlers[type](conn);
	pthread_mutex_unlock(&conn->lock);
	return ret;
}

void close_all(struct conn *conn)
{
	pthread_mutex_lock(&peers_lock);
	pthread_mutex_lock(&conn->lock);
	conn->fd = -1;
	pthread_mutex_unlock(&conn->lock);
	pthread_mutex_unlock(&peers_lock);
}
