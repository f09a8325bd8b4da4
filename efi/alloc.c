/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Knows the header in front of each block, and the budget. */
#include "efi/alloc.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/*
 * In front of each block.  AllocatePool aligns to 8 bytes only, malloc() owes
 * 16, so the header may have been moved up.
 */
struct block {
	uint64_t size; /* as asked for */
	uint32_t magic;
	uint32_t extra; /* pool: moved up by 0 or 8 bytes; pages: how many */
};

#define POOL_MAGIC  0x4c4f4f50u /* "POOL" */
#define PAGES_MAGIC 0x45474150u /* "PAGE" */
#define FREED_MAGIC 0x44455246u /* "FRED" */

#define BLOCK_ALIGN   16
#define POOL_OVERHEAD (sizeof(struct block) + BLOCK_ALIGN - 8)

/*
 * From here on a block gets pages of its own.  It would anyway: firmware's
 * pools take such blocks from pages too, and many fill them with a pattern
 * first (OVMF spends twenty times as long on a block of 64 KiB as on pages).
 */
#define PAGES_MIN_BYTES (EFI_PAGE_SIZE - POOL_OVERHEAD)

_Static_assert(sizeof(struct block) == BLOCK_ALIGN, "keeps the alignment");
_Static_assert(ALLOC_MAX_BYTES % EFI_PAGE_SIZE == 0, "a budget of pages");

static struct {
	EFI_BOOT_SERVICES *boot;
	size_t current;
	size_t peak;
	size_t damaged;
} heap;

void alloc_init(EFI_BOOT_SERVICES *boot)
{
	heap.boot = boot;
}

size_t alloc_current_bytes(void)
{
	return heap.current;
}

size_t alloc_peak_bytes(void)
{
	return heap.peak;
}

size_t alloc_damage_count(void)
{
	return heap.damaged;
}

/* What a block takes from the budget. */
static size_t block_cost(const struct block *b)
{
	return b->magic == PAGES_MAGIC ? (size_t)b->extra * EFI_PAGE_SIZE
				       : b->size + POOL_OVERHEAD;
}

static bool pool_block_check(const struct block *b)
{
	return (b->extra == 0 || b->extra == 8) && b->size < PAGES_MIN_BYTES;
}

static bool pages_block_check(const struct block *b)
{
	return (uintptr_t)b % EFI_PAGE_SIZE == 0 && b->extra &&
	       b->extra <= ALLOC_MAX_BYTES / EFI_PAGE_SIZE &&
	       b->size <= block_cost(b) - sizeof(*b);
}

/* The header of @p, or NULL and one more damage if there is none. */
static struct block *block_of(void *p)
{
	struct block *b = (struct block *)p - 1;

	if ((uintptr_t)p % BLOCK_ALIGN == 0 &&
		((b->magic == POOL_MAGIC && pool_block_check(b)) ||
			(b->magic == PAGES_MAGIC && pages_block_check(b))) &&
		block_cost(b) <= heap.current)
		return b;
	heap.damaged++;
	return NULL;
}

static struct block *pool_take(size_t size)
{
	EFI_STATUS status;
	struct block *b;
	void *pool;
	uint32_t shift;

	if (heap.current > ALLOC_MAX_BYTES - POOL_OVERHEAD - size)
		return NULL;
	status = heap.boot->AllocatePool(
		EfiLoaderData, size + POOL_OVERHEAD, &pool);
	if (status != EFI_SUCCESS || !pool)
		return NULL;
	shift = (uintptr_t)pool % BLOCK_ALIGN ? 8 : 0;
	b = (struct block *)(void *)((unsigned char *)pool + shift);
	*b = (struct block){.size = size, .magic = POOL_MAGIC, .extra = shift};
	return b;
}

/* How many pages hold @size bytes and the header; 0 if that is too much. */
static size_t pages_for(size_t size)
{
	if (size > ALLOC_MAX_BYTES - sizeof(struct block))
		return 0;
	return (size + sizeof(struct block) + EFI_PAGE_SIZE - 1) /
	       EFI_PAGE_SIZE;
}

static struct block *pages_take(size_t size)
{
	const size_t count = pages_for(size);
	EFI_PHYSICAL_ADDRESS place = 0;
	EFI_STATUS status;
	struct block *b;

	if (!count || heap.current > ALLOC_MAX_BYTES - count * EFI_PAGE_SIZE)
		return NULL;
	status = heap.boot->AllocatePages(
		AllocateAnyPages, EfiLoaderData, count, &place);
	if (status != EFI_SUCCESS || !place)
		return NULL;
	b = (struct block *)(uintptr_t)place;
	*b = (struct block){
		.size = size,
		.magic = PAGES_MAGIC,
		.extra = (uint32_t)count,
	};
	return b;
}

void *malloc(size_t size)
{
	struct block *b = NULL;

	if (heap.boot)
		b = size < PAGES_MIN_BYTES ? pool_take(size) : pages_take(size);
	if (!b) {
		errno = ENOMEM;
		return NULL;
	}
	heap.current += block_cost(b);
	if (heap.current > heap.peak)
		heap.peak = heap.current;
	return b + 1;
}

void *calloc(size_t count, size_t size)
{
	size_t bytes;
	void *p;

	if (__builtin_mul_overflow(count, size, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	p = malloc(bytes);
	return p ? memset(p, 0, bytes) : NULL;
}

void free(void *p)
{
	struct block *b;
	uint32_t magic;

	/* Quirk Q41: FreePool(NULL) stops debug firmware. */
	if (!p)
		return;
	b = block_of(p);
	if (!b)
		return;
	heap.current -= block_cost(b);
	magic = b->magic;
	b->magic = FREED_MAGIC; /* a second free() must not pass */
	if (magic == PAGES_MAGIC)
		heap.boot->FreePages((uintptr_t)b, b->extra);
	else
		heap.boot->FreePool((unsigned char *)b - b->extra);
}

/* As C has it: when it fails, the old block is still there. */
void *realloc(void *p, size_t size)
{
	struct block *b;
	void *grown;

	if (!p)
		return malloc(size);
	b = block_of(p);
	if (!b) {
		errno = ENOMEM;
		return NULL;
	}
	/* The last page often has room for what is added. */
	if (b->magic == PAGES_MAGIC && pages_for(size) == b->extra) {
		b->size = size;
		return p;
	}
	grown = malloc(size);
	if (!grown)
		return NULL;
	memcpy(grown, p, b->size < size ? b->size : size);
	free(p);
	return grown;
}
