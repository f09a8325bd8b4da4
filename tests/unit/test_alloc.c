/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The firmware's malloc family, on boot services of our own. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/alloc_rig.h"
#include "tests/support/prng.h"

static void test_before_init(void **state)
{
	(void)state;
	alloc_init(NULL);
	errno = 0;
	assert_null(alloc_malloc(1));
	assert_int_equal(errno, ENOMEM);
	alloc_free(NULL);
}

static void test_aligned(void **state)
{
	void *p[8];

	(void)state;
	for (size_t i = 0; i < 8; i++) {
		p[i] = alloc_malloc(i * 7);
		assert_non_null(p[i]);
		assert_int_equal((uintptr_t)p[i] % 16, 0);
		memset(p[i], 0xff, i * 7);
	}
	assert_int_equal(pool.live, 8);
	for (size_t i = 0; i < 8; i++)
		alloc_free(p[i]);
	assert_int_equal(not_given_back(), 0);
	assert_int_equal(alloc_current_bytes(), 0);
	assert_true(alloc_peak_bytes() >= 7 * 28);
	assert_int_equal(alloc_damage_count(), 0);
}

static void test_zeroed(void **state)
{
	unsigned char *p = alloc_calloc(3, 7);

	(void)state;
	assert_non_null(p);
	for (size_t i = 0; i < 21; i++)
		assert_int_equal(p[i], 0);
	alloc_free(p);
	errno = 0;
	assert_null(alloc_calloc(SIZE_MAX / 2, 3));
	assert_int_equal(errno, ENOMEM);
	assert_null(alloc_calloc(1u << 31, 1u << 31));
	assert_int_equal(not_given_back(), 0);
}

static void test_resized(void **state)
{
	char *p = alloc_realloc(NULL, 5);
	char *q;

	(void)state;
	assert_non_null(p);
	memcpy(p, "held", 5);
	q = alloc_realloc(p, 4000);
	assert_non_null(q);
	assert_string_equal(q, "held");
	memset(q + 5, 1, 4000 - 5);
	pool.is_exhausted = true;
	errno = 0;
	assert_null(alloc_realloc(q, 8000));
	assert_int_equal(errno, ENOMEM);
	assert_string_equal(q, "held"); /* the old block is still there */
	pool.is_exhausted = false;
	p = alloc_realloc(q, 2);
	assert_non_null(p);
	assert_memory_equal(p, "he", 2);
	alloc_free(p);
	assert_int_equal(not_given_back(), 0);
}

static void test_budget(void **state)
{
	void *p[17];
	size_t n;

	(void)state;
	assert_null(alloc_malloc(ALLOC_MAX_BYTES));
	assert_null(alloc_malloc(SIZE_MAX));
	assert_null(alloc_malloc(SIZE_MAX - 8));
	for (n = 0; n < 17; n++) {
		p[n] = alloc_malloc(1u << 20);
		if (!p[n])
			break;
	}
	assert_int_equal(n, 15); /* the headers take a bit of the last one */
	assert_true(alloc_current_bytes() <= ALLOC_MAX_BYTES);
	alloc_free(p[0]);
	p[0] = alloc_malloc(1u << 20);
	assert_non_null(p[0]);
	while (n-- > 0)
		alloc_free(p[n]);
	assert_int_equal(alloc_current_bytes(), 0);
	assert_int_equal(not_given_back(), 0);
}

/* What is not a block of ours is left alone and counted. */
static void test_damage(void **state)
{
	_Alignas(16) unsigned char other[64] = {0};
	unsigned char *p = alloc_malloc(32);
	uint64_t saved[2];

	(void)state;
	assert_non_null(p);
	alloc_free(p + 16);
	alloc_free(p + 1);
	alloc_free(other + 32);
	assert_null(alloc_realloc(other + 32, 1));
	assert_int_equal(alloc_damage_count(), 4);
	memcpy(saved, p - 16, 16);
	memset(p - 16, 0xaf, 16);
	alloc_free(p);
	assert_int_equal(alloc_damage_count(), 5);
	assert_int_equal(pool.live, 1);
	memcpy(p - 16, saved, 16);
	alloc_free(p);
	assert_int_equal(not_given_back(), 0);
}

static void test_random(void **state)
{
	struct prng random = {.state = 7};
	unsigned char *p[32] = {NULL};
	size_t sizes[32] = {0};

	(void)state;
	for (unsigned int round = 0; round < 20000; round++) {
		size_t i = (size_t)prng_below(&random, 32);
		size_t size =
			(size_t)prng_below(&random, round % 8 ? 300 : 20000);

		for (size_t k = 0; p[i] && k < sizes[i]; k++)
			assert_int_equal(p[i][k], (unsigned char)(i + k));
		if (prng_below(&random, 2)) {
			alloc_free(p[i]);
			p[i] = alloc_malloc(size);
		} else {
			p[i] = alloc_realloc(p[i], size);
		}
		assert_non_null(p[i]);
		sizes[i] = size;
		for (size_t k = 0; k < size; k++)
			p[i][k] = (unsigned char)(i + k);
	}
	for (size_t i = 0; i < 32; i++)
		alloc_free(p[i]);
	assert_int_equal(not_given_back(), 0);
	assert_int_equal(alloc_current_bytes(), 0);
	assert_int_equal(alloc_damage_count(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_before_init, alloc_rig_setup),
		cmocka_unit_test_setup(test_aligned, alloc_rig_setup),
		cmocka_unit_test_setup(test_zeroed, alloc_rig_setup),
		cmocka_unit_test_setup(test_resized, alloc_rig_setup),
		cmocka_unit_test_setup(test_budget, alloc_rig_setup),
		cmocka_unit_test_setup(test_damage, alloc_rig_setup),
		cmocka_unit_test_setup(test_random, alloc_rig_setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
