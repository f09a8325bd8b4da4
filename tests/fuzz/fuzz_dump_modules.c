/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Page tables, the list of modules and the stack in any memory: an answer with
 * few reads.  No fuzzer guesses page tables, so a good machine is changed.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "recovery/blame.h"
#include "storage/bytes.h"
#include "tests/support/counted_disk.h"

/* A full dump of as many pages: two sets of tables, list, entries, stack. */
#define PAGES	   16
#define FILE_BYTES (DUMP_HEADER_BYTES + PAGES * DUMP_PAGE_BYTES)
#define HEAD	   0xFFFFF80000000100ull /* all in one table of pages */
#define ENTRIES	   0xFFFFF80000001000ull
#define STACK	   0xFFFFF80000003F00ull
#define IMAGES	   0xFFFFF80000000000ull /* the head is in the first */
#define COUNT	   24u
#define STEP	   0x100u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t *page_at(uint8_t *bytes, unsigned int page)
{
	return bytes + DUMP_HEADER_BYTES + page * DUMP_PAGE_BYTES;
}

/* Levels 3 to 0 are pages 1 to 4; what is mapped follows from page 5 on. */
static void put_tables(uint8_t *bytes, uint64_t flags)
{
	for (unsigned int level = 3; level; level--)
		le64_put(page_at(bytes, 4 - level) +
				 (HEAD >> (12 + 9 * level) & 511) * 8,
			(uint64_t)(5 - level) * DUMP_PAGE_BYTES | flags);
	for (unsigned int i = 0; i < 8; i++)
		le64_put(page_at(bytes, 4) + 8 * i,
			(uint64_t)(5 + i) * DUMP_PAGE_BYTES | flags);
}

static void put_list(uint8_t *bytes)
{
	uint8_t *head = page_at(bytes, 5) + HEAD % DUMP_PAGE_BYTES;

	le64_put(head, ENTRIES);
	for (unsigned int i = 0; i < COUNT; i++) {
		uint8_t *e = page_at(bytes, 6) + i * STEP;
		uint64_t at = ENTRIES + i * STEP;

		le64_put(e, i + 1 < COUNT ? at + STEP : HEAD);
		le64_put(e + 8, i ? at - STEP : HEAD);
		le64_put(e + 0x30, IMAGES + i * 0x1000);
		le32_put(e + 0x40, 0x1000);
		le16_put(e + 0x58, 12);
		le64_put(e + 0x60, at + 0xA0);
		memcpy(e + 0xA0, "a\0.\0s\0y\0s\0\0\0", 12);
	}
	le64_put(page_at(bytes, 8) + 0xF10, IMAGES + 0x3010);
}

static void look(const struct dump *d, uint8_t *bytes, size_t len)
{
	struct counted_disk disk;
	struct dump_modules m;
	struct dump_module module;
	struct blame b;

	counted_disk_open(&disk, bytes, len);
	if (dump_modules_open(&m, &disk.meter.disk, d) < 0)
		return;
	if (!m.count || m.count > DUMP_MAX_MODULES)
		abort();
	for (uint32_t i = 0; i < COUNT; i++)
		if (dump_modules_find(&m, IMAGES + i * 0x1000, &module) > 0 &&
			memchr(module.name, 0, sizeof(module.name)) == NULL)
			abort();
	if (blame_module(d, &m, &b) < 0 && b.by == BLAME_STACK)
		abort();
	if (strlen(b.module) >= BLAME_NAME_BYTES)
		abort();
	dump_modules_close(&m);
	if (counted_disk_reads(&disk) > DUMP_MAX_READS + 8)
		abort();
}

/*
 * The first byte chooses the processor and what to change: bytes, at places
 * within the pages, in triples, or whole words in groups of ten.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t bytes[FILE_BYTES];
	struct dump d = {.type = DUMP_FULL,
		.code = 0x50,
		.parameters = {0, 0, IMAGES + 0x2345, 0},
		.page_tables = DUMP_PAGE_BYTES,
		.module_list = HEAD,
		.program_counter = IMAGES + 0x4321,
		.stack_pointer = STACK};
	size_t i;

	if (!size)
		return 0;
	memset(bytes, 0, sizeof(bytes));
	le32_put(bytes + 0x88, 1);
	le64_put(bytes + 0xA0, PAGES);
	d.machine = data[0] & 1 ? DUMP_MACHINE_ARM64 : DUMP_MACHINE_X64;
	put_tables(bytes, d.machine == DUMP_MACHINE_X64 ? 0x63 : 0x703);
	put_list(bytes);
	if (data[0] & 2)
		for (i = 1; i + 10 <= size; i += 10)
			memcpy(page_at(bytes, 1) +
					(le16_get(data + i) & 0x1FFFu) * 8 %
						(12 * DUMP_PAGE_BYTES),
				data + i + 2, 8);
	else
		for (i = 1; i + 3 <= size; i += 3)
			page_at(bytes, 1)[le16_get(data + i) %
					  (12 * DUMP_PAGE_BYTES)] = data[i + 2];
	look(&d, bytes, data[0] & 4 ? FILE_BYTES / 2 : FILE_BYTES);
	return 0;
}
