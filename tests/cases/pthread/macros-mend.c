/* SPDX-License-Identifier: MIT */
/* A block macro that drops its lock on the normal way out. */
// locklore: must-not deadlock
// locklore: must order glob_lock ctx->lock
// locklore: must-not order ctx->lock glob_lock
#include <pthread.h>

struct ctx {
	pthread_mutex_t lock;
	int n;
};
static pthread_mutex_t glob_lock = PTHREAD_MUTEX_INITIALIZER;
int glob;
#define WITH_CTX(c) \
	for (int once_ = (pthread_mutex_lock(&(c)->lock), 1); once_; \
	     once_ = (pthread_mutex_unlock(&(c)->lock), 0))

void ctx_step(struct ctx *ctx)
{
	WITH_CTX(ctx) {
		ctx->n++;
	}
	pthread_mutex_lock(&glob_lock);
	glob++;
	pthread_mutex_unlock(&glob_lock);
}

void glob_step(struct ctx *ctx)
{
	pthread_mutex_lock(&glob_lock);
	WITH_CTX(ctx)
		ctx->n = glob;
	pthread_mutex_unlock(&glob_lock);
}
