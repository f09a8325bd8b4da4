/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dump_memory_open() and dump_memory_find() on any bytes behind a header: every
 * page that is found lies within the file, no two pages in one place.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "recovery/dump_memory.h"
#include "tests/support/counted_disk.h"

#define MOST_BYTES (DUMP_HEADER_BYTES + (1u << 20))

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Pages from @first on; those present come one after the other. */
static void find_all(struct dump_memory *m, uint64_t first, bool is_bitmap)
{
	uint64_t last = 0;

	for (uint64_t page = first; page < first + 300; page++) {
		uint64_t offset;
		uint8_t byte;

		if (dump_memory_find(m, page, &offset) < 0)
			continue;
		if (offset > m->disk->size_bytes ||
			m->disk->size_bytes - offset < DUMP_PAGE_BYTES)
			abort();
		if (is_bitmap && last && offset != last + DUMP_PAGE_BYTES)
			abort();
		last = offset;
		if (page <= UINT64_MAX / DUMP_PAGE_BYTES)
			(void)dump_memory_read(
				m, page * DUMP_PAGE_BYTES, &byte, 1);
	}
}

/*
 * The first byte is the type; then come the runs of a full dump, or what is at
 * 0x2000 of another.  Reading goes on with zeros where the input ends: a bitmap
 * may be long.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t bytes[MOST_BYTES];
	struct counted_disk disk;
	struct dump_memory m;
	size_t at, len;

	if (!size || size > MOST_BYTES / 2)
		return 0;
	memset(bytes, 0, sizeof(bytes));
	at = data[0] == DUMP_FULL ? 0x88 : DUMP_HEADER_BYTES;
	memcpy(bytes + at, data + 1, size - 1);
	/* Its end is at odd places, too. */
	len = MOST_BYTES - size % 5 * 0x11111;
	counted_disk_open(&disk, bytes, len);
	if (dump_memory_open(&m, &disk.meter.disk, data[0]) < 0)
		return 0;
	find_all(&m, 0, m.pages > 0);
	find_all(&m, m.pages ? m.pages - 200 : m.runs[0].first, m.pages > 0);
	if (m.reads > DUMP_MAX_READS)
		abort();
	dump_memory_close(&m);
	return 0;
}
