/* SPDX-License-Identifier: MIT */
/* The small things that every kernel file has. */
#ifndef MOCK_KERNEL_H
#define MOCK_KERNEL_H

#include <stdbool.h>
#include <stddef.h>

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef struct { int counter; } atomic_t;
typedef struct { long counter; } atomic_long_t;

#define __always_inline inline __attribute__((__always_inline__))
#define __must_check __attribute__((__warn_unused_result__))
#define __maybe_unused __attribute__((__unused__))
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define PASTE_(a, b) a##b
#define __PASTE(a, b) PASTE_(a, b)
#define __UNIQUE_ID(prefix) __PASTE(__PASTE(__UNIQUE_ID_, prefix), __COUNTER__)
#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, val) (*(volatile __typeof__(x) *)&(x) = (val))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))
#define typecheck(type, x) ({ type dummy_; __typeof__(x) dummy2_; (void)(&dummy_ == &dummy2_); 1; })
#define swap(a, b) do { __typeof__(a) tmp_ = (a); (a) = (b); (b) = tmp_; } while (0)

#define EPERM 1
#define EINTR 4
#define EIO 5
#define ENOMEM 12
#define EBUSY 16
#define ENODEV 19
#define EINVAL 22

#define GFP_KERNEL 0u
extern void *kmalloc(size_t bytes, unsigned int flags);
extern void *kzalloc(size_t bytes, unsigned int flags);
extern void kfree(const void *p);
extern int printk(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
extern void warn_slowpath(const char *file, int line);
#define WARN_ON(cond) ({ \
	int bad_ = !!(cond); \
	if (unlikely(bad_)) \
		warn_slowpath(__FILE__, __LINE__); \
	unlikely(bad_); \
})
#define WARN_ON_ONCE(cond) WARN_ON(cond)
/* What the cases do instead of work. */
extern void touch(void *what);
extern int maybe(void);

#endif
