/* SPDX-License-Identifier: MIT */
/* Calls through a trampoline that is patched at run time. */
#ifndef MOCK_STATIC_CALL_H
#define MOCK_STATIC_CALL_H

#include "kernel.h"

struct static_call_key {
	void *func;
};
extern void __static_call_update(struct static_call_key *key, void *tramp, void *func);
#define DECLARE_STATIC_CALL(name, func) \
	extern struct static_call_key __SCK__##name; \
	extern __typeof__(func) __SCT__##name;
#define DEFINE_STATIC_CALL(name, func_) \
	DECLARE_STATIC_CALL(name, func_) \
	struct static_call_key __SCK__##name = { .func = func_ };
#define DEFINE_STATIC_CALL_NULL(name, func_) \
	DECLARE_STATIC_CALL(name, func_) \
	struct static_call_key __SCK__##name = { .func = NULL };
#define static_call(name) (&__SCT__##name)
#define static_call_update(name, func_) ({ \
	__typeof__(&__SCT__##name) f_ = (func_); \
	__static_call_update(&__SCK__##name, &__SCT__##name, f_); \
})

#endif
