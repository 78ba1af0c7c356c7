/* SPDX-License-Identifier: MIT */
#define _LGPL_SOURCE
#include <urcu/urcu-bp.h>
#include "bench.h"
#include "peer_urcu.h"
URCU_PEER(bp, peer_urcu_bp, "liburcu-bp, inline")
