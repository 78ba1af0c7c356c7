/* SPDX-License-Identifier: MIT */
/* The lock of CPU hotplug, and a mutex both ways. */
// locklore: must deadlock cpu_hotplug_lock kvm_lock
// locklore: must order cpu_hotplug_lock kvm_lock
#include "include/linux/cpu.h"
#include "include/linux/mutex.h"

static DEFINE_MUTEX(kvm_lock);
int vms;

void enable_all(void)
{
	mutex_lock(&kvm_lock);
	cpus_read_lock();
	vms++;
	cpus_read_unlock();
	mutex_unlock(&kvm_lock);
}

int freq_changed(void)
{
	int n;

	cpus_read_lock();
	mutex_lock(&kvm_lock);
	n = vms;
	mutex_unlock(&kvm_lock);
	cpus_read_unlock();
	return n;
}

void cpu_down(void)
{
	cpus_write_lock();
	touch(NULL);
	cpus_write_unlock();
}
