/* SPDX-License-Identifier: MIT */
/* Hotplug's lock first, everywhere. */
// locklore: must-not deadlock
// locklore: must order cpu_hotplug_lock kvm_lock
// locklore: must-not order kvm_lock cpu_hotplug_lock
#include "include/linux/cpu.h"
#include "include/linux/mutex.h"

static DEFINE_MUTEX(kvm_lock);
int vms;

void enable_all(void)
{
	cpus_read_lock();
	mutex_lock(&kvm_lock);
	vms++;
	mutex_unlock(&kvm_lock);
	cpus_read_unlock();
}

int freq_changed(void)
{
	int n;

	mutex_lock(&kvm_lock);
	n = vms;
	mutex_unlock(&kvm_lock);
	cpus_read_lock();
	touch(&n);
	cpus_read_unlock();
	return n;
}

void cpu_down(void)
{
	cpus_write_lock();
	touch(NULL);
	cpus_write_unlock();
}
