/* SPDX-License-Identifier: MIT */
/* Files that are no bitcode, or not all of it: one line that names the file, and no crash. */
#include "test_bitcode.h"

static struct prim_table *prims;

static void refused(const void *data, size_t bytes, const char *why)
{
	char *path = scratch("broken.bc");
	struct diag d = { "" };
	struct facts_unit *u;

	assert_true(file_write(path, data, bytes, &d));
	u = bitcode_read(path, prims, 0, &d);
	if (u)
		fail_msg("%zu bytes were read as a unit", bytes);
	assert_true(str_starts(d.text, path));
	if (!strstr(d.text, why))
		fail_msg("want '%s', have '%s'", why, d.text);
	assert_null(strchr(d.text, '\n'));
	unlink(path);
	free(path);
}

static char *bitcode_of(const char *source, const char *flags, size_t *bytes)
{
	const char *clang = clang_found();
	char *path, *data;
	struct diag d;

	if (!clang)
		skip();
	path = compile(clang, source, flags);
	assert_true(file_read(path, &data, bytes, &d));
	unlink(path);
	free(path);
	return data;
}

static void test_not_bitcode(void **state)
{
	static const char text[] = "int main(void) { return 0; }\n";

	refused("", 0, "empty file");
	refused(text, strlen(text), "not LLVM bitcode");
	refused("BC", 2, "not LLVM bitcode");
	refused("\177ELF\2\1\1", 7, "not LLVM bitcode");
}

static void test_missing(void **state)
{
	struct diag d = { "" };

	assert_null(bitcode_read("/no/such/file.bc", prims, 0, &d));
	assert_true(str_starts(d.text, "/no/such/file.bc"));
}

static void test_truncated(void **state)
{
	size_t bytes, step;
	char *data = bitcode_of("results.c", "-g -O2", &bytes);

	step = bytes / 97 + 1;
	for (size_t n = 4; n < bytes; n += step)
		refused(data, n, "broken bitcode");
	refused(data, bytes - 4, "broken bitcode");
	free(data);
}

static void test_noise(void **state)
{
	unsigned char noise[4096];
	uint32_t seed = 7;

	for (size_t n = 4; n < sizeof(noise); n += 409) {
		for (size_t i = 0; i < n; i++)
			noise[i] = (unsigned char)((seed = seed * 1103515245u + 12345u) >> 16);
		memcpy(noise, "BC\xc0\xde", 4);
		refused(noise, n, "broken bitcode");
	}
}

static void test_no_debug_info(void **state)
{
	size_t bytes;
	char *data = bitcode_of("plain.c", "-O2", &bytes);

	refused(data, bytes, "compile it with -g");
	free(data);
}

static void test_same_bytes(void **state)
{
	const char *clang = clang_found();
	char *path;
	struct diag d;
	struct buf out[2] = { { 0 } };

	if (!clang)
		skip();
	path = compile(clang, "tables.c", "-g -O2");
	for (int i = 0; i < 2; i++) {
		struct facts_unit *u = bitcode_read(path, prims, 0, &d);

		assert_non_null(u);
		facts_save(u, &out[i]);
		facts_free(u);
	}
	assert_int_equal(out[0].n, out[1].n);
	assert_memory_equal(out[0].at, out[1].at, out[0].n);
	buf_free(&out[0]);
	buf_free(&out[1]);
	unlink(path);
	free(path);
}

static int setup(void **state)
{
	struct diag d;

	prims = prim_load(NULL, &d);
	return prims ? 0 : -1;
}

static int teardown(void **state)
{
	prim_free(prims);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_not_bitcode),   cmocka_unit_test(test_missing),
		cmocka_unit_test(test_truncated),     cmocka_unit_test(test_noise),
		cmocka_unit_test(test_no_debug_info), cmocka_unit_test(test_same_bytes),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
