/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Knows the header in front of each block, and the budget. */
#include "efi/alloc.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/*
 * AllocatePool aligns to 8 bytes only, malloc() owes 16: @shift says how far
 * the header was moved up.
 */
struct block {
	uint64_t size; /* as asked for */
	uint32_t magic;
	uint32_t shift; /* 0 or 8 */
};

#define BLOCK_MAGIC    0x4b434c42u /* "BLCK" */
#define FREED_MAGIC    0x44455246u /* "FRED" */
#define BLOCK_ALIGN    16
#define BLOCK_OVERHEAD (sizeof(struct block) + BLOCK_ALIGN - 8)

_Static_assert(sizeof(struct block) == BLOCK_ALIGN, "keeps the alignment");

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

/* The header of @p, or NULL and one more damage if there is none. */
static struct block *block_of(void *p)
{
	struct block *b = (struct block *)p - 1;

	if ((uintptr_t)p % BLOCK_ALIGN == 0 && b->magic == BLOCK_MAGIC &&
		(b->shift == 0 || b->shift == 8) && b->size <= heap.current)
		return b;
	heap.damaged++;
	return NULL;
}

void *malloc(size_t size)
{
	EFI_STATUS status;
	struct block *b;
	void *pool;
	uint32_t shift;

	if (!heap.boot || size > ALLOC_MAX_BYTES - BLOCK_OVERHEAD ||
		heap.current > ALLOC_MAX_BYTES - BLOCK_OVERHEAD - size)
		goto fail;
	status = heap.boot->AllocatePool(
		EfiLoaderData, size + BLOCK_OVERHEAD, &pool);
	if (status != EFI_SUCCESS || !pool)
		goto fail;
	shift = (uintptr_t)pool % BLOCK_ALIGN ? 8 : 0;
	b = (struct block *)(void *)((unsigned char *)pool + shift);
	*b = (struct block){
		.size = size,
		.magic = BLOCK_MAGIC,
		.shift = shift,
	};
	heap.current += size + BLOCK_OVERHEAD;
	if (heap.current > heap.peak)
		heap.peak = heap.current;
	return b + 1;
fail:
	errno = ENOMEM;
	return NULL;
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

	/* Quirk Q41: FreePool(NULL) stops debug firmware. */
	if (!p)
		return;
	b = block_of(p);
	if (!b)
		return;
	heap.current -= b->size + BLOCK_OVERHEAD;
	b->magic = FREED_MAGIC;
	heap.boot->FreePool((unsigned char *)b - b->shift);
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
	grown = malloc(size);
	if (!grown)
		return NULL;
	memcpy(grown, p, b->size < size ? b->size : size);
	free(p);
	return grown;
}
