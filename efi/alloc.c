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

/*
 * Pages that were freed, for the next block: firmware fills what is given back
 * with a pattern (OVMF does), and the same few sizes are asked for
 * again and again.
 */
struct kept {
	struct block block; /* with FREED_MAGIC, so that no free() takes it */
	struct kept *next;
};

/* A block may take kept pages that are up to so many times what it needs. */
#define KEPT_MAX_WASTE 2

_Static_assert(sizeof(struct block) == BLOCK_ALIGN, "keeps the alignment");
_Static_assert(ALLOC_MAX_BYTES % EFI_PAGE_SIZE == 0, "a budget of pages");

static struct {
	EFI_BOOT_SERVICES *boot;
	size_t current; /* without what is kept */
	size_t peak;	/* with it */
	struct kept *kept;
	size_t kept_bytes;
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

/* How many pages hold @size bytes and the header; 0 if that is too much. */
static size_t pages_for(size_t size)
{
	if (size > ALLOC_MAX_BYTES - sizeof(struct block))
		return 0;
	return (size + sizeof(struct block) + EFI_PAGE_SIZE - 1) /
	       EFI_PAGE_SIZE;
}

/* Something wrote into what is kept: none of it can be followed any more. */
static bool kept_check(const struct kept *k)
{
	if (k->block.magic == FREED_MAGIC && k->block.extra &&
		k->block.extra <= heap.kept_bytes / EFI_PAGE_SIZE)
		return true;
	heap.damaged++;
	heap.kept = NULL;
	heap.kept_bytes = 0;
	return false;
}

/* Would @have pages do for a block of @count, 0 being too many? */
static bool pages_fit(size_t have, size_t count)
{
	return count && have >= count && have / KEPT_MAX_WASTE <= count;
}

/* The smallest kept block that has @count pages and not many more, or NULL. */
static struct block *kept_take(size_t count)
{
	struct kept **best = NULL;
	struct kept *k;

	for (struct kept **at = &heap.kept; *at; at = &(*at)->next) {
		if (!kept_check(*at))
			return NULL;
		k = *at;
		if (pages_fit(k->block.extra, count) &&
			(!best || k->block.extra < (*best)->block.extra))
			best = at;
	}
	if (!best)
		return NULL;
	k = *best;
	*best = k->next;
	heap.kept_bytes -= k->block.extra * (size_t)EFI_PAGE_SIZE;
	return &k->block;
}

static void kept_put(struct block *b)
{
	struct kept *k = (struct kept *)b;

	k->next = heap.kept;
	heap.kept = k;
	heap.kept_bytes += b->extra * (size_t)EFI_PAGE_SIZE;
}

void alloc_give_back(void)
{
	struct kept *k;

	while (heap.kept && kept_check(heap.kept)) {
		k = heap.kept;
		heap.kept = k->next;
		heap.kept_bytes -= k->block.extra * (size_t)EFI_PAGE_SIZE;
		heap.boot->FreePages((uintptr_t)k, k->block.extra);
	}
}

/* Is there a budget for @cost bytes more? */
static bool make_room(size_t cost)
{
	if (heap.current > ALLOC_MAX_BYTES - cost)
		return false;
	if (heap.kept_bytes > ALLOC_MAX_BYTES - cost - heap.current)
		alloc_give_back();
	return true;
}

static struct block *pool_take(size_t size)
{
	EFI_STATUS status;
	struct block *b;
	void *pool;
	uint32_t shift;

	if (!make_room(size + POOL_OVERHEAD))
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

static struct block *pages_ask(size_t count)
{
	EFI_PHYSICAL_ADDRESS place = 0;
	EFI_STATUS status = heap.boot->AllocatePages(
		AllocateAnyPages, EfiLoaderData, count, &place);

	/* What it lacks may be what is kept. */
	if (status != EFI_SUCCESS && heap.kept) {
		alloc_give_back();
		status = heap.boot->AllocatePages(
			AllocateAnyPages, EfiLoaderData, count, &place);
	}
	return status == EFI_SUCCESS ? (struct block *)(uintptr_t)place : NULL;
}

static struct block *pages_take(size_t size)
{
	size_t count = pages_for(size);
	struct block *b;

	if (!count || heap.current > ALLOC_MAX_BYTES - count * EFI_PAGE_SIZE)
		return NULL;
	b = kept_take(count);
	if (b)
		count = b->extra;
	else if (make_room(count * EFI_PAGE_SIZE))
		b = pages_ask(count);
	if (b)
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
	if (heap.current + heap.kept_bytes > heap.peak)
		heap.peak = heap.current + heap.kept_bytes;
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
		kept_put(b);
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
	if (b->magic == PAGES_MAGIC && pages_fit(b->extra, pages_for(size))) {
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
