/* SPDX-License-Identifier: MIT */
/* Success is 0: the test is the wrong way round in its effect, and the lock is taken under it. */
// locklore: must deadlock fail_lock vcpu->mutex
// locklore: must order vcpu->mutex fail_lock
#include "include/linux/mutex.h"

struct vcpu {
	int id;
	struct mutex mutex;
};
static DEFINE_MUTEX(fail_lock);

int vcpu_load(struct vcpu *vcpu)
{
	if (mutex_lock_interruptible(&vcpu->mutex) == 0) {
		mutex_lock(&fail_lock);
		touch(vcpu);
		mutex_unlock(&fail_lock);
		mutex_unlock(&vcpu->mutex);
		return 0;
	}
	return -EINTR;
}

int failures(struct vcpu *vcpu)
{
	mutex_lock(&fail_lock);
	if (mutex_lock_killable(&vcpu->mutex))
		goto out;
	touch(vcpu);
	mutex_unlock(&vcpu->mutex);
out:
	mutex_unlock(&fail_lock);
	return 0;
}
