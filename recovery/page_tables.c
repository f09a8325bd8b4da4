/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/page_tables.h"

#include "storage/bytes.h"
#include "storage/err.h"

#define PAGE_SHIFT  12
#define LEVEL_SHIFT 9
#define LEVEL_MASK  0x1FFu
#define ENTRY_BYTES 8

/* Level 0 maps pages of 4 KiB, 1 of 2 MiB, 2 of 1 GiB; above are only tables.
 */
#define LARGEST_PAGE 2

#define PRESENT 1u /* x64: P; Arm: the descriptor is valid */

#define X64_ADDRESS 0x000FFFFFFFFFF000u
#define X64_LARGE   0x80u

#define ARM_ADDRESS 0x0000FFFFFFFFF000u
#define ARM_TABLE   2u /* of a page: reserved if clear */

enum kind { KIND_NOTHING, KIND_TABLE, KIND_PAGE };

static enum kind kind_of(uint32_t machine, unsigned int level, uint64_t entry)
{
	bool is_large = machine == DUMP_MACHINE_X64 ? entry & X64_LARGE
						    : !(entry & ARM_TABLE);

	if (!(entry & PRESENT))
		return KIND_NOTHING;
	if (level == 0) /* bit 7 of x64 is something else there */
		return machine == DUMP_MACHINE_X64 || !is_large ? KIND_PAGE
								: KIND_NOTHING;
	if (!is_large)
		return KIND_TABLE;
	return level <= LARGEST_PAGE ? KIND_PAGE : KIND_NOTHING;
}

int page_tables_find(
	const struct page_tables *t, uint64_t address, uint64_t *ret_physical)
{
	uint64_t mask =
		t->machine == DUMP_MACHINE_X64 ? X64_ADDRESS : ARM_ADDRESS;
	uint64_t table = t->root & mask;
	unsigned int level;

	/* On level 0 is nothing or a page: there it ends. */
	for (level = t->levels - 1;; level--) {
		unsigned int shift = PAGE_SHIFT + LEVEL_SHIFT * level;
		uint64_t within = ((uint64_t)1 << shift) - 1;
		uint8_t bytes[ENTRY_BYTES];
		uint64_t entry;
		enum kind kind;
		int err;

		err = dump_memory_read(t->memory,
			table + (address >> shift & LEVEL_MASK) * ENTRY_BYTES,
			bytes, sizeof(bytes));
		if (err < 0)
			return err;
		entry = le64_get(bytes);
		kind = kind_of(t->machine, level, entry);
		if (kind == KIND_NOTHING)
			return -ERR_NOT_FOUND;
		table = entry & mask;
		if (kind == KIND_PAGE) {
			*ret_physical = (table & ~within) | (address & within);
			return 0;
		}
	}
}

int page_tables_read(
	const struct page_tables *t, uint64_t address, void *buf, size_t len)
{
	uint8_t *out = buf;

	if (len && len - 1 > UINT64_MAX - address)
		return -ERR_NOT_FOUND;
	while (len) {
		size_t piece =
			DUMP_PAGE_BYTES - (size_t)(address % DUMP_PAGE_BYTES);
		uint64_t physical = 0;
		int err = page_tables_find(t, address, &physical);

		if (piece > len)
			piece = len;
		if (err == 0)
			err = dump_memory_read(t->memory, physical, out, piece);
		if (err < 0)
			return err;
		address += piece;
		out += piece;
		len -= piece;
	}
	return 0;
}
