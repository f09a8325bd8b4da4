/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Page tables of both processors, and the kernel's list of modules in full and
 * bitmap dumps: a small machine built here, and dumps made by mkdump.py.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/blame.h"
#include "recovery/evidence_report.h"
#include "storage/bytes.h"
#include "storage/err.h"
#include "tests/support/emudisk.h"
#include "tests/support/failalloc.h"
#include "tests/support/make_image.h"
#include "tests/support/counted_disk.h"

/* A machine of as many pages, in a full dump; tables are its first ones. */
#define PAGES	   192
#define FILE_BYTES (DUMP_HEADER_BYTES + PAGES * DUMP_PAGE_BYTES)

/* Where things are in it, virtual addresses and pages. */
#define LIST_HEAD   0xFFFFF80200000100ull /* in the first module */
#define LIST_PAGE   20
#define ENTRIES	    0xFFFFBF0F12340000ull
#define ENTRIES_AT  21 /* pages, one after the other */
#define ENTRY_PAGES 8
#define ENTRY_STEP  0x100
#define STACK	    0xFFFF8504AB122F00ull
#define STACK_PAGE  40
#define MANY_AT	    64 /* a long list, to the end */

static uint8_t *bytes;
static struct counted_disk disk;
static struct dump header;
static struct dump_modules m;
static unsigned int next_table;

static uint8_t *page_at(uint64_t page)
{
	return bytes + DUMP_HEADER_BYTES + page * DUMP_PAGE_BYTES;
}

/* --- A machine ------------------------------------------------------------ */

static uint64_t entry_of(uint64_t page, unsigned int level, bool is_table)
{
	if (header.machine == DUMP_MACHINE_X64)
		return page << 12 | 0x63 | (level && !is_table ? 0x80 : 0) |
		       (uint64_t)1 << 63;
	return page << 12 | 0x60000000000700 | (is_table || !level ? 3 : 1);
}

/* The place of the entry for @address at @level; tables are made. */
static uint8_t *entry_for(
	uint64_t address, unsigned int levels, unsigned int level)
{
	uint64_t table = 1;

	for (unsigned int i = levels - 1;; i--) {
		uint8_t *e =
			page_at(table) + (address >> (12 + 9 * i) & 511) * 8;

		if (i == level)
			return e;
		if (!le64_get(e))
			le64_put(e, entry_of(next_table++, i, true));
		table = le64_get(e) >> 12 & 0xFFFFFF;
		assert_true(table < PAGES);
	}
}

static void map(uint64_t address, uint64_t page, unsigned int levels)
{
	le64_put(entry_for(address, levels, 0), entry_of(page, 0, false));
}

static uint64_t entry_address(unsigned int i)
{
	return ENTRIES + (uint64_t)i * ENTRY_STEP;
}

static uint8_t *entry_bytes(unsigned int i)
{
	return page_at(ENTRIES_AT) + (size_t)i * ENTRY_STEP;
}

/* Entry @i of a list of @count: "driver-i.sys", 64 KiB each. */
static void put_entry(unsigned int i, unsigned int count)
{
	uint8_t *e = entry_bytes(i);
	char name[32];

	le64_put(e, i + 1 < count ? entry_address(i + 1) : LIST_HEAD);
	le64_put(e + 8, i ? entry_address(i - 1) : LIST_HEAD);
	le64_put(e + 0x30, 0xFFFFF80200000000 + 0x10000ull * i);
	le32_put(e + 0x40, 0x10000);
	snprintf(name, sizeof(name), "Driver-%u.SYS", i);
	le16_put(e + 0x58, (uint16_t)(2 * strlen(name)));
	le64_put(e + 0x60, entry_address(i) + 0xA0);
	for (size_t k = 0; name[k]; k++)
		le16_put(e + 0xA0 + 2 * k, (uint8_t)name[k]);
}

static void put_list(unsigned int count)
{
	uint8_t *head = page_at(LIST_PAGE) + LIST_HEAD % DUMP_PAGE_BYTES;

	le64_put(head, count ? entry_address(0) : LIST_HEAD);
	le64_put(head + 8, count ? entry_address(count - 1) : LIST_HEAD);
	for (unsigned int i = 0; i < count; i++)
		put_entry(i, count);
}

static void put_machine(uint32_t machine, unsigned int levels)
{
	memset(bytes, 0, FILE_BYTES);
	le32_put(bytes + 0x88, 1);
	le64_put(bytes + 0x98, 0);
	le64_put(bytes + 0xA0, PAGES);
	header = (struct dump){.machine = machine,
		.type = DUMP_FULL,
		.code = 0x50,
		.page_tables = DUMP_PAGE_BYTES | 0xFFF0000000000008,
		.module_list = LIST_HEAD,
		.stack_pointer = STACK};
	next_table = 2;
	map(LIST_HEAD, LIST_PAGE, levels);
	for (unsigned int i = 0; i < ENTRY_PAGES; i++)
		map(ENTRIES + i * DUMP_PAGE_BYTES, ENTRIES_AT + i, levels);
	map(STACK, STACK_PAGE, levels);
	assert_true(next_table < LIST_PAGE);
	put_list(100);
	counted_disk_open(&disk, bytes, FILE_BYTES);
}

static int setup(void **state)
{
	(void)state;
	bytes = malloc(FILE_BYTES);
	put_machine(DUMP_MACHINE_X64, 4);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	dump_modules_close(&m);
	free(bytes);
	return 0;
}

static int open_modules(void)
{
	dump_modules_close(&m);
	return dump_modules_open(&m, &disk.meter.disk, &header);
}

static uint64_t address_of(unsigned int i)
{
	return 0xFFFFF80200000000 + 0x10000ull * i + 0x123;
}

/* --- Page tables ---------------------------------------------------------- */

static void expect_physical(uint64_t address, uint64_t physical)
{
	uint64_t found = 0;

	assert_int_equal(page_tables_find(&m.tables, address, &found), 0);
	assert_int_equal(found, physical);
}

static void expect_nothing(uint64_t address)
{
	uint64_t found;

	assert_int_equal(
		page_tables_find(&m.tables, address, &found), -ERR_NOT_FOUND);
}

static void pages_of_every_size(void **state)
{
	static const uint32_t machines[] = {
		DUMP_MACHINE_X64, DUMP_MACHINE_ARM64};
	const uint64_t two = 0xFFFF900000000000, one = 0xFFFF908000000000;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		put_machine(machines[i], 4);
		le64_put(entry_for(two, 4, 1), entry_of(0x40000, 1, false));
		le64_put(entry_for(one, 4, 2), entry_of(0x80000, 2, false));
		/* In the low bits of a large page's address is something else.
		 */
		if (machines[i] == DUMP_MACHINE_X64)
			entry_for(two, 4, 1)[1] |= 0x10;
		assert_int_equal(open_modules(), 0);
		assert_int_equal(m.tables.levels, 4);
		expect_physical(LIST_HEAD, LIST_PAGE * DUMP_PAGE_BYTES +
						   LIST_HEAD % DUMP_PAGE_BYTES);
		expect_physical(two + 0x1FFFFF, 0x401FFFFF);
		expect_nothing(two + 0x200000);
		expect_physical(one + 0x3FFFFFFF, 0xBFFFFFFF);
		expect_nothing(one + 0x40000000);
		expect_nothing(0);
		expect_nothing(UINT64_MAX);
	}
}

/* What is not there is not followed, whatever else the entry says. */
static void entries_that_map_nothing(void **state)
{
	static const struct {
		uint32_t machine;
		unsigned int level;
		uint64_t entry;
	} cases[] = {
		{DUMP_MACHINE_X64, 0, 0x15062},	      /* not present */
		{DUMP_MACHINE_X64, 0, 0x15862},	      /* in transition */
		{DUMP_MACHINE_X64, 3, 0x150E3},	      /* a page of 512 GiB */
		{DUMP_MACHINE_X64, 1, 0xFFFFFFFF063}, /* not in the dump */
		{DUMP_MACHINE_ARM64, 0, 0x15700},     /* not valid */
		{DUMP_MACHINE_ARM64, 0, 0x15701},     /* reserved */
		{DUMP_MACHINE_ARM64, 3, 0x15701},     /* a block of 512 GiB */
	};
	uint8_t byte;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		put_machine(cases[i].machine, 4);
		assert_int_equal(open_modules(), 0);
		le64_put(entry_for(ENTRIES, 4, cases[i].level), cases[i].entry);
		dump_modules_close(&m);
		assert_int_equal(open_modules(), -ERR_NOT_FOUND);
	}
	put_machine(DUMP_MACHINE_X64, 4);
	assert_int_equal(open_modules(), 0);
	assert_int_equal(page_tables_read(&m.tables, UINT64_MAX, &byte, 1),
		-ERR_NOT_FOUND);
	assert_int_equal(page_tables_read(&m.tables, UINT64_MAX - 5, bytes, 7),
		-ERR_NOT_FOUND);
	assert_int_equal(page_tables_read(&m.tables, ENTRIES, &byte, 0), 0);
}

/* A table that maps itself ends like any other. */
static void tables_in_circles(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 512; i++)
		le64_put(page_at(1) + 8 * i, entry_of(1, 3, true));
	assert_int_equal(open_modules(), -ERR_CORRUPT);
	assert_true(counted_disk_reads(&disk) < 20);
}

static void five_levels_are_noticed(void **state)
{
	struct dump_module module;

	(void)state;
	put_machine(DUMP_MACHINE_X64, 5);
	assert_int_equal(open_modules(), 0);
	assert_int_equal(m.tables.levels, 5);
	assert_int_equal(m.count, 100);
	assert_int_equal(dump_modules_find(&m, address_of(7), &module), 1);
	assert_string_equal(module.name, "Driver-7.SYS");
	put_machine(DUMP_MACHINE_ARM64, 5);
	assert_int_equal(open_modules(), -ERR_NOT_FOUND);
}

/* --- The list ------------------------------------------------------------- */

static void modules_are_found(void **state)
{
	struct dump_module module;

	(void)state;
	assert_int_equal(open_modules(), 0);
	assert_int_equal(m.count, 100);
	assert_int_equal(m.list_err, 0);
	for (unsigned int i = 0; i < 100; i++) {
		char name[32];

		assert_int_equal(
			dump_modules_find(&m, address_of(i), &module), 1);
		snprintf(name, sizeof(name), "Driver-%u.SYS", i);
		assert_string_equal(module.name, name);
		assert_int_equal(module.base, address_of(i) - 0x123);
		assert_int_equal(module.size, 0x10000);
	}
	assert_int_equal(dump_modules_find(&m, address_of(100), &module), 0);
	assert_int_equal(dump_modules_find(&m, 0, &module), 0);
	/* Header and runs, tables, list, seven pages of entries. */
	assert_in_range(counted_disk_reads(&disk), 10, 24);
}

static void a_list_that_breaks_off(void **state)
{
	static struct report_line line;
	const char *text;
	struct dump_module module;
	struct blame b;

	(void)state;
	/* Not pointing back: nothing from there on. */
	le64_put(entry_bytes(50) + 8, entry_address(3));
	assert_int_equal(open_modules(), 0);
	assert_int_equal(m.count, 50);
	assert_int_equal(m.list_err, -ERR_CORRUPT);
	assert_int_equal(dump_modules_find(&m, address_of(49), &module), 1);
	assert_int_equal(
		dump_modules_find(&m, address_of(50), &module), -ERR_CORRUPT);
	/* It could be anybody's: the next address does not name another. */
	header.parameters[2] = address_of(50);
	header.program_counter = address_of(3);
	assert_int_equal(blame_module(&header, &m, &b), -ERR_CORRUPT);
	assert_int_equal(b.by, BLAME_NOBODY);
	report_begin(&line, NULL);
	evidence_report_dump(&line, &header, &m);
	text = report_end(&line);
	assert_non_null(strstr(text, "\"driver_count\":50"));
	assert_non_null(strstr(text, "\"blamed_module\":null"));
	assert_non_null(strstr(text, "\"blame_error\":\"it is damaged\""));
	assert_non_null(strstr(text, "\"list_error\":\"it is damaged\""));
	header.parameters[2] = address_of(4);
	assert_int_equal(blame_module(&header, &m, &b), 0);
	assert_int_equal(b.by, BLAME_PARAMETER);
	assert_string_equal(b.module, "driver-4.sys");
	/* A page of it that is not in the dump. */
	put_list(100);
	le64_put(entry_for(entry_address(64), 4, 0), 0);
	assert_int_equal(open_modules(), 0);
	assert_int_equal(m.count, 64);
	assert_int_equal(m.list_err, -ERR_NOT_FOUND);
}

static void lists_in_circles(void **state)
{
	(void)state;
	le64_put(entry_bytes(50), entry_address(20));
	assert_int_equal(open_modules(), 0);
	assert_int_equal(m.count, 51);
	assert_int_equal(m.list_err, -ERR_CORRUPT);
	le64_put(entry_bytes(50), entry_address(50));
	assert_int_equal(open_modules(), 0);
	assert_int_equal(m.count, 51);
	put_list(0);
	assert_int_equal(open_modules(), -ERR_CORRUPT);
	put_list(100);
	le64_put(entry_bytes(0) + 8, entry_address(99));
	assert_int_equal(open_modules(), -ERR_CORRUPT);
}

/* Pages of an earlier dump: all in order, but of another kernel. */
static void a_list_of_another_kernel(void **state)
{
	(void)state;
	le64_put(entry_bytes(0) + 0x30, LIST_HEAD + 1);
	assert_int_equal(open_modules(), -ERR_CORRUPT);
	le64_put(entry_bytes(0) + 0x30, LIST_HEAD);
	assert_int_equal(open_modules(), 0);
	le64_put(entry_bytes(0) + 0x30, LIST_HEAD - 0x10000);
	assert_int_equal(open_modules(), -ERR_CORRUPT);
}

/* Longer than any list: what was found counts, and the bound is named. */
static void a_list_without_end(void **state)
{
	const uint64_t many = 0xFFFFBF0F20000000;
	const uint64_t step = 0x68;
	uint8_t *e = page_at(MANY_AT);
	uint64_t at = many;

	(void)state;
	for (unsigned int i = 0; i < PAGES - MANY_AT; i++)
		map(many + i * DUMP_PAGE_BYTES, MANY_AT + i, 4);
	le64_put(page_at(LIST_PAGE) + LIST_HEAD % DUMP_PAGE_BYTES, at);
	le64_put(e + 0x30, LIST_HEAD);
	le32_put(e + 0x40, 1);
	for (unsigned int i = 0; i <= DUMP_MAX_MODULES; i++, e += step) {
		le64_put(e, at + step);
		le64_put(e + 8, i ? at - step : LIST_HEAD);
		at += step;
	}
	assert_int_equal(open_modules(), 0);
	assert_int_equal(m.count, DUMP_MAX_MODULES);
	assert_int_equal(m.list_err, -ERR_TOO_LARGE);
}

/* The links of the first entry are there, what follows is not. */
static void a_list_of_which_nothing_is_there(void **state)
{
	const uint64_t first = ENTRIES + ENTRY_PAGES * DUMP_PAGE_BYTES - 0x20;
	uint8_t *links = page_at(ENTRIES_AT + ENTRY_PAGES) - 0x20;

	(void)state;
	le64_put(page_at(LIST_PAGE) + LIST_HEAD % DUMP_PAGE_BYTES, first);
	le64_put(links, LIST_HEAD);
	le64_put(links + 8, LIST_HEAD);
	assert_int_equal(open_modules(), -ERR_NOT_FOUND);
}

static void names_that_cannot_be_read(void **state)
{
	struct dump_module module;
	struct blame b;

	(void)state;
	le16_put(entry_bytes(3) + 0x58, 0);
	le16_put(entry_bytes(4) + 0x58, 514);
	le64_put(entry_bytes(5) + 0x60, 0xFFFFC20000000000);
	assert_int_equal(open_modules(), 0);
	assert_int_equal(m.count, 100);
	assert_int_equal(
		dump_modules_find(&m, address_of(3), &module), -ERR_CORRUPT);
	assert_int_equal(
		dump_modules_find(&m, address_of(4), &module), -ERR_CORRUPT);
	assert_int_equal(
		dump_modules_find(&m, address_of(5), &module), -ERR_NOT_FOUND);
	/* Somebody whose name is not known is not somebody else. */
	header.parameters[2] = address_of(5);
	header.program_counter = address_of(6);
	le64_put(page_at(STACK_PAGE) + 0xF00, address_of(6));
	assert_int_equal(blame_module(&header, &m, &b), -ERR_NOT_FOUND);
	assert_int_equal(b.by, BLAME_NOBODY);
}

static void what_the_header_lacks(void **state)
{
	(void)state;
	header.page_tables = 0;
	assert_int_equal(open_modules(), -ERR_UNSUPPORTED);
	header.page_tables = DUMP_PAGE_BYTES;
	header.module_list = 0;
	assert_int_equal(open_modules(), -ERR_UNSUPPORTED);
	assert_int_equal(counted_disk_reads(&disk), 0);
}

static void the_stack_is_read_as_far_as_it_goes(void **state)
{
	uint64_t words[DUMP_STACK_WORDS];
	struct blame b;

	(void)state;
	for (unsigned int i = 0; i < 32; i++)
		le64_put(page_at(STACK_PAGE) + 0xF00 + 8 * i, i + 1);
	assert_int_equal(open_modules(), 0);
	assert_int_equal(dump_modules_read_stack(&m, words), 32);
	assert_int_equal(words[31], 32);
	map(STACK + 0x100, STACK_PAGE + 1, 4);
	assert_int_equal(open_modules(), 0);
	assert_int_equal(dump_modules_read_stack(&m, words), DUMP_STACK_WORDS);
	le64_put(page_at(STACK_PAGE + 1) + 8, address_of(9));
	assert_int_equal(open_modules(), 0);
	assert_int_equal(blame_module(&header, &m, &b), 0);
	assert_int_equal(b.by, BLAME_STACK);
	assert_string_equal(b.module, "driver-9.sys");
	header.stack_pointer = 0;
	assert_int_equal(open_modules(), 0);
	assert_int_equal(dump_modules_read_stack(&m, words), 0);
}

/* --- Bad bytes and broken devices ----------------------------------------- */

/* Any byte of tables and list changed: found or not, never beyond. */
static void any_changed_byte_is_survived(void **state)
{
	struct dump_module module;
	struct blame b;

	(void)state;
	header.parameters[2] = address_of(42);
	for (size_t i = 0; i < MANY_AT * DUMP_PAGE_BYTES; i += 37) {
		uint8_t before = bytes[i];

		bytes[i] ^= (uint8_t)(1u << i % 8);
		if (open_modules() == 0) {
			(void)dump_modules_find(&m, address_of(3), &module);
			(void)blame_module(&header, &m, &b);
		}
		bytes[i] = before;
	}
	assert_true(counted_disk_reads(&disk) > 0);
}

static void every_cut(void **state)
{
	(void)state;
	for (size_t len = 0; len < MANY_AT * DUMP_PAGE_BYTES; len += 509) {
		int err;

		disk.meter.disk.size_bytes = len;
		err = open_modules();
		if (err < 0)
			assert_int_equal(err, -ERR_TRUNCATED);
		else
			assert_true(m.count > 0);
	}
}

static void failing_reads_are_named(void **state)
{
	struct emudisk e;
	struct blame b;
	uint64_t reads;
	int err;

	(void)state;
	/* Only the stack names somebody: everything has to be read. */
	le64_put(page_at(STACK_PAGE) + 0xF00, address_of(99));
	assert_int_equal(emudisk_open(&e, FILE_BYTES, 512), 0);
	memcpy(e.bytes, bytes, FILE_BYTES);
	assert_int_equal(dump_modules_open(&m, &e.disk, &header), 0);
	assert_int_equal(blame_module(&header, &m, &b), 0);
	reads = e.counts.reads;
	for (uint64_t n = 1; n <= reads; n++) {
		dump_modules_close(&m);
		emudisk_reset(&e);
		emudisk_plan_fault(&e, EMUDISK_READ, EMUDISK_FAIL, n, true);
		err = dump_modules_open(&m, &e.disk, &header);
		if (err == 0)
			err = blame_module(&header, &m, &b);
		/* Never somebody else, never "nobody" without a reason. */
		if (err != -ERR_IO)
			fail_msg("read %d: %d", (int)n, err);
	}
	dump_modules_close(&m);
	emudisk_close(&e);
}

static void failing_allocations_are_named(void **state)
{
	bool was_hit = true;

	(void)state;
	for (uint64_t n = 1; was_hit; n++) {
		int err;

		failalloc_arm(n, false);
		err = open_modules();
		was_hit = failalloc_disarm();
		assert_int_equal(err, was_hit ? -ERR_NO_MEMORY : 0);
	}
}

/* --- Dumps of whole machines ---------------------------------------------- */

static void expect_blame(const char *options, const char *module)
{
	uint8_t head[DUMP_HEADER_BYTES];
	struct dump_module kernel;
	struct emudisk e;
	struct dump d;
	struct blame b;

	assert_int_equal(
		emudisk_load(&e, make_image_dump("dump", options), 512), 0);
	assert_int_equal(disk_read(&e.disk, 0, head, sizeof(head)), 0);
	assert_int_equal(dump_check(head, sizeof(head), &d), 0);
	assert_int_equal(dump_modules_open(&m, &e.disk, &d), 0);
	assert_int_equal(m.list_err, 0);
	if (!m.triage.bytes) {
		assert_int_equal(m.count, 128);
		assert_int_equal(
			dump_modules_find(&m, 0xFFFFF80123400000, &kernel), 1);
		assert_string_equal(kernel.name, "ntoskrnl.exe");
	}
	assert_int_equal(blame_module(&d, &m, &b), 0);
	assert_string_equal(b.module, module);
	assert_int_equal(blame_suffices(&b), b.by != BLAME_STACK);
	/* Header, bitmap or runs, tables, entries, the stack. */
	assert_in_range(e.counts.reads, 2, 60);
	dump_modules_close(&m);
	emudisk_close(&e);
}

static void dumps_of_machines(void **state)
{
	static const char *const kinds[] = {
		"triage", "full", "bitmap", "bitmap-full", "automatic"};
	static const char *const machines[] = {"x64", "arm64"};

	(void)state;
	for (size_t i = 0; i < 10; i++) {
		char options[160];

		snprintf(options, sizeof(options),
			"--kind %s --machine %s --module badone.sys",
			kinds[i / 2], machines[i % 2]);
		expect_blame(options, "badone.sys");
	}
	expect_blame("--kind automatic --by context", "contososensor.sys");
	expect_blame("--kind automatic --by stack", "contososensor.sys");
	expect_blame("--kind bitmap --levels 5", "contososensor.sys");
	expect_blame("--kind bitmap --memory-gib 64 --present 100000",
		"contososensor.sys");
}

#define list_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		list_test(pages_of_every_size),
		list_test(entries_that_map_nothing),
		list_test(tables_in_circles),
		list_test(five_levels_are_noticed),
		list_test(modules_are_found),
		list_test(a_list_that_breaks_off),
		list_test(lists_in_circles),
		list_test(a_list_of_another_kernel),
		list_test(a_list_without_end),
		list_test(a_list_of_which_nothing_is_there),
		list_test(names_that_cannot_be_read),
		list_test(what_the_header_lacks),
		list_test(the_stack_is_read_as_far_as_it_goes),
		list_test(any_changed_byte_is_survived),
		list_test(every_cut),
		list_test(failing_reads_are_named),
		list_test(failing_allocations_are_named),
		list_test(dumps_of_machines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
