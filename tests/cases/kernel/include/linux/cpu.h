/* SPDX-License-Identifier: MIT */
/* The lock that keeps CPUs from coming and going. */
#ifndef MOCK_CPU_H
#define MOCK_CPU_H

#include "kernel.h"

extern void cpus_read_lock(void);
extern void cpus_read_unlock(void);
extern int cpus_read_trylock(void);
extern void cpus_write_lock(void);
extern void cpus_write_unlock(void);
extern void lockdep_assert_cpus_held(void);

#endif
