/* SPDX-License-Identifier: MIT */
#define _LGPL_SOURCE
#include <urcu/urcu-memb.h>
#include "bench.h"
#include "peer_urcu.h"
URCU_PEER(memb, peer_urcu_memb, "liburcu-memb, inline")
