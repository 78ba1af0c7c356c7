/* SPDX-License-Identifier: MIT */
/* The peers of this build, in the order in which tables print them. */
#include "bench.h"

const struct peer *const bench_peers[] = {
	&peer_floor,
#ifdef HAVE_URCU
	&peer_urcu_qsbr,
	&peer_urcu_memb,
	&peer_urcu_bp,
#endif
	&peer_srcu,
#ifdef HAVE_CK
	&peer_ck,
#endif
	&peer_srcu_out,
	&peer_mutex,
	&peer_rwlock,
#ifdef HAVE_URCU
	&peer_urcu_memb_out,
#endif
};
const int bench_peers_count = sizeof(bench_peers) / sizeof(*bench_peers);

/* The rows that targets are measured against; NULL where the package was not there. */
#ifdef HAVE_URCU
const struct peer *const bench_memb = &peer_urcu_memb;
const struct peer *const bench_bp = &peer_urcu_bp;
const struct peer *const bench_memb_out = &peer_urcu_memb_out;
#else
const struct peer *const bench_memb, *const bench_bp, *const bench_memb_out;
#endif
