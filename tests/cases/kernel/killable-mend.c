/* SPDX-License-Identifier: MIT */
/* mutex_lock_killable(): nothing is held on the way of the error. */
// locklore: must-not deadlock
// locklore: must-not order vcpu->mutex fail_lock
// locklore: must order fail_lock vcpu->mutex
// locklore: must order vcpu->mutex stat_lock
#include "include/linux/mutex.h"

struct vcpu {
	int id;
	struct mutex mutex;
};
static DEFINE_MUTEX(fail_lock);
static DEFINE_MUTEX(stat_lock);

int vcpu_load(struct vcpu *vcpu)
{
	int err = mutex_lock_killable(&vcpu->mutex);

	if (err) {
		mutex_lock(&fail_lock);
		touch(vcpu);
		mutex_unlock(&fail_lock);
		return err;
	}
	mutex_lock(&stat_lock);
	touch(&vcpu->id);
	mutex_unlock(&stat_lock);
	mutex_unlock(&vcpu->mutex);
	return 0;
}

void failures(struct vcpu *vcpu)
{
	mutex_lock(&fail_lock);
	mutex_lock(&vcpu->mutex);
	touch(vcpu);
	mutex_unlock(&vcpu->mutex);
	mutex_unlock(&fail_lock);
}
