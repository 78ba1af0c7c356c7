/* SPDX-License-Identifier: MIT */
/*
 * libsrcu against its peers, interleaved in one run: each round measures every peer once, so that
 * whatever else the machine does meets all of them alike.  Only ratios travel between machines.
 *   bench read|read-weak|grace|sleeper|domains... [ROUNDS]
 */
#define _GNU_SOURCE
#include "bench.h"
#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>

static _Atomic long membarriers;

void bench_nothing(void)
{
}

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t bench_now_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

uint64_t bench_cpu_ns(void)
{
	return clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

void bench_sleep(long usec)
{
	struct timespec length = { usec / 1000000, usec % 1000000 * 1000 };

	nanosleep(&length, NULL);
}

int bench_compare(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

double bench_median(double *value, int count)
{
	qsort(value, (size_t)count, sizeof(*value), bench_compare);
	return count % 2 ? value[count / 2] : (value[count / 2 - 1] + value[count / 2]) / 2;
}

void bench_pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((unsigned)cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

long bench_membarriers(void)
{
	return atomic_load_explicit(&membarriers, memory_order_relaxed); /* a statistic */
}

static long enter_kernel(long number, long a, long b, long c, long d, long e, long f)
{
#ifdef __x86_64__
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;

	__asm__ volatile("syscall"
			 : "+a"(number)
			 : "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return number;
#elif defined(__aarch64__)
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;

	__asm__ volatile("svc 0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
			 : "memory");
	return x0;
#else
#error "bench/srcu counts system calls on x86-64 and aarch64 only"
#endif
}

/*
 * Stands before libc's syscall(), for every library of the process: this is how membarriers are
 * counted without asking those who issue them.
 */
long syscall(long number, ...)
{
	va_list list;
	long a, b, c, d, e, f, result;

	va_start(list, number);
	a = va_arg(list, long);
	b = va_arg(list, long);
	c = va_arg(list, long);
	d = va_arg(list, long);
	e = va_arg(list, long);
	f = va_arg(list, long);
	va_end(list);
	if (number == SYS_membarrier)
		atomic_fetch_add_explicit(&membarriers, 1, memory_order_relaxed);
	result = enter_kernel(number, a, b, c, d, e, f);
	if (result >= 0 || result < -4095)
		return result;
	errno = (int)-result;
	return -1;
}

int main(int argc, char **argv)
{
	int rounds = 0, read = 0, weak = 0, grace = 0, sleeper = 0, domains = 0, i;

	for (i = 1; i < argc; i++) {
		read |= !strcmp(argv[i], "read");
		weak |= !strcmp(argv[i], "read-weak");
		grace |= !strcmp(argv[i], "grace");
		sleeper |= !strcmp(argv[i], "sleeper");
		domains |= !strcmp(argv[i], "domains");
		if (atoi(argv[i]) > 0)
			rounds = atoi(argv[i]);
	}
	if (!(read | weak | grace | sleeper | domains))
		fprintf(stderr, "usage: bench read|read-weak|grace|sleeper|domains... [ROUNDS]\n");
	if (read)
		bench_read(rounds ? rounds : 300);
	if (weak)
		bench_read_weak(rounds ? rounds : 100);
	if (grace)
		bench_grace(rounds ? rounds : 20);
	if (sleeper)
		bench_sleeper(rounds ? rounds : 3);
	if (domains)
		bench_domains();
	return 0;
}
