/* SPDX-License-Identifier: MIT */
/* A call through a table of operations, filled by its initialiser. */
// locklore: must deadlock chan->lock disk_lock
// locklore: must order chan->lock disk_lock
#include <pthread.h>

struct chan;
struct chan_ops {
	int (*open)(struct chan *chan);
	int (*send)(struct chan *chan, int byte);
};
struct chan {
	const struct chan_ops *ops;
	int bytes;
	pthread_mutex_t lock;
};
static pthread_mutex_t disk_lock = PTHREAD_MUTEX_INITIALIZER;
int blocks;

static int disk_open(struct chan *chan)
{
	chan->bytes = 0;
	return 0;
}

static int disk_send(struct chan *chan, int byte)
{
	pthread_mutex_lock(&disk_lock);
	blocks += byte;
	pthread_mutex_unlock(&disk_lock);
	return chan->bytes;
}

const struct chan_ops disk_ops = {
	.open = disk_open,
	.send = disk_send,
};

int chan_write(struct chan *chan, int byte)
{
	int ret;

	pthread_mutex_lock(&chan->lock);
	ret = chan->ops->send(chan, byte);
	pthread_mutex_unlock(&chan->lock);
	return ret;
}

void disk_failed(struct chan *chan)
{
	pthread_mutex_lock(&disk_lock);
	pthread_mutex_lock(&chan->lock);
	chan->bytes = -1;
	pthread_mutex_unlock(&chan->lock);
	pthread_mutex_unlock(&disk_lock);
}
