/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The firmware's malloc family (efi/alloc.c) beside the host's, on boot
 * services that check what they are given, for a file of tests.
 */
#ifndef TESTS_SUPPORT_ALLOC_RIG_H
#define TESTS_SUPPORT_ALLOC_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sanitizer/allocator_interface.h>

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
static inline size_t not_given_back(void)
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

/* For cmocka. */
static inline int alloc_rig_setup(void **state)
{
	(void)state;
	memset(&pool, 0, sizeof(pool));
	memset(&heap, 0, sizeof(heap));
	alloc_init(&services);
	return 0;
}

#endif
