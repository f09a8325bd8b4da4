/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The firmware's malloc family: blocks in pages of their own, kept when freed.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/alloc_rig.h"

/* From about a page on, a block lies in pages of its own. */
static void test_pages(void **state)
{
	const size_t sizes[] = {PAGES_MIN_BYTES, EFI_PAGE_SIZE - 16,
		EFI_PAGE_SIZE - 15, EFI_PAGE_SIZE, 65536, 135424, 1u << 20};
	const size_t pages[] = {1, 1, 2, 2, 17, 34, 257};
	unsigned char *p = alloc_malloc(PAGES_MIN_BYTES - 1);

	(void)state;
	assert_non_null(p);
	assert_int_equal(pool.page_calls, 0);
	assert_true(alloc_current_bytes() <= EFI_PAGE_SIZE);
	alloc_free(p);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		p = alloc_calloc(1, sizes[i]);
		assert_non_null(p);
		assert_int_equal(pool.page_calls, i + 1);
		assert_int_equal(pool.live_pages, pages[i]);
		assert_int_equal(
			alloc_current_bytes(), pages[i] * EFI_PAGE_SIZE);
		assert_int_equal((uintptr_t)p % 16, 0);
		for (size_t k = 0; k < sizes[i]; k++)
			assert_int_equal(p[k], 0);
		memset(p, 0xff, sizes[i]);
		alloc_free(p);
		assert_int_equal(not_given_back(), 0);
		assert_int_equal(alloc_current_bytes(), 0);
	}
	assert_int_equal(alloc_peak_bytes(), 257 * EFI_PAGE_SIZE);
	assert_int_equal(alloc_damage_count(), 0);
}

/* From the pool into pages, within pages, to more, to fewer, and back. */
static void test_pages_resized(void **state)
{
	const size_t sizes[] = {
		100, 5000, 8000, 8176, 8177, 40000, 9000, 40000, 300};
	const size_t pages[] = {0, 2, 2, 2, 3, 10, 3, 10, 0};
	unsigned char *p = NULL, *q;
	size_t before = 0, calls;

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		calls = pool.page_calls;
		q = alloc_realloc(p, sizes[i]);
		assert_non_null(q);
		for (size_t k = 0; k < before && k < sizes[i]; k++)
			assert_int_equal(q[k], (unsigned char)(k * 7));
		for (size_t k = 0; k < sizes[i]; k++)
			q[k] = (unsigned char)(k * 7);
		assert_int_equal(not_given_back(), 1);
		assert_int_equal(pool.live_pages, pages[i]);
		/* Where the pages are the same, so is the place. */
		if (i && pages[i] && pages[i] == pages[i - 1]) {
			assert_ptr_equal(q, p);
			assert_int_equal(pool.page_calls, calls);
		}
		p = q;
		before = sizes[i];
	}
	assert_int_equal(pool.live_pages, 0);
	q = alloc_realloc(p, 20000);
	assert_non_null(q);
	pool.is_exhausted = true;
	errno = 0;
	assert_null(alloc_realloc(q, 30000));
	assert_int_equal(errno, ENOMEM);
	assert_null(alloc_malloc(5000));
	for (size_t k = 0; k < before; k++)
		assert_int_equal(q[k], (unsigned char)(k * 7));
	/* What needs no page more needs no firmware. */
	assert_ptr_equal(alloc_realloc(q, 20400), q);
	assert_null(alloc_realloc(q, SIZE_MAX));
	assert_null(alloc_realloc(q, SIZE_MAX - 15));
	alloc_free(q);
	assert_int_equal(not_given_back(), 0);
	assert_int_equal(alloc_current_bytes(), 0);
	assert_int_equal(alloc_damage_count(), 0);
}

/* The whole budget, to the last page. */
static void test_pages_budget(void **state)
{
	unsigned char *p = alloc_malloc(ALLOC_MAX_BYTES - EFI_PAGE_SIZE - 16);
	unsigned char *q;

	(void)state;
	assert_non_null(p);
	assert_null(alloc_malloc(EFI_PAGE_SIZE));
	q = alloc_malloc(EFI_PAGE_SIZE - 16);
	assert_non_null(q);
	assert_int_equal(alloc_current_bytes(), ALLOC_MAX_BYTES);
	assert_null(alloc_malloc(0));
	alloc_free(q);
	alloc_free(p);
	p = alloc_malloc(ALLOC_MAX_BYTES - 16);
	assert_non_null(p);
	alloc_free(p);
	assert_null(alloc_malloc(ALLOC_MAX_BYTES - 15));
	assert_int_equal(alloc_peak_bytes(), ALLOC_MAX_BYTES);
	assert_int_equal(not_given_back(), 0);
}

/* A header of pages whose numbers cannot be true. */
static void test_pages_damage(void **state)
{
	unsigned char *p = alloc_malloc(9000);
	struct block *b = (struct block *)(void *)p - 1;
	const struct block saved = *b;
	const uint32_t counts[] = {
		0, 2, 4, UINT32_MAX, ALLOC_MAX_BYTES / EFI_PAGE_SIZE + 1};

	(void)state;
	assert_non_null(p);
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		b->extra = counts[i];
		alloc_free(p);
		assert_int_equal(alloc_damage_count(), i + 1);
		assert_int_equal(pool.live, 1);
	}
	*b = saved;
	b->size = SIZE_MAX;
	assert_null(alloc_realloc(p, 1));
	assert_int_equal(alloc_damage_count(), 6);
	*b = saved;
	/* The header of pages stands at their beginning. */
	memcpy(p + 1024, b, sizeof(*b));
	alloc_free(p + 1024 + sizeof(*b));
	assert_int_equal(alloc_damage_count(), 7);
	alloc_free(p);
	assert_int_equal(not_given_back(), 0);
}

/* What is freed serves the next block that is not much smaller. */
static void test_kept(void **state)
{
	unsigned char *large = alloc_malloc(100000);
	unsigned char *small = alloc_malloc(9000);
	unsigned char *p;

	(void)state;
	assert_int_equal(pool.live_pages, 25 + 3);
	alloc_free(large);
	alloc_free(small);
	assert_int_equal(alloc_current_bytes(), 0);
	assert_int_equal(pool.live_pages, 25 + 3);
	p = alloc_malloc(60000);
	assert_ptr_equal(p, large);
	assert_int_equal(alloc_current_bytes(), 25 * EFI_PAGE_SIZE);
	/* Its spare pages are its own; down to half of them it stays. */
	assert_ptr_equal(alloc_realloc(p, 100000), large);
	assert_ptr_equal(alloc_realloc(p, 48000), large);
	alloc_free(p);
	/* The smallest that will do; not one that is far too large. */
	assert_ptr_equal(alloc_malloc(5000), small);
	assert_int_equal(pool.page_calls, 2);
	p = alloc_malloc(5000);
	assert_ptr_not_equal(p, large);
	assert_int_equal(pool.page_calls, 3);
	alloc_free(p);
	alloc_free(small);
	assert_int_equal(alloc_peak_bytes(), (25 + 3 + 2) * EFI_PAGE_SIZE);
	assert_int_equal(not_given_back(), 0);
	alloc_give_back();
	assert_int_equal(alloc_damage_count(), 0);
}

/* What is kept is in nobody's way: not in the budget's, not in firmware's. */
static void test_kept_makes_room(void **state)
{
	unsigned char *p = alloc_malloc(ALLOC_MAX_BYTES / 2);

	(void)state;
	alloc_free(p);
	p = alloc_malloc(ALLOC_MAX_BYTES - 2 * EFI_PAGE_SIZE);
	assert_non_null(p);
	assert_true(pool.live_pages <= ALLOC_MAX_BYTES / EFI_PAGE_SIZE);
	alloc_free(p);
	p = alloc_malloc(100);
	assert_non_null(p);
	alloc_free(p);
	pool.page_limit = 30;
	p = alloc_malloc(20 * EFI_PAGE_SIZE);
	assert_non_null(p);
	alloc_free(p);
	assert_int_equal(pool.live_pages, 21);
	p = alloc_malloc(28 * EFI_PAGE_SIZE);
	assert_non_null(p);
	assert_int_equal(pool.live_pages, 29);
	assert_null(alloc_malloc(2 * EFI_PAGE_SIZE));
	alloc_free(p);
	assert_int_equal(not_given_back(), 0);
}

/* A list that something has written over is left alone, and counted. */
static void test_kept_damage(void **state)
{
	const uint32_t counts[] = {0, 26, UINT32_MAX};
	unsigned char *p;
	struct block *b;
	struct block saved;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		p = alloc_malloc(100000);
		assert_non_null(p);
		b = (struct block *)(void *)p - 1;
		alloc_free(p);
		alloc_free(p); /* twice */
		assert_int_equal(alloc_damage_count(), 2 * i + 1);
		saved = *b;
		if (i < 3)
			b->extra = counts[i];
		else
			b->magic = 0;
		p = alloc_malloc(100000);
		assert_non_null(p);
		assert_ptr_not_equal((void *)(p - sizeof(*b)), b);
		assert_int_equal(alloc_damage_count(), 2 * i + 2);
		alloc_free(p);
		alloc_give_back();
		assert_int_equal(pool.live, 1);
		assert_int_equal(
			free_pages((uintptr_t)b, saved.extra), EFI_SUCCESS);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_pages, alloc_rig_setup),
		cmocka_unit_test_setup(test_pages_resized, alloc_rig_setup),
		cmocka_unit_test_setup(test_pages_budget, alloc_rig_setup),
		cmocka_unit_test_setup(test_pages_damage, alloc_rig_setup),
		cmocka_unit_test_setup(test_kept, alloc_rig_setup),
		cmocka_unit_test_setup(test_kept_makes_room, alloc_rig_setup),
		cmocka_unit_test_setup(test_kept_damage, alloc_rig_setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
