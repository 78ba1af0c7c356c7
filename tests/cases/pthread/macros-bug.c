/* SPDX-License-Identifier: MIT */
/* Locks behind macros. */
// locklore: must deadlock ctx->lock glob_lock
// locklore: must order ctx->lock glob_lock
#include <pthread.h>

struct ctx {
	pthread_mutex_t lock;
	int n;
};
static pthread_mutex_t glob_lock = PTHREAD_MUTEX_INITIALIZER;
int glob;
#define CTX_LOCK(c) do { if (pthread_mutex_lock(&(c)->lock)) __builtin_trap(); } while (0)
#define CTX_UNLOCK(c) ((void)pthread_mutex_unlock(&(c)->lock))
#define GLOB_LOCK() pthread_mutex_lock(&glob_lock)
#define GLOB_UNLOCK() pthread_mutex_unlock(&glob_lock)

void ctx_step(struct ctx *ctx)
{
	CTX_LOCK(ctx);
	ctx->n++;
	GLOB_LOCK();
	glob++;
	GLOB_UNLOCK();
	CTX_UNLOCK(ctx);
}

void glob_step(struct ctx *ctx)
{
	GLOB_LOCK();
	CTX_LOCK(ctx);
	ctx->n = glob;
	CTX_UNLOCK(ctx);
	GLOB_UNLOCK();
}
