/* SPDX-License-Identifier: MIT */
/* The lock sits in an anonymous struct inside of a union inside of a struct. */
// locklore: must deadlock irqfds_lock kvm->irqfds.lock
// locklore: must order kvm->irqfds.lock irqfds_lock
#include <pthread.h>

struct kvm {
	int id;
	struct {
		int items;
		pthread_mutex_t lock;
	} irqfds;
	union {
		int whole;
		struct {
			int half;
		};
	};
};
static pthread_mutex_t irqfds_lock = PTHREAD_MUTEX_INITIALIZER;
int total;

void irqfd_add(struct kvm *kvm)
{
	pthread_mutex_lock(&kvm->irqfds.lock);
	kvm->irqfds.items++;
	pthread_mutex_lock(&irqfds_lock);
	total += kvm->half;
	pthread_mutex_unlock(&irqfds_lock);
	pthread_mutex_unlock(&kvm->irqfds.lock);
}

void irqfd_sum(struct kvm *kvm)
{
	pthread_mutex_lock(&irqfds_lock);
	pthread_mutex_lock(&kvm->irqfds.lock);
	total += kvm->irqfds.items;
	pthread_mutex_unlock(&kvm->irqfds.lock);
	pthread_mutex_unlock(&irqfds_lock);
}
