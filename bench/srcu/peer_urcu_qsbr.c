/* SPDX-License-Identifier: MIT */
/*
 * A read side of QSBR is empty; what it costs is the quiescent state, counted here once per read
 * side as a reader that sleeps between them would need it.  No sleeping reader: QSBR has none.
 */
#define _LGPL_SOURCE
#include <urcu/urcu-qsbr.h>
#include "bench.h"

BENCH_PAIRS(pairs, urcu_qsbr_read_lock(), (urcu_qsbr_read_unlock(), urcu_qsbr_quiescent_state()))
const struct peer peer_urcu_qsbr = {
	"liburcu-qsbr", urcu_qsbr_register_thread, urcu_qsbr_unregister_thread,
	pairs,		urcu_qsbr_synchronize_rcu, 0
};
