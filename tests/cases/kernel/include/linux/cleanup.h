/* SPDX-License-Identifier: MIT */
/* Scopes that end by themselves: CLASS(), guard(), scoped_guard(), __free(). */
#ifndef MOCK_CLEANUP_H
#define MOCK_CLEANUP_H

#include "kernel.h"

#define __cleanup(func) __maybe_unused __attribute__((__cleanup__(func)))

#define DEFINE_FREE(name, type, free) \
	static inline void __free_##name(void *p) { type _T = *(type *)p; free; }
#define __free(name) __cleanup(__free_##name)

#define DEFINE_CLASS(name, type, exit, init, init_args...) \
	typedef type class_##name##_t; \
	static inline void class_##name##_destructor(type *p) { type _T = *p; exit; } \
	static inline type class_##name##_constructor(init_args) { type t = init; return t; }
#define CLASS(name, var) \
	class_##name##_t var __cleanup(class_##name##_destructor) = class_##name##_constructor

#define DEFINE_GUARD(name, type, lock, unlock) \
	DEFINE_CLASS(name, type, if (_T) { unlock; }, ({ lock; _T; }), type _T) \
	static inline void *class_##name##_lock_ptr(class_##name##_t *_T) { return (void *)*_T; }
#define guard(name) CLASS(name, __UNIQUE_ID(guard))
#define scoped_guard(name, args...) \
	for (CLASS(name, scope)(args), *done = NULL; \
	     class_##name##_lock_ptr(&scope) && !done; done = (void *)1)

/* A guard that keeps something beside its lock (flags, an index). */
#define DEFINE_LOCK_GUARD_1(name, type, lock_, unlock_, members...) \
	typedef struct { type *lock; members; } class_##name##_t; \
	static inline void class_##name##_destructor(class_##name##_t *_T) \
	{ \
		if (_T->lock) { unlock_; } \
	} \
	static inline void *class_##name##_lock_ptr(class_##name##_t *_T) { return (void *)_T->lock; } \
	static inline class_##name##_t class_##name##_constructor(type *l) \
	{ \
		class_##name##_t _t = { .lock = l }, *_T = &_t; \
		lock_; \
		return _t; \
	}

#endif
