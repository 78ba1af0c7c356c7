/* SPDX-License-Identifier: MIT */
/* Two accounts, ordered by address: nesting of one class, said, and no deadlock. */
// locklore: must nest account->lock
// locklore: must-not deadlock
// locklore: must-not self account->lock
#include <pthread.h>

struct account {
	long balance;
	pthread_mutex_t lock;
};

static void lock_two(struct account *account, struct account *other)
{
	if (account < other) {
		pthread_mutex_lock(&account->lock);
		pthread_mutex_lock(&other->lock);
	} else {
		pthread_mutex_lock(&other->lock);
		pthread_mutex_lock(&account->lock);
	}
}

void transfer(struct account *account, struct account *other, long sum)
{
	if (account == other)
		return;
	lock_two(account, other);
	account->balance -= sum;
	other->balance += sum;
	pthread_mutex_unlock(&other->lock);
	pthread_mutex_unlock(&account->lock);
}

long balance(struct account *account)
{
	long sum;

	pthread_mutex_lock(&account->lock);
	sum = account->balance;
	pthread_mutex_unlock(&account->lock);
	return sum;
}
