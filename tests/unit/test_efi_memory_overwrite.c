/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The request to overwrite the memory at the next reset. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "efi/memory_overwrite.h"
#include "efi/vars.h"
#include "storage/err.h"
#include "tests/support/fakefw.h"

static struct fakefw machine;
static struct firmware fw;

static int start(void **state)
{
	(void)state;
	fakefw_start(&machine, &fw);
	return 0;
}

static void put(const void *bytes, size_t len)
{
	fakefw_put(&machine, vars_memory_overwrite.name,
		vars_memory_overwrite.vendor, VARS_NV_BS_RT, bytes, len);
}

static const struct fakefw_variable *variable(void)
{
	return fakefw_variable(&machine, vars_memory_overwrite.name,
		vars_memory_overwrite.vendor);
}

/* The firmware would not know what to do with one of ours. */
static void none_is_made(void **state)
{
	(void)state;
	assert_int_equal(memory_overwrite_request(&fw), -ERR_UNSUPPORTED);
	assert_null(variable());
}

static void only_its_bit_is_set(void **state)
{
	(void)state;
	put("\x10", 1);
	assert_int_equal(memory_overwrite_request(&fw), 0);
	assert_int_equal(variable()->len, 1);
	assert_int_equal(variable()->bytes[0], 0x11);
}

static void of_another_size_it_is_left(void **state)
{
	(void)state;
	put("\0\0", 2);
	assert_int_equal(memory_overwrite_request(&fw), -ERR_TOO_LARGE);
	assert_int_equal(variable()->bytes[0], 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, NULL)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(none_is_made),
		TEST(only_its_bit_is_set),
		TEST(of_another_size_it_is_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
