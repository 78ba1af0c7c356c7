/* SPDX-License-Identifier: MIT */
/* Another member of the same table is called under the lock: not the one that takes disk_lock. */
// locklore: must-not deadlock
// locklore: must-not order chan->lock disk_lock
// locklore: must order disk_lock chan->lock
// locklore: must order chan->lock open_lock
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
static pthread_mutex_t open_lock = PTHREAD_MUTEX_INITIALIZER;
int blocks, opened;

static int disk_open(struct chan *chan)
{
	pthread_mutex_lock(&open_lock);
	opened++;
	pthread_mutex_unlock(&open_lock);
	return chan->bytes;
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
	pthread_mutex_lock(&chan->lock);
	chan->ops->open(chan);
	pthread_mutex_unlock(&chan->lock);
	return chan->ops->send(chan, byte);
}

void disk_failed(struct chan *chan)
{
	pthread_mutex_lock(&disk_lock);
	pthread_mutex_lock(&chan->lock);
	chan->bytes = -1;
	pthread_mutex_unlock(&chan->lock);
	pthread_mutex_unlock(&disk_lock);
}
