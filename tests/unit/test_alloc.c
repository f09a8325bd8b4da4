/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The firmware's malloc family, on boot services of our own. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sanitizer/allocator_interface.h>

#include "tests/support/prng.h"

/* The file under test, beside the host's functions of the same names. */
#define malloc	alloc_malloc
#define calloc	alloc_calloc
#define realloc alloc_realloc
#define free	alloc_free
void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *p, size_t size);
void free(void *p);
#include "efi/alloc.c"
#undef malloc
#undef calloc
#undef realloc
#undef free

/* A pool that aligns to 8 bytes and no more, as the specification allows. */
static struct pool {
	size_t live;	   /* blocks */
	size_t live_pages; /* pages */
	size_t page_calls;
	size_t page_limit; /* 0: none */
	bool is_exhausted;
	bool is_shifted;
} pool;

/* What the firmware misses once nothing is kept any more. */
static size_t not_given_back(void)
{
	alloc_give_back();
	return pool.live;
}

#define FAKE_POOL_MAGIC 0x10af10af10af10afu

static EFI_STATUS EFIAPI allocate_pool(
	EFI_MEMORY_TYPE type, UINTN size, VOID **ret)
{
	unsigned char *raw;
	size_t shift;

	assert_int_equal(type, EfiLoaderData);
	if (pool.is_exhausted)
		return EFI_OUT_OF_RESOURCES;
	/* Exactly sized at the end, so that ASan sees an overflow. */
	shift = pool.is_shifted ? 24 : 16;
	raw = malloc(size + shift);
	assert_non_null(raw);
	memset(raw, 0xaf, size + shift);
	*(size_t *)(void *)raw = shift ^ FAKE_POOL_MAGIC;
	memcpy(raw + shift - 8, &shift, sizeof(shift));
	pool.is_shifted = !pool.is_shifted;
	pool.live++;
	*ret = raw + shift;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI free_pool(VOID *p)
{
	unsigned char *raw = p;
	size_t shift;

	assert_non_null(p); /* quirk Q41 */
	memcpy(&shift, raw - 8, sizeof(shift));
	assert_true(shift == 16 || shift == 24);
	raw -= shift;
	assert_int_equal(*(size_t *)(void *)raw, shift ^ FAKE_POOL_MAGIC);
	free(raw);
	pool.live--;
	return EFI_SUCCESS;
}

/* Real pages of the host with nothing behind them that is ours. */
static EFI_STATUS EFIAPI allocate_pages(EFI_ALLOCATE_TYPE how,
	EFI_MEMORY_TYPE type, UINTN count, EFI_PHYSICAL_ADDRESS *ret)
{
	void *p;

	assert_int_equal(how, AllocateAnyPages);
	assert_int_equal(type, EfiLoaderData);
	assert_true(count > 0);
	pool.page_calls++;
	if (pool.is_exhausted ||
		(pool.page_limit && pool.live_pages + count > pool.page_limit))
		return EFI_OUT_OF_RESOURCES;
	p = aligned_alloc(EFI_PAGE_SIZE, count * EFI_PAGE_SIZE);
	assert_non_null(p);
	memset(p, 0xaf, count * EFI_PAGE_SIZE);
	pool.live++;
	pool.live_pages += count;
	*ret = (uintptr_t)p;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI free_pages(EFI_PHYSICAL_ADDRESS place, UINTN count)
{
	void *p = (void *)(uintptr_t)place;

	assert_true(place && place % EFI_PAGE_SIZE == 0);
	/* As many as were asked for: firmware would keep the rest. */
	assert_int_equal(
		__sanitizer_get_allocated_size(p), count * EFI_PAGE_SIZE);
	free(p);
	pool.live--;
	pool.live_pages -= count;
	return EFI_SUCCESS;
}

static EFI_BOOT_SERVICES services = {
	.AllocatePool = allocate_pool,
	.FreePool = free_pool,
	.AllocatePages = allocate_pages,
	.FreePages = free_pages,
};

static int setup(void **state)
{
	(void)state;
	memset(&pool, 0, sizeof(pool));
	memset(&heap, 0, sizeof(heap));
	alloc_init(&services);
	return 0;
}

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
		cmocka_unit_test_setup(test_before_init, setup),
		cmocka_unit_test_setup(test_aligned, setup),
		cmocka_unit_test_setup(test_zeroed, setup),
		cmocka_unit_test_setup(test_resized, setup),
		cmocka_unit_test_setup(test_pages, setup),
		cmocka_unit_test_setup(test_pages_resized, setup),
		cmocka_unit_test_setup(test_pages_budget, setup),
		cmocka_unit_test_setup(test_budget, setup),
		cmocka_unit_test_setup(test_damage, setup),
		cmocka_unit_test_setup(test_pages_damage, setup),
		cmocka_unit_test_setup(test_kept, setup),
		cmocka_unit_test_setup(test_kept_makes_room, setup),
		cmocka_unit_test_setup(test_kept_damage, setup),
		cmocka_unit_test_setup(test_random, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
