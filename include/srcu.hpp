// SPDX-License-Identifier: MIT
// libsrcu for C++14 and newer: domains and guards as objects; all of it inline over srcu.h.
#ifndef SRCU_HPP
#define SRCU_HPP

#include <utility>

#include "srcu.h"

namespace srcu
{

// A domain that ends with its scope. It neither moves nor copies. Static ones that must be ready
// in constructors of other files are better written DEFINE_SRCU(name). See cleanup_srcu_struct().
class domain
{
      public:
	domain() noexcept { init_srcu_struct(&ssp_); }
	explicit domain(const char *name) noexcept : domain() { srcu_set_name(&ssp_, name); }
	~domain() { cleanup_srcu_struct(&ssp_); }
	domain(const domain &) = delete;
	domain &operator=(const domain &) = delete;

	// Wait for the read sides that are open now: synchronize_srcu().
	void synchronize() noexcept { synchronize_srcu(&ssp_); }
	// Wait for the callbacks that were handed in before: srcu_barrier().
	void barrier() noexcept { srcu_barrier(&ssp_); }
	struct srcu_struct *get() noexcept { return &ssp_; }
	operator struct srcu_struct *() noexcept { return &ssp_; }

      private:
	struct srcu_struct ssp_;
};

// A read side that ends with its scope, on the thread that opened it.
class read_guard
{
      public:
	explicit read_guard(struct srcu_struct *ssp) noexcept
		: ssp_(ssp), idx_(srcu_read_lock(ssp))
	{
	}
	~read_guard() { srcu_read_unlock(ssp_, idx_); }
	read_guard(const read_guard &) = delete;
	read_guard &operator=(const read_guard &) = delete;

      private:
	struct srcu_struct *ssp_;
	int idx_;
};

// A read side that may be moved, and ended on another thread or in another coroutine.
class shared_guard
{
      public:
	explicit shared_guard(struct srcu_struct *ssp) noexcept
		: ssp_(ssp), idx_(srcu_down_read(ssp))
	{
	}
	shared_guard(shared_guard &&other) noexcept
		: ssp_(std::exchange(other.ssp_, nullptr)), idx_(other.idx_)
	{
	}
	shared_guard &operator=(shared_guard &&other) noexcept
	{
		if (this != &other) {
			release();
			ssp_ = std::exchange(other.ssp_, nullptr);
			idx_ = other.idx_;
		}
		return *this;
	}
	~shared_guard() { release(); }
	shared_guard(const shared_guard &) = delete;
	shared_guard &operator=(const shared_guard &) = delete;

	// End the read side now; a second call does nothing.
	void release() noexcept
	{
		if (ssp_)
			srcu_up_read(std::exchange(ssp_, nullptr), idx_);
	}

      private:
	struct srcu_struct *ssp_;
	int idx_;
};

// What a reader follows and one updater at a time replaces.
template <typename T> class pointer
{
      public:
	constexpr pointer(T *value = nullptr) noexcept : value_(value) {}
	// Inside a read side of ssp.
	T *load(struct srcu_struct *ssp) const noexcept { return srcu_dereference(&value_, ssp); }
	// Publishes value; callers exclude each other.
	void store(T *value) noexcept { srcu_assign_pointer(&value_, value); }

      private:
	T *value_;
};

} // namespace srcu

#endif
