/* SPDX-License-Identifier: MIT */
/* Without _LGPL_SOURCE: calls into the shared library. */
#include <urcu/urcu-memb.h>
#include "bench.h"
#include "peer_urcu.h"
URCU_PEER(memb, peer_urcu_memb_out, "liburcu-memb, out of line")
