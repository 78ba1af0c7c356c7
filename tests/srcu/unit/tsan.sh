#!/bin/sh
# SPDX-License-Identifier: MIT
# A ThreadSanitizer program with an ordinary libsrcu.so: silent when right, and it still finds a
# reader without its read side.
root=$(cd "$(dirname "$0")/../../.." && pwd)
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
make -s -C "$root/src/srcu" BUILD="$dir" CC="${CC:-cc}" CFLAGS="-O2" || exit 1
cat >"$dir/race.c" <<'END'
#include <pthread.h>
#include <srcu.h>
#include <stdio.h>
#include <stdlib.h>

struct object { struct srcu_head head; long value; };
DEFINE_STATIC_SRCU(domain);
static struct object *current;
static int stop;

static void *reader(void *unused)
{
	long sum = 0;

	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
#ifdef BROKEN
		sum += srcu_dereference(&current, &domain)->value;
#else
		int idx = srcu_read_lock(&domain);
		sum += srcu_dereference(&current, &domain)->value;
		srcu_read_unlock(&domain, idx);
#endif
	}
	return sum < 0 ? unused : NULL;
}

static void destroy(struct srcu_head *head)
{
	((struct object *)head)->value = -1000000000;
	free(head);
}

static struct object *make(long value)
{
	struct object *object = calloc(1, sizeof(*object));

	object->value = value;
	return object;
}

int main(void)
{
	pthread_t threads[2];

	current = make(0);
	for (int i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, reader, NULL);
	for (int i = 0; i < 300; i++) {
		struct object *old = current;

		srcu_assign_pointer(&current, make(i));
		if (i % 3 == 0) {
			call_srcu(&domain, &old->head, destroy);
		} else if (i % 3 == 1) {
			synchronize_srcu(&domain);
			destroy(&old->head);
		} else {
			unsigned long cookie = start_poll_synchronize_srcu(&domain);

			while (!poll_state_synchronize_srcu(&domain, cookie))
				;
			destroy(&old->head);
		}
	}
	srcu_barrier(&domain);
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	free(current);
	return 0;
}
END
flags="-fsanitize=thread -g -O1 -I$root/include -Wall -Wextra -pthread"
if ! ${CC:-cc} $flags -o "$dir/right" "$dir/race.c" "$dir/libsrcu.so" -Wl,-rpath,"$dir" 2>/dev/null; then
	echo "skip tsan: the compiler has no ThreadSanitizer"
	exit 0
fi
${CC:-cc} $flags -DBROKEN -o "$dir/broken" "$dir/race.c" "$dir/libsrcu.so" -Wl,-rpath,"$dir" || exit 1
timeout 120 "$dir/right" >"$dir/log" 2>&1 || { cat "$dir/log"; echo "a false report"; exit 1; }
timeout 120 "$dir/broken" >"$dir/log" 2>&1
grep -q "WARNING: ThreadSanitizer" "$dir/log" || { echo "a missing srcu_read_lock() is not found"; exit 1; }
echo "ok tsan"
