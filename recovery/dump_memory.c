/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PHYSICAL_MEMORY_DESCRIPTOR64 at 0x88 of the header:
 *
 *	00 u32 runs	08 u64 pages	10 runs: u64 first page, u64 pages
 *
 * The bitmap's header at 0x2000:
 *
 *	00 "SDMPDUMP" or "FDMPDUMP"	20 u64 offset of the first page
 *	28 u64 pages that are present	30 u64 bits	38 the bitmap
 */
#include "recovery/dump_memory.h"

#include <stdlib.h>
#include <string.h>

#include "storage/bytes.h"
#include "storage/err.h"

#define RUNS_AT	    0x88
#define RUNS_HEAD   0x10
#define RUN_BYTES   16
#define BITMAP_AT   DUMP_HEADER_BYTES
#define BITMAP_HEAD 0x38
#define BLOCK_PAGES (8ull * DUMP_BLOCK_BYTES)

/* A piece of the file, in memory. */
struct dump_kept {
	uint64_t number;
	uint64_t used_at; /* 0: holds nothing */
	uint8_t *bytes;
};

/* --- Pieces in memory ------------------------------------------------------
 */

static struct dump_kept *kept_open(size_t count, size_t bytes)
{
	struct dump_kept *k = calloc(count, sizeof(*k) + bytes);
	size_t i;

	if (!k)
		return NULL;
	for (i = 0; i < count; i++)
		k[i].bytes = (uint8_t *)(k + count) + i * bytes;
	return k;
}

/* The piece of that number, or else the one to replace. */
static struct dump_kept *kept_pick(
	struct dump_memory *m, struct dump_kept *k, size_t count, uint64_t n)
{
	struct dump_kept *oldest = k;
	size_t i;

	for (i = 0; i < count; i++) {
		if (k[i].used_at && k[i].number == n) {
			k[i].used_at = ++m->clock;
			return &k[i];
		}
		if (k[i].used_at < oldest->used_at)
			oldest = &k[i];
	}
	oldest->used_at = 0;
	return oldest;
}

static int kept_fill(struct dump_memory *m, struct dump_kept *k,
	uint64_t number, uint64_t offset, size_t len)
{
	int err;

	if (m->reads >= DUMP_MAX_READS)
		return -ERR_TOO_LARGE;
	m->reads++;
	err = disk_read(m->disk, offset, k->bytes, len);
	if (err < 0)
		return err;
	k->number = number;
	k->used_at = ++m->clock;
	return 0;
}

/* --- The bitmap ----------------------------------------------------------- */

static uint32_t count_bits(const uint8_t *bytes, size_t bits)
{
	uint32_t count = 0;
	size_t i;

	for (i = 0; i < bits / 64; i++) {
		uint64_t v = le64_get(bytes + 8 * i);

		v -= v >> 1 & 0x5555555555555555u;
		v = (v & 0x3333333333333333u) + (v >> 2 & 0x3333333333333333u);
		v = (v + (v >> 4)) & 0x0F0F0F0F0F0F0F0Fu;
		count += (uint32_t)(v * 0x0101010101010101u >> 56);
	}
	for (i *= 64; i < bits; i++)
		count += bytes[i / 8] >> i % 8 & 1;
	return count;
}

static uint64_t block_bits(const struct dump_memory *m, uint64_t block)
{
	uint64_t rest = m->pages - block * BLOCK_PAGES;

	return rest < BLOCK_PAGES ? rest : BLOCK_PAGES;
}

static int get_block(
	struct dump_memory *m, uint64_t block, const uint8_t **ret_bits)
{
	struct dump_kept *k =
		kept_pick(m, m->kept_blocks, m->kept_block_count, block);
	int err = 0;

	if (!k->used_at)
		err = kept_fill(m, k, block,
			BITMAP_AT + BITMAP_HEAD + block * DUMP_BLOCK_BYTES,
			(size_t)((block_bits(m, block) + 7) / 8));
	*ret_bits = k->bytes;
	return err;
}

/* Counts what is present, block by block, once. */
static int count_blocks(
	struct dump_memory *m, uint32_t blocks, uint64_t present)
{
	const uint8_t *bits = NULL;
	uint32_t sum = 0;
	uint32_t i;
	int err = 0;

	m->before = calloc(blocks, sizeof(*m->before));
	m->kept_block_count =
		blocks < DUMP_KEPT_BLOCKS ? blocks : DUMP_KEPT_BLOCKS;
	m->kept_blocks = kept_open(m->kept_block_count, DUMP_BLOCK_BYTES);
	if (!m->before || !m->kept_blocks)
		return -ERR_NO_MEMORY;
	for (i = 0; err == 0 && i < blocks; i++) {
		m->before[i] = sum;
		err = get_block(m, i, &bits);
		if (err == 0)
			sum += count_bits(bits, (size_t)block_bits(m, i));
	}
	return err == 0 && sum != present ? -ERR_CORRUPT : err;
}

static int open_bitmap(struct dump_memory *m)
{
	uint8_t head[BITMAP_HEAD];
	uint64_t blocks;
	int err = disk_read(m->disk, BITMAP_AT, head, sizeof(head));

	if (err < 0)
		return err;
	if ((head[0] != 'S' && head[0] != 'F') ||
		memcmp(head + 1, "DMPDUMP", 7) != 0)
		return -ERR_CORRUPT;
	m->first_page = le64_get(head + 0x20);
	m->pages = le64_get(head + 0x30);
	if (!m->pages || m->first_page < BITMAP_AT + BITMAP_HEAD)
		return -ERR_CORRUPT;
	if (m->pages > DUMP_MAX_BLOCKS * BLOCK_PAGES)
		return -ERR_TOO_LARGE;
	blocks = (m->pages + BLOCK_PAGES - 1) / BLOCK_PAGES;
	return count_blocks(m, (uint32_t)blocks, le64_get(head + 0x28));
}

static int find_bit(struct dump_memory *m, uint64_t page, uint64_t *ret_at)
{
	uint64_t block = page / BLOCK_PAGES;
	size_t bit = (size_t)(page % BLOCK_PAGES);
	const uint8_t *bits = NULL;
	int err;

	if (page >= m->pages)
		return -ERR_NOT_FOUND;
	err = get_block(m, block, &bits);
	if (err < 0)
		return err;
	if (!(bits[bit / 8] >> bit % 8 & 1))
		return -ERR_NOT_FOUND;
	*ret_at = m->before[block] + count_bits(bits, bit);
	return 0;
}

/* --- Runs ----------------------------------------------------------------- */

static int open_runs(struct dump_memory *m)
{
	uint8_t bytes[RUNS_HEAD + DUMP_MAX_RUNS * RUN_BYTES];
	uint64_t at = 0;
	size_t i;
	int err = disk_read(m->disk, RUNS_AT, bytes, sizeof(bytes));

	if (err < 0)
		return err;
	m->run_count = le32_get(bytes);
	if (!m->run_count || m->run_count > DUMP_MAX_RUNS)
		return -ERR_CORRUPT; /* also "PAGE": not filled in */
	for (i = 0; i < m->run_count; i++) {
		const uint8_t *run = bytes + RUNS_HEAD + (size_t)i * RUN_BYTES;
		struct dump_run *r = &m->runs[i];

		r->first = le64_get(run);
		r->count = le64_get(run + 8);
		r->at = at;
		if (r->count > DUMP_MAX_BLOCKS * BLOCK_PAGES)
			return -ERR_TOO_LARGE;
		at += r->count;
	}
	m->first_page = DUMP_HEADER_BYTES;
	return 0;
}

static int find_run(
	const struct dump_memory *m, uint64_t page, uint64_t *ret_at)
{
	uint32_t i;

	for (i = 0; i < m->run_count; i++) {
		const struct dump_run *r = &m->runs[i];

		if (page < r->first || page - r->first >= r->count)
			continue;
		*ret_at = r->at + (page - r->first);
		return 0;
	}
	return -ERR_NOT_FOUND;
}

/* --- Pages ---------------------------------------------------------------- */

int dump_memory_open(struct dump_memory *m, struct disk *d, uint32_t type)
{
	int err = -ERR_UNSUPPORTED;

	memset(m, 0, sizeof(*m));
	m->disk = d;
	m->kept_pages = kept_open(DUMP_KEPT_PAGES, DUMP_PAGE_BYTES);
	if (!m->kept_pages)
		err = -ERR_NO_MEMORY;
	else if (type == DUMP_FULL)
		err = open_runs(m);
	else if (type >= DUMP_BITMAP_FULL && type <= DUMP_AUTOMATIC)
		err = open_bitmap(m);
	m->reads = 0; /* those for opening are bounded by themselves */
	if (err < 0)
		dump_memory_close(m);
	return err;
}

int dump_memory_find(struct dump_memory *m, uint64_t page, uint64_t *ret_offset)
{
	uint64_t size = m->disk->size_bytes;
	uint64_t at = 0;
	int err;

	err = m->pages ? find_bit(m, page, &at) : find_run(m, page, &at);
	if (err < 0)
		return err;
	/* At most 42 runs of 2^28 pages: this does not overflow. */
	if (m->first_page > size ||
		at >= (size - m->first_page) / DUMP_PAGE_BYTES)
		return -ERR_TRUNCATED;
	*ret_offset = m->first_page + at * DUMP_PAGE_BYTES;
	return 0;
}

int dump_memory_read(
	struct dump_memory *m, uint64_t address, void *buf, size_t len)
{
	uint64_t page = address / DUMP_PAGE_BYTES;
	size_t skip = (size_t)(address % DUMP_PAGE_BYTES);
	struct dump_kept *k;
	uint64_t offset = 0;
	int err = 0;

	if (len > DUMP_PAGE_BYTES - skip)
		return -ERR_INTERNAL;
	k = kept_pick(m, m->kept_pages, DUMP_KEPT_PAGES, page);
	if (!k->used_at) {
		err = dump_memory_find(m, page, &offset);
		if (err == 0)
			err = kept_fill(m, k, page, offset, DUMP_PAGE_BYTES);
	}
	if (err == 0)
		memcpy(buf, k->bytes + skip, len);
	return err;
}

void dump_memory_close(struct dump_memory *m)
{
	free(m->before);
	free(m->kept_blocks);
	free(m->kept_pages);
	memset(m, 0, sizeof(*m));
}
