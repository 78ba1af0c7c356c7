/* SPDX-License-Identifier: MIT */
/* What dlopen() and foreign languages use: calls into libsrcu.so. */
#define SRCU_OUT_OF_LINE
#include "peer_srcu.h"

const struct peer peer_srcu_out = { "libsrcu, out of line", enter, bench_nothing, pairs, 0, 0 };
