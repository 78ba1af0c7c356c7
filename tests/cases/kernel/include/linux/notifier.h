/* SPDX-License-Identifier: MIT */
/* Chains of callbacks. */
#ifndef MOCK_NOTIFIER_H
#define MOCK_NOTIFIER_H

#include "kernel.h"

struct notifier_block;
typedef int (*notifier_fn_t)(struct notifier_block *nb, unsigned long action, void *data);
struct notifier_block {
	notifier_fn_t notifier_call;
	struct notifier_block *next;
	int priority;
};
#define NOTIFY_OK 1
extern int cpufreq_register_notifier(struct notifier_block *nb, unsigned int list);

#endif
