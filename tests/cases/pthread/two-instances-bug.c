/* SPDX-License-Identifier: MIT */
/* The same account taken twice: no other instance is involved. */
// locklore: must self account->lock
// locklore: must-not nest audit_lock
#include <pthread.h>

struct account {
	long balance;
	pthread_mutex_t lock;
};
static pthread_mutex_t audit_lock = PTHREAD_MUTEX_INITIALIZER;
long audited;

static long balance(struct account *account)
{
	long sum;

	pthread_mutex_lock(&account->lock);
	sum = account->balance;
	pthread_mutex_unlock(&account->lock);
	return sum;
}

void audit(struct account *account)
{
	pthread_mutex_lock(&audit_lock);
	pthread_mutex_lock(&account->lock);
	audited += balance(account);
	pthread_mutex_unlock(&account->lock);
	pthread_mutex_unlock(&audit_lock);
}
