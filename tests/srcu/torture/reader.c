/* SPDX-License-Identifier: MIT */
#include "torture.h"
#include <sched.h>
#include <signal.h>
#include <stdlib.h>

/* Read sides on their way to the thread that ends them. */
struct parcel {
	struct stage *stage;
	struct object *object;
	unsigned serial;
	int index;
};

enum { PARCELS = 8 };
static struct parcel parcels[PARCELS];
static int parcel_count;
static pthread_mutex_t parcel_lock = PTHREAD_MUTEX_INITIALIZER;

static unsigned serial_of(const struct object *object)
{
	return atomic_load_explicit(&object->serial, memory_order_relaxed);
}

static struct stage *any_stage(uint32_t *seed)
{
	return &stages[torture_random(seed, DOMAINS)];
}

/* Ends the section on another thread; 0 where no room is left. */
static int hand_over(struct stage *stage, struct object *object, unsigned serial, int index)
{
	int room;

	pthread_mutex_lock(&parcel_lock);
	room = parcel_count < PARCELS && options.enders;
	if (room)
		parcels[parcel_count++] = (struct parcel){ stage, object, serial, index };
	pthread_mutex_unlock(&parcel_lock);
	return room;
}

static void work(uint32_t *seed, int may_sleep)
{
	uint32_t kind = torture_random(seed, 64);
	volatile int turn = 0;

	if (kind == 0 && may_sleep) {
		torture_sleep_us(torture_random(seed, 3000));
		TALLY(slept);
	} else if (kind < 4) {
		sched_yield();
	} else if (kind < 32) {
		for (int turns = (int)torture_random(seed, 300); turns > 0; turns--)
			turn++;
	}
}

static void nest(struct stage *outer, uint32_t *seed, int may_sleep)
{
	struct stage *inner = torture_random(seed, 2) ? outer : any_stage(seed);
	int index = srcu_read_lock(inner->domain);
	struct object *object = srcu_dereference(&inner->current, inner->domain);
	unsigned serial = serial_of(object);

	work(seed, may_sleep);
	stage_see(inner, object, serial);
	srcu_read_unlock(inner->domain, index);
	TALLY(nested);
}

/* One read side that is begun here and, now and then, ended elsewhere. */
static void carried_once(struct stage *stage, uint32_t *seed)
{
	int index = srcu_down_read(stage->domain);
	struct object *object = srcu_dereference(&stage->current, stage->domain);
	unsigned serial = serial_of(object);

	work(seed, 0);
	stage_see(stage, object, serial);
	if (!hand_over(stage, object, serial, index))
		srcu_up_read(stage->domain, index);
}

void reader_once(struct stage *stage, uint32_t *seed, int may_sleep)
{
	struct object *object;
	unsigned serial;
	int index;

	TALLY(reads);
	if (stage >= stages && stage < stages + DOMAINS && torture_random(seed, 32) == 0) {
		carried_once(stage, seed);
		return;
	}
	index = srcu_read_lock(stage->domain);
	object = srcu_dereference(&stage->current, stage->domain);
	serial = serial_of(object);
	work(seed, may_sleep);
	if (torture_random(seed, 4) == 0)
		nest(stage, seed, may_sleep);
	stage_see(stage, object, serial);
	srcu_read_unlock(stage->domain, index);
}

void *reader_thread(void *argument)
{
	uint32_t seed = (uint32_t)(uintptr_t)argument;

	while (!STOPPING())
		reader_once(any_stage(&seed), &seed, 0);
	return NULL;
}

void *sleeper_thread(void *argument)
{
	uint32_t seed = (uint32_t)(uintptr_t)argument;

	while (!STOPPING()) {
		reader_once(any_stage(&seed), &seed, 1);
		if (torture_random(&seed, 16) == 0)
			torture_sleep_us(torture_random(&seed, 500));
	}
	return NULL;
}

/* Ends what others began; the last one to stop empties the shelf. */
void *ender_thread(void *argument)
{
	uint32_t seed = (uint32_t)(uintptr_t)argument;
	struct parcel parcel;
	int stop, found;

	for (;;) {
		stop = atomic_load(&quiet_writers);
		pthread_mutex_lock(&parcel_lock);
		found = parcel_count > 0;
		if (found)
			parcel = parcels[--parcel_count];
		pthread_mutex_unlock(&parcel_lock);
		if (found) {
			work(&seed, 1);
			stage_see(parcel.stage, parcel.object, parcel.serial);
			srcu_up_read(parcel.stage->domain, parcel.index);
			TALLY(handed_over);
		} else if (stop) {
			return NULL;
		} else {
			torture_sleep_us(50);
		}
	}
}

/*
 * No rest, no statistics within: the one reader that shows what many readers hide.  Stores to cold
 * memory before each lock keep the count of the lock in the store buffer for long: unless a
 * membarrier drains it, the writer does not see this reader.  The few turns between the two loads
 * then give the writer time to return from its wait.
 */
enum { COLD_BYTES = 1 << 26, COLD_STORES = 12 };

static void store_cold(char *cold, uint32_t *seed)
{
	for (int i = 0; cold && i < COLD_STORES; i++)
		cold[torture_random(seed, COLD_BYTES / 64) * 64] = 1;
}

static int tight_read(struct stage *stage, char *cold, uint32_t *seed)
{
	/* One in four stays for longer than a membarrier takes. */
	int turns = (int)torture_random(seed, torture_random(seed, 4) ? 400 : 60000), index, age;
	struct object *object;

	store_cold(cold, seed);
	index = srcu_read_lock(stage->domain);
	object = srcu_dereference(&stage->current, stage->domain);
	while (turns-- > 0)
		__asm__ volatile("" ::: "memory");
	age = atomic_load_explicit(&object->age, memory_order_relaxed);
	srcu_read_unlock(stage->domain, index);
	return age < AGES ? age : AGES - 1;
}

void *tight_reader(void *argument)
{
	uint32_t seed = (uint32_t)(uintptr_t)argument;
	char *cold = calloc(1, COLD_BYTES);
	long seen[AGES] = { 0 }, reads;
	int i;

	for (reads = 0; !STOPPING(); reads++)
		seen[tight_read(&stages[0], reads % 4 ? cold : NULL, &seed)]++;
	free(cold);
	atomic_fetch_add(&counts.reads, reads);
	for (i = 0; i < AGES; i++)
		atomic_fetch_add(&stages[0].aged[i], seen[i]);
	return NULL;
}

/*
 * A reader that is late: between its look at the rank and its count comes a signal handler that
 * lasts for some grace periods.  It then counts on a rank that is no longer the current one.
 */
static _Thread_local volatile sig_atomic_t was_late;

static void spin_us(uint64_t us)
{
	uint64_t end = torture_now_ns() + us * 1000;

	while (torture_now_ns() < end)
		;
}

void late_in_signal(int number)
{
	struct stage *stage = &stages[0];
	int turns = 6 + (int)(TALLY(signals) % 4);

	(void)number;
	was_late = 1;
	while (turns-- > 0) {
		int index = srcu_read_lock(stage->domain);

		spin_us(3); /* a scan that finds this reader flips the rank */
		srcu_read_unlock(stage->domain, index);
		spin_us(1);
	}
}

void *late_reader(void *argument)
{
	struct stage *stage = &stages[0];
	long reads;

	(void)argument;
	for (reads = 0; !STOPPING(); reads++) {
		struct object *object;
		unsigned serial;
		int index;

		was_late = 0;
		index = srcu_read_lock(stage->domain);
		object = srcu_dereference(&stage->current, stage->domain);
		if (was_late) {
			serial = serial_of(object);
			spin_us(40);
			stage_see(stage, object, serial);
		}
		srcu_read_unlock(stage->domain, index);
	}
	atomic_fetch_add(&counts.reads, reads);
	return NULL;
}

void reader_in_signal(int number)
{
	static _Thread_local uint32_t seed = 1;
	struct stage *stage = any_stage(&seed);
	int index = srcu_read_lock(stage->domain);
	struct object *object = srcu_dereference(&stage->current, stage->domain);
	unsigned serial = serial_of(object);

	(void)number;
	seed += (uint32_t)TALLY(signals);
	for (volatile int turns = (int)torture_random(&seed, 200); turns > 0; turns--)
		;
	stage_see(stage, object, serial);
	srcu_read_unlock(stage->domain, index);
}
