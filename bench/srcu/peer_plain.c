/* SPDX-License-Identifier: MIT */
/* The floor and the two locks of POSIX. */
#include "bench.h"
#include <pthread.h>

static __thread unsigned long entered, left_again; /* the barriers of the loop keep them */
BENCH_PAIRS(floor_pairs, entered++, left_again++)
const struct peer peer_floor = {
	"two thread-local increments", bench_nothing, bench_nothing, floor_pairs, 0, 0
};

static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
BENCH_PAIRS(rwlock_pairs, pthread_rwlock_rdlock(&rwlock), pthread_rwlock_unlock(&rwlock))
const struct peer peer_rwlock = {
	"pthread_rwlock", bench_nothing, bench_nothing, rwlock_pairs, 0, 0
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
BENCH_PAIRS(mutex_pairs, pthread_mutex_lock(&mutex), pthread_mutex_unlock(&mutex))
const struct peer peer_mutex = { "pthread_mutex", bench_nothing, bench_nothing, mutex_pairs, 0, 0 };
