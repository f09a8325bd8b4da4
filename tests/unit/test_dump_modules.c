/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's list of modules in full and bitmap dumps: a small machine's, and
 * dumps made by mkdump.py.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/blame.h"
#include "recovery/evidence_report.h"
#include "storage/bytes.h"
#include "storage/err.h"
#include "tests/support/emudisk.h"
#include "tests/support/failalloc.h"
#include "tests/support/kernel_rig.h"
#include "tests/support/make_image.h"

static void modules_are_found(void **state)
{
	struct dump_module module;

	(void)state;
	assert_int_equal(kernel_open(), 0);
	assert_int_equal(kernel.modules.count, 100);
	assert_int_equal(kernel.modules.list_err, 0);
	for (unsigned int i = 0; i < 100; i++) {
		char name[32];

		assert_int_equal(dump_modules_find(&kernel.modules,
					 kernel_code(i), &module),
			1);
		snprintf(name, sizeof(name), "Driver-%u.SYS", i);
		assert_string_equal(module.name, name);
		assert_int_equal(module.base, kernel_code(i) - 0x123);
		assert_int_equal(module.size, 0x10000);
	}
	assert_int_equal(
		dump_modules_find(&kernel.modules, kernel_code(100), &module),
		0);
	assert_int_equal(dump_modules_find(&kernel.modules, 0, &module), 0);
	/* Header and runs, tables, list, seven pages of entries. */
	assert_in_range(counted_disk_reads(&kernel.disk), 10, 24);
}

static void a_list_that_breaks_off(void **state)
{
	static struct report_line line;
	const char *text;
	struct dump_module module;
	struct blame b;

	(void)state;
	/* Not pointing back: nothing from there on. */
	le64_put(kernel_link_bytes(50) + 8, kernel_link(3));
	assert_int_equal(kernel_open(), 0);
	assert_int_equal(kernel.modules.count, 50);
	assert_int_equal(kernel.modules.list_err, -ERR_CORRUPT);
	assert_int_equal(
		dump_modules_find(&kernel.modules, kernel_code(49), &module),
		1);
	assert_int_equal(
		dump_modules_find(&kernel.modules, kernel_code(50), &module),
		-ERR_CORRUPT);
	/* It could be anybody's: the next address does not name another. */
	kernel.header.parameters[2] = kernel_code(50);
	kernel.header.program_counter = kernel_code(3);
	assert_int_equal(blame_module(&kernel.header, &kernel.modules, &b),
		-ERR_CORRUPT);
	assert_int_equal(b.by, BLAME_NOBODY);
	report_begin(&line, NULL);
	evidence_report_dump(&line, &kernel.header, &kernel.modules);
	text = report_end(&line);
	assert_non_null(strstr(text, "\"driver_count\":50"));
	assert_non_null(strstr(text, "\"blamed_module\":null"));
	assert_non_null(strstr(text, "\"blame_error\":\"it is damaged\""));
	assert_non_null(strstr(text, "\"list_error\":\"it is damaged\""));
	kernel.header.parameters[2] = kernel_code(4);
	assert_int_equal(blame_module(&kernel.header, &kernel.modules, &b), 0);
	assert_int_equal(b.by, BLAME_PARAMETER);
	assert_string_equal(b.module, "driver-4.sys");
	/* A page of it that is not in the dump. */
	kernel_put_list(100);
	le64_put(kernel_entry_for(kernel_link(64), 4, 0), 0);
	assert_int_equal(kernel_open(), 0);
	assert_int_equal(kernel.modules.count, 64);
	assert_int_equal(kernel.modules.list_err, -ERR_NOT_FOUND);
}

static void lists_in_circles(void **state)
{
	(void)state;
	le64_put(kernel_link_bytes(50), kernel_link(20));
	assert_int_equal(kernel_open(), 0);
	assert_int_equal(kernel.modules.count, 51);
	assert_int_equal(kernel.modules.list_err, -ERR_CORRUPT);
	le64_put(kernel_link_bytes(50), kernel_link(50));
	assert_int_equal(kernel_open(), 0);
	assert_int_equal(kernel.modules.count, 51);
	kernel_put_list(0);
	assert_int_equal(kernel_open(), -ERR_CORRUPT);
	kernel_put_list(100);
	le64_put(kernel_link_bytes(0) + 8, kernel_link(99));
	assert_int_equal(kernel_open(), -ERR_CORRUPT);
}

/* Pages of an earlier dump: all in order, but of another kernel. */
static void a_list_of_another_kernel(void **state)
{
	(void)state;
	le64_put(kernel_link_bytes(0) + 0x30, LIST_HEAD + 1);
	assert_int_equal(kernel_open(), -ERR_CORRUPT);
	le64_put(kernel_link_bytes(0) + 0x30, LIST_HEAD);
	assert_int_equal(kernel_open(), 0);
	le64_put(kernel_link_bytes(0) + 0x30, LIST_HEAD - 0x10000);
	assert_int_equal(kernel_open(), -ERR_CORRUPT);
}

/* Longer than any list: what was found counts, and the bound is named. */
static void a_list_without_end(void **state)
{
	const uint64_t many = 0xFFFFBF0F20000000;
	const uint64_t step = 0x68;
	uint8_t *e = kernel_page(MANY_AT);
	uint64_t at = many;

	(void)state;
	for (unsigned int i = 0; i < KERNEL_PAGES - MANY_AT; i++)
		kernel_map(many + i * DUMP_PAGE_BYTES, MANY_AT + i, 4);
	le64_put(kernel_page(LIST_PAGE) + LIST_HEAD % DUMP_PAGE_BYTES, at);
	le64_put(e + 0x30, LIST_HEAD);
	le32_put(e + 0x40, 1);
	for (unsigned int i = 0; i <= DUMP_MAX_MODULES; i++, e += step) {
		le64_put(e, at + step);
		le64_put(e + 8, i ? at - step : LIST_HEAD);
		at += step;
	}
	assert_int_equal(kernel_open(), 0);
	assert_int_equal(kernel.modules.count, DUMP_MAX_MODULES);
	assert_int_equal(kernel.modules.list_err, -ERR_TOO_LARGE);
}

/* The links of the first entry are there, what follows is not. */
static void a_list_of_which_nothing_is_there(void **state)
{
	const uint64_t first = ENTRIES + ENTRY_PAGES * DUMP_PAGE_BYTES - 0x20;
	uint8_t *links = kernel_page(ENTRIES_AT + ENTRY_PAGES) - 0x20;

	(void)state;
	le64_put(kernel_page(LIST_PAGE) + LIST_HEAD % DUMP_PAGE_BYTES, first);
	le64_put(links, LIST_HEAD);
	le64_put(links + 8, LIST_HEAD);
	assert_int_equal(kernel_open(), -ERR_NOT_FOUND);
}

static void names_that_cannot_be_read(void **state)
{
	struct dump_module module;
	struct blame b;

	(void)state;
	le16_put(kernel_link_bytes(3) + 0x58, 0);
	le16_put(kernel_link_bytes(4) + 0x58, 514);
	le64_put(kernel_link_bytes(5) + 0x60, 0xFFFFC20000000000);
	assert_int_equal(kernel_open(), 0);
	assert_int_equal(kernel.modules.count, 100);
	assert_int_equal(
		dump_modules_find(&kernel.modules, kernel_code(3), &module),
		-ERR_CORRUPT);
	assert_int_equal(
		dump_modules_find(&kernel.modules, kernel_code(4), &module),
		-ERR_CORRUPT);
	assert_int_equal(
		dump_modules_find(&kernel.modules, kernel_code(5), &module),
		-ERR_NOT_FOUND);
	/* Somebody whose name is not known is not somebody else. */
	kernel.header.parameters[2] = kernel_code(5);
	kernel.header.program_counter = kernel_code(6);
	le64_put(kernel_page(STACK_PAGE) + 0xF00, kernel_code(6));
	assert_int_equal(blame_module(&kernel.header, &kernel.modules, &b),
		-ERR_NOT_FOUND);
	assert_int_equal(b.by, BLAME_NOBODY);
}

static void what_the_header_lacks(void **state)
{
	(void)state;
	kernel.header.page_tables = 0;
	assert_int_equal(kernel_open(), -ERR_UNSUPPORTED);
	kernel.header.page_tables = DUMP_PAGE_BYTES;
	kernel.header.module_list = 0;
	assert_int_equal(kernel_open(), -ERR_UNSUPPORTED);
	assert_int_equal(counted_disk_reads(&kernel.disk), 0);
}

static void the_stack_is_read_as_far_as_it_goes(void **state)
{
	uint64_t words[DUMP_STACK_WORDS];
	struct blame b;

	(void)state;
	for (unsigned int i = 0; i < 32; i++)
		le64_put(kernel_page(STACK_PAGE) + 0xF00 + 8 * i, i + 1);
	assert_int_equal(kernel_open(), 0);
	assert_int_equal(dump_modules_read_stack(&kernel.modules, words), 32);
	assert_int_equal(words[31], 32);
	kernel_map(STACK + 0x100, STACK_PAGE + 1, 4);
	assert_int_equal(kernel_open(), 0);
	assert_int_equal(dump_modules_read_stack(&kernel.modules, words),
		DUMP_STACK_WORDS);
	le64_put(kernel_page(STACK_PAGE + 1) + 8, kernel_code(9));
	assert_int_equal(kernel_open(), 0);
	assert_int_equal(blame_module(&kernel.header, &kernel.modules, &b), 0);
	assert_int_equal(b.by, BLAME_STACK);
	assert_string_equal(b.module, "driver-9.sys");
	kernel.header.stack_pointer = 0;
	assert_int_equal(kernel_open(), 0);
	assert_int_equal(dump_modules_read_stack(&kernel.modules, words), 0);
}

/* --- Bad kernel.bytes and broken devices
 * ----------------------------------------- */

/* Any byte of tables and list changed: found or not, never beyond. */
static void any_changed_byte_is_survived(void **state)
{
	struct dump_module module;
	struct blame b;

	(void)state;
	kernel.header.parameters[2] = kernel_code(42);
	for (size_t i = 0; i < MANY_AT * DUMP_PAGE_BYTES; i += 37) {
		uint8_t before = kernel.bytes[i];

		kernel.bytes[i] ^= (uint8_t)(1u << i % 8);
		if (kernel_open() == 0) {
			(void)dump_modules_find(
				&kernel.modules, kernel_code(3), &module);
			(void)blame_module(&kernel.header, &kernel.modules, &b);
		}
		kernel.bytes[i] = before;
	}
	assert_true(counted_disk_reads(&kernel.disk) > 0);
}

static void every_cut(void **state)
{
	(void)state;
	for (size_t len = 0; len < MANY_AT * DUMP_PAGE_BYTES; len += 509) {
		int err;

		kernel.disk.meter.disk.size_bytes = len;
		err = kernel_open();
		if (err < 0)
			assert_int_equal(err, -ERR_TRUNCATED);
		else
			assert_true(kernel.modules.count > 0);
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
	le64_put(kernel_page(STACK_PAGE) + 0xF00, kernel_code(99));
	assert_int_equal(emudisk_open(&e, KERNEL_BYTES, 512), 0);
	memcpy(e.bytes, kernel.bytes, KERNEL_BYTES);
	assert_int_equal(
		dump_modules_open(&kernel.modules, &e.disk, &kernel.header), 0);
	assert_int_equal(blame_module(&kernel.header, &kernel.modules, &b), 0);
	reads = e.counts.reads;
	for (uint64_t n = 1; n <= reads; n++) {
		dump_modules_close(&kernel.modules);
		emudisk_reset(&e);
		emudisk_plan_fault(&e, EMUDISK_READ, EMUDISK_FAIL, n, true);
		err = dump_modules_open(
			&kernel.modules, &e.disk, &kernel.header);
		if (err == 0)
			err = blame_module(&kernel.header, &kernel.modules, &b);
		/* Never somebody else, never "nobody" without a reason. */
		if (err != -ERR_IO)
			fail_msg("read %d: %d", (int)n, err);
	}
	dump_modules_close(&kernel.modules);
	emudisk_close(&e);
}

static void failing_allocations_are_named(void **state)
{
	bool was_hit = true;

	(void)state;
	for (uint64_t n = 1; was_hit; n++) {
		int err;

		failalloc_arm(n, false);
		err = kernel_open();
		was_hit = failalloc_disarm();
		assert_int_equal(err, was_hit ? -ERR_NO_MEMORY : 0);
	}
}

/* --- Dumps of whole machines ---------------------------------------------- */

static void expect_blame(const char *options, const char *module)
{
	uint8_t head[DUMP_HEADER_BYTES];
	struct dump_module ntoskrnl;
	struct emudisk e;
	struct dump d;
	struct blame b;

	assert_int_equal(
		emudisk_load(&e, make_image_dump("dump", options), 512), 0);
	assert_int_equal(disk_read(&e.disk, 0, head, sizeof(head)), 0);
	assert_int_equal(dump_check(head, sizeof(head), &d), 0);
	assert_int_equal(dump_modules_open(&kernel.modules, &e.disk, &d), 0);
	assert_int_equal(kernel.modules.list_err, 0);
	if (!kernel.modules.triage.bytes) {
		assert_int_equal(kernel.modules.count, 128);
		assert_int_equal(dump_modules_find(&kernel.modules,
					 0xFFFFF80123400000, &ntoskrnl),
			1);
		assert_string_equal(ntoskrnl.name, "ntoskrnl.exe");
	}
	assert_int_equal(blame_module(&d, &kernel.modules, &b), 0);
	assert_string_equal(b.module, module);
	assert_int_equal(blame_suffices(&b), b.by != BLAME_STACK);
	/* Header, bitmap or runs, tables, entries, the stack. */
	assert_in_range(e.counts.reads, 2, 60);
	dump_modules_close(&kernel.modules);
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

#define TEST(f)                                                                \
	cmocka_unit_test_setup_teardown(f, kernel_setup, kernel_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(modules_are_found),
		TEST(a_list_that_breaks_off),
		TEST(lists_in_circles),
		TEST(a_list_of_another_kernel),
		TEST(a_list_without_end),
		TEST(a_list_of_which_nothing_is_there),
		TEST(names_that_cannot_be_read),
		TEST(what_the_header_lacks),
		TEST(the_stack_is_read_as_far_as_it_goes),
		TEST(any_changed_byte_is_survived),
		TEST(every_cut),
		TEST(failing_reads_are_named),
		TEST(failing_allocations_are_named),
		TEST(dumps_of_machines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
