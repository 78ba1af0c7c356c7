/* SPDX-License-Identifier: MIT */
/* Two arrays: the handlers of the one that is called under the lock take nothing. */
// locklore: must-not deadlock
// locklore: must-not order conn->lock peers_lock
// locklore: must order peers_lock conn->lock
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

static int on_quit(struct conn *conn)
{
	return conn->fd = -1;
}

static int on_join(struct conn *conn)
{
	pthread_mutex_lock(&peers_lock);
	peers++;
	pthread_mutex_unlock(&peers_lock);
	return conn->fd;
}

static int (*const fast_handlers[])(struct conn *conn) = { on_ping, on_quit };
static int (*const slow_handlers[])(struct conn *conn) = { on_ping, on_join };

int dispatch(struct conn *conn, unsigned int type)
{
	int ret;

	pthread_mutex_lock(&conn->lock);
	ret = fast_handlers[type % 2](conn);
	pthread_mutex_unlock(&conn->lock);
	return ret ? ret : slow_handlers[type % 2](conn);
}

void close_all(struct conn *conn)
{
	pthread_mutex_lock(&peers_lock);
	pthread_mutex_lock(&conn->lock);
	conn->fd = -1;
	pthread_mutex_unlock(&conn->lock);
	pthread_mutex_unlock(&peers_lock);
}
