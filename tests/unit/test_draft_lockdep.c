/* SPDX-License-Identifier: MIT */
/* Reports of the kernel's validator: what is read out of them, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "lockdep/lockdep.h"

static struct lockdep_reports reports;
static struct diag diag;

static int setup(void **state)
{
	memset(&reports, 0, sizeof(reports));
	return 0;
}

static int teardown(void **state)
{
	lockdep_free(&reports);
	return 0;
}

static void read_file(const char *name)
{
	char *path = xasprintf("%s/lockdep/%s", TEST_DATA, name), *text;
	size_t bytes;

	if (!file_read(path, &text, &bytes, &diag) ||
	    !lockdep_read(name, text, bytes, &reports, &diag))
		fail_msg("%s", diag.text);
	free(text);
	free(path);
}

static void test_circular(void **state)
{
	const struct lockdep_report *r;

	read_file("circular.txt");
	assert_int_equal(reports.n, 1);
	r = &reports.at[0];
	assert_int_equal(r->kind, LOCKDEP_CIRCULAR);
	assert_int_equal(r->line, 3);
	assert_int_equal(r->edges.n, 2);
	assert_string_equal(r->edges.at[0].outer, "kvm->lock");
	assert_string_equal(r->edges.at[0].inner, "kvm->srcu");
	assert_true(r->edges.at[0].is_wait);
	assert_string_equal(r->edges.at[0].frames.at[0], "kvm_vm_ioctl_set_msr_filter");
	assert_string_equal(r->edges.at[1].outer, "kvm->srcu");
	assert_string_equal(r->edges.at[1].inner, "kvm->lock");
	assert_false(r->edges.at[1].is_wait);
	assert_int_equal(r->edges.at[1].line, 22);
	assert_string_equal(r->edges.at[1].frames.at[0], "kvm_xen_set_evtchn");
}

static void test_recursive(void **state)
{
	read_file("recursive.txt");
	assert_int_equal(reports.at[0].kind, LOCKDEP_RECURSIVE);
	assert_int_equal(reports.at[0].edges.n, 1);
	assert_string_equal(reports.at[0].edges.at[0].outer, "kvm->lock");
	assert_string_equal(reports.at[0].edges.at[0].inner, "kvm->lock");
	assert_string_equal(reports.at[0].edges.at[0].frames.at[0], "sev_lock_two_vms");
}

static const char head[] = "WARNING: possible circular locking dependency detected\n";

static void refused(const char *text, const char *why)
{
	memset(&reports, 0, sizeof(reports));
	assert_false(lockdep_read("x.txt", text, strlen(text), &reports, &diag));
	assert_string_equal(diag.text, why);
	lockdep_free(&reports);
}

static void test_refused(void **state)
{
	refused("",
		"x.txt: no lockdep report in it: looked for \"possible circular locking dependency "
		"detected\" and \"possible recursive locking detected\"");
	refused(head, "x.txt:1: this lockdep report has no chain (\"-> #1 (...)\"): it is cut off");
	refused("WARNING: possible circular locking dependency detected\n-> #2 "
		"(&a->lock){+.+.}-{3:3}:\n"
		"-> #1 (&b->lock){+.+.}-{3:3}:\n",
		"x.txt:1: entry #0 of this lockdep report's chain is missing");
	refused("WARNING: possible recursive locking detected\n",
		"x.txt:1: this lockdep report does not say which lock is asked for: it is cut off");
}

static void name_is(const char *written, const char *name)
{
	char *text =
		xasprintf("%s-> #1 (%s){+.+.}-{3:3}:\n-> #0 (other){+.+.}-{3:3}:\n", head, written);

	memset(&reports, 0, sizeof(reports));
	assert_true(lockdep_read("x.txt", text, strlen(text), &reports, &diag));
	assert_string_equal(reports.at[0].edges.at[0].inner, name);
	lockdep_free(&reports);
	free(text);
}

static void test_names(void **state)
{
	name_is("&a->lock", "a->lock");
	name_is("&(&a->lock)->rlock", "a->lock");
	name_is("&dev->mutex#3", "dev->mutex");
	name_is("&inode->i_rwsem/1", "inode->i_rwsem");
	name_is("kvm_lock", "kvm_lock");
	name_is("&lock->wait_lock-W", "lock->wait_lock");
}

/* Cut anywhere, it is read or refused, and nothing else. */
static void test_cut(void **state)
{
	char *path = xasprintf("%s/lockdep/circular.txt", TEST_DATA), *text;
	size_t bytes;

	assert_true(file_read(path, &text, &bytes, &diag));
	for (size_t n = 0; n <= bytes; n += 7) {
		struct lockdep_reports r = { 0 };
		char *part = xstrndup(text, n);

		lockdep_read("x", part, n, &r, &diag);
		lockdep_free(&r);
		free(part);
	}
	free(text);
	free(path);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = { T(test_circular), T(test_recursive), T(test_refused),
					    T(test_names), T(test_cut) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
