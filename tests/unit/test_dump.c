/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernel dumps: header and triage data, each cut, each byte, extreme counts.
 * Built here from the description of the format.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/blame.h"
#include "recovery/dump_triage.h"
#include "recovery/evidence_file.h"
#include "recovery/windows_module.h"
#include "storage/bytes.h"
#include "storage/err.h"
#include "tests/support/exact.h"
#include "tests/support/byte_disk.h"

#define DRIVERS	   2
#define STACK_AT   0x2080
#define LIST_AT	   0x2100
#define NAMES_AT   0x2300
#define UNLOADED   0x2400
#define VALID_AT   0x24FC
#define DUMP_BYTES 0x2500

#define FIRST_BASE  0xFFFFF80124E90000ull
#define SECOND_BASE 0xFFFFF80125230000ull

static uint8_t bytes[DUMP_BYTES];

static void put_text(uint8_t *at, const char *text)
{
	for (; *text; text++, at += 2)
		le16_put(at, (uint16_t)(unsigned char)*text);
}

static void put_driver(
	unsigned int i, uint64_t base, uint32_t size, const char *name)
{
	uint8_t *d = bytes + LIST_AT + 0x90 * i;
	uint32_t name_at = NAMES_AT + 0x80 * i;

	le32_put(d, name_at);
	le64_put(d + 0x38, base);
	le32_put(d + 0x48, size);
	le32_put(d + 0x88, 0x66000000 + i);
	le32_put(bytes + name_at, (uint32_t)strlen(name));
	put_text(bytes + name_at + 4, name);
}

static void put_triage(void)
{
	uint8_t *t = bytes + DUMP_HEADER_BYTES;

	le32_put(t + 0x04, DUMP_BYTES);
	le32_put(t + 0x08, VALID_AT);
	le32_put(t + 0x18, UNLOADED);
	le32_put(t + 0x28, STACK_AT);
	le32_put(t + 0x2C, 0x40);
	le32_put(t + 0x30, LIST_AT);
	le32_put(t + 0x34, DRIVERS);
	put_driver(0, FIRST_BASE, 0x90000, "\\Driver\\contoso.sys");
	put_driver(1, SECOND_BASE, 0x1000, "fabrikam.sys");
	le32_put(bytes + UNLOADED, 1);
	put_text(bytes + UNLOADED + 8 + 0x10, "old.sys");
	memcpy(bytes + VALID_AT, "TRGD", 4);
}

static int setup(void **state)
{
	(void)state;
	memset(bytes, 0, sizeof(bytes));
	for (size_t i = 0; i < DUMP_HEADER_BYTES; i += 4)
		memcpy(bytes + i, "PAGE", 4);
	memcpy(bytes, "PAGEDU64", 8);
	le32_put(bytes + 0x0C, 19045);
	le32_put(bytes + 0x30, DUMP_MACHINE_X64);
	le32_put(bytes + 0x38, 0x1000007E);
	for (size_t i = 0; i < DUMP_PARAMETERS; i++)
		le64_put(bytes + 0x40 + 8 * i, FIRST_BASE + i);
	le64_put(bytes + 0x348 + 0xF8, SECOND_BASE + 0x10);
	le32_put(bytes + 0xF98, DUMP_TRIAGE);
	le64_put(bytes + 0xFA8, 133658352000000000);
	le64_put(bytes + 0x1030, 41250000);
	le32_put(bytes + 0x1054, 58);
	put_triage();
	return 0;
}

static void a_header(void **state)
{
	struct dump d;

	(void)state;
	assert_true(dump_is_present(bytes, 8));
	assert_int_equal(dump_check(bytes, sizeof(bytes), &d), 0);
	assert_int_equal(d.machine, DUMP_MACHINE_X64);
	assert_int_equal(d.build, 19045);
	assert_int_equal(d.code, 0x1000007E);
	assert_int_equal(d.parameters[3], FIRST_BASE + 3);
	assert_int_equal(d.type, DUMP_TRIAGE);
	assert_int_equal(d.uptime, 41250000);
	assert_true(d.has_boot_id);
	assert_int_equal(d.boot_id, 58);
	assert_int_equal(d.program_counter, SECOND_BASE + 0x10);
	assert_int_equal(d.page_tables, 0); /* "PAGE" is nothing */
	assert_int_equal(d.stack_pointer, 0);
	/* The other processor keeps it elsewhere. */
	le32_put(bytes + 0x30, DUMP_MACHINE_ARM64);
	le64_put(bytes + 0x348 + 0x108, 0x1234);
	le64_put(bytes + 0x348 + 0x100, 0x5678);
	assert_int_equal(dump_check(bytes, sizeof(bytes), &d), 0);
	assert_int_equal(d.program_counter, 0x1234);
	assert_int_equal(d.stack_pointer, 0x5678);
	memcpy(bytes + 0x1054, "PAGE", 4);
	assert_int_equal(dump_check(bytes, sizeof(bytes), &d), 0);
	assert_false(d.has_boot_id);
	le32_put(bytes + 0x1054, 0);
	assert_int_equal(dump_check(bytes, sizeof(bytes), &d), 0);
	assert_false(d.has_boot_id);
}

static void no_header(void **state)
{
	struct dump d;

	(void)state;
	assert_int_equal(dump_check(bytes, 4, &d), -ERR_NOT_FOUND);
	for (size_t len = 8; len < DUMP_HEADER_BYTES; len += 61) {
		uint8_t *exact = exact_copy(bytes, len);

		assert_int_equal(dump_check(exact, len, &d), -ERR_TRUNCATED);
		free(exact);
	}
	le32_put(bytes + 0x30, 0x14C);
	assert_int_equal(
		dump_check(bytes, sizeof(bytes), &d), -ERR_UNSUPPORTED);
	memcpy(bytes, "PAGEDUMP", 8);
	assert_int_equal(
		dump_check(bytes, sizeof(bytes), &d), -ERR_UNSUPPORTED);
	memcpy(bytes, "PAGEFILE", 8);
	assert_int_equal(dump_check(bytes, sizeof(bytes), &d), -ERR_NOT_FOUND);
}

static void the_drivers(void **state)
{
	char name[DUMP_NAME_BYTES];
	struct dump_module m;
	struct triage t;

	(void)state;
	assert_int_equal(triage_check(bytes, sizeof(bytes), &t), 0);
	assert_int_equal(t.driver_count, DRIVERS);
	triage_driver(&t, 0, &m);
	assert_string_equal(m.name, "\\Driver\\contoso.sys");
	assert_int_equal(m.size, 0x90000);
	assert_int_equal(m.timestamp, 0x66000000);
	assert_true(triage_find(&t, SECOND_BASE + 0xFFF, &m));
	assert_string_equal(m.name, "fabrikam.sys");
	assert_false(triage_find(&t, SECOND_BASE + 0x1000, &m));
	assert_false(triage_find(&t, FIRST_BASE - 1, &m));
	assert_false(triage_find(&t, 0, &m));
	assert_int_equal(t.unloaded_count, 1);
	triage_unloaded(&t, 0, name, sizeof(name));
	assert_string_equal(name, "old.sys");
}

/* Whatever a name's characters are, it becomes UTF-8. */
static void strange_names(void **state)
{
	static const uint16_t units[] = {
		'a', 0xE9, 0x20AC, 0xD83D, 0xDE00, 0xFB01};
	char name[DUMP_NAME_BYTES];
	struct dump_module m;
	struct triage t;

	(void)state;
	le32_put(bytes + NAMES_AT, 6);
	for (size_t i = 0; i < 6; i++)
		le16_put(bytes + NAMES_AT + 4 + 2 * i, units[i]);
	assert_int_equal(triage_check(bytes, sizeof(bytes), &t), 0);
	triage_driver(&t, 0, &m);
	assert_string_equal(
		m.name, "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\xEF\xAC\x81");
	/* Cut where the next character does not fit. */
	triage_unloaded(&t, 0, name, 6);
	assert_string_equal(name, "old.s");
}

static void every_cut(void **state)
{
	struct triage t;

	(void)state;
	for (size_t len = DUMP_HEADER_BYTES; len < DUMP_BYTES; len++) {
		uint8_t *exact = exact_copy(bytes, len);

		assert_int_equal(triage_check(exact, len, &t), -ERR_TRUNCATED);
		free(exact);
	}
}

/* No flipped bit is followed out of the dump. */
static void every_bit(void **state)
{
	struct dump_module m;
	char name[DUMP_NAME_BYTES];
	struct triage t;
	uint8_t *exact;

	(void)state;
	for (size_t bit = 8 * DUMP_HEADER_BYTES; bit < 8 * DUMP_BYTES; bit++) {
		exact = exact_copy(bytes, DUMP_BYTES);
		exact[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (triage_check(exact, DUMP_BYTES, &t) == 0) {
			for (uint32_t i = 0; i < t.driver_count; i++)
				triage_driver(&t, i, &m);
			for (uint32_t i = 0; i < t.unloaded_count; i++)
				triage_unloaded(&t, i, name, sizeof(name));
		}
		free(exact);
	}
}

static void extreme_values(void **state)
{
	static const struct {
		size_t at;
		uint32_t value;
		int err;
	} cases[] = {
		{0x2004, 0, -ERR_CORRUPT},
		{0x2004, UINT32_MAX, -ERR_TRUNCATED},
		{0x2008, UINT32_MAX, -ERR_CORRUPT},
		{0x2008, LIST_AT, -ERR_CORRUPT},
		{0x2018, UINT32_MAX, -ERR_TRUNCATED},
		{0x202C, UINT32_MAX, -ERR_CORRUPT},
		{0x2030, UINT32_MAX, -ERR_TRUNCATED},
		{0x2034, DUMP_MAX_MODULES + 1, -ERR_TOO_LARGE},
		{0x2034, DUMP_MAX_MODULES, -ERR_TRUNCATED},
		{LIST_AT, UINT32_MAX, -ERR_TRUNCATED},
		{LIST_AT, DUMP_BYTES - 4, -ERR_CORRUPT},
		{NAMES_AT, UINT32_MAX, -ERR_CORRUPT},
		{NAMES_AT, 1024, -ERR_TRUNCATED},
		{UNLOADED, UINT32_MAX, -ERR_CORRUPT},
		{UNLOADED, 512, -ERR_TRUNCATED},
	};
	struct triage t;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)setup(state);
		le32_put(bytes + cases[i].at, cases[i].value);
		assert_int_equal(
			triage_check(bytes, sizeof(bytes), &t), cases[i].err);
	}
	/* No unloaded drivers. */
	(void)setup(state);
	le32_put(bytes + 0x2018, 0);
	assert_int_equal(triage_check(bytes, sizeof(bytes), &t), 0);
	assert_int_equal(t.unloaded_count, 0);
}

/* Written by some version the other way round. */
static void either_mark_at_the_end(void **state)
{
	struct triage t;

	(void)state;
	memcpy(bytes + VALID_AT, "DGRT", 4);
	assert_int_equal(triage_check(bytes, sizeof(bytes), &t), 0);
	memcpy(bytes + VALID_AT, "TRDG", 4);
	assert_int_equal(triage_check(bytes, sizeof(bytes), &t), -ERR_CORRUPT);
}

/* --- Who is to blame ------------------------------------------------------ */

static void blame(struct blame *ret)
{
	struct byte_disk disk;
	struct dump_modules m;
	struct dump d;

	byte_disk_open(&disk, bytes, sizeof(bytes));
	assert_int_equal(dump_check(bytes, sizeof(bytes), &d), 0);
	assert_int_equal(dump_modules_open(&m, &disk.disk, &d), 0);
	assert_int_equal(blame_module(&d, &m, ret), 0);
	dump_modules_close(&m);
	assert_int_equal(disk.reads, 2); /* how long it is, all of it */
}

static void the_parameter_comes_first(void **state)
{
	struct blame b;

	(void)state;
	blame(&b);
	assert_int_equal(b.by, BLAME_PARAMETER);
	assert_string_equal(b.module, "contoso.sys");
	assert_int_equal(b.offset, 1); /* the second parameter of 0x7E */
	/* A code without such a parameter: where the processor was. */
	le32_put(bytes + 0x38, 0x139);
	blame(&b);
	assert_int_equal(b.by, BLAME_CONTEXT);
	assert_string_equal(b.module, "fabrikam.sys");
	/* Nor there. */
	le64_put(bytes + 0x348 + 0xF8, 0x1000);
	blame(&b);
	assert_int_equal(b.by, BLAME_NOBODY);
	assert_string_equal(b.module, "");
	assert_false(blame_suffices(&b));
	/* A word on the stack is worth telling, not acting upon. */
	le64_put(bytes + STACK_AT + 8, 0x1234);
	le64_put(bytes + STACK_AT + 16, SECOND_BASE + 0x20);
	le64_put(bytes + STACK_AT + 24, FIRST_BASE + 0x20);
	blame(&b);
	assert_int_equal(b.by, BLAME_STACK);
	assert_string_equal(b.module, "fabrikam.sys");
	assert_int_equal(b.offset, 0x20);
	assert_false(blame_suffices(&b));
}

/* The search goes through what is part of Windows, and comes back to it. */
static void windows_is_nobodys_fault(void **state)
{
	static const char name[] = "\\SystemRoot\\FLTMGR.SYS";
	struct blame b;

	(void)state;
	put_driver(0, FIRST_BASE, 0x90000, name);
	blame(&b);
	assert_int_equal(b.by, BLAME_CONTEXT);
	assert_string_equal(b.module, "fabrikam.sys");
	assert_true(blame_suffices(&b));
	/* Nobody else anywhere: it is said, and nothing follows from it. */
	put_driver(1, SECOND_BASE, 0x1000, "Ntfs.sys");
	le64_put(bytes + STACK_AT, SECOND_BASE + 0x20);
	blame(&b);
	assert_int_equal(b.by, BLAME_PARAMETER);
	assert_string_equal(b.module, "fltmgr.sys");
	assert_true(b.is_windows);
	assert_false(blame_suffices(&b));
	/* From the context alone, too. */
	le32_put(bytes + 0x38, 0x139);
	blame(&b);
	assert_int_equal(b.by, BLAME_CONTEXT);
	assert_string_equal(b.module, "ntfs.sys");
	assert_false(blame_suffices(&b));
	/* A driver on the stack says more than that. */
	put_driver(1, SECOND_BASE, 0x1000, "fabrikam.sys");
	le64_put(bytes + 0x348 + 0xF8, FIRST_BASE);
	blame(&b);
	assert_int_equal(b.by, BLAME_STACK);
	assert_string_equal(b.module, "fabrikam.sys");
}

static void names_of_windows(void **state)
{
	(void)state;
	assert_true(windows_module_is_kernel("ntoskrnl.exe"));
	assert_true(windows_module_is_kernel("hal.dll"));
	assert_false(windows_module_is_kernel("hal.dl"));
	assert_false(windows_module_is_kernel("fltmgr.sys"));
	assert_true(windows_module_is_part("ntoskrnl.exe"));
	assert_true(windows_module_is_part("fltmgr.sys"));
	assert_true(windows_module_is_part("vid.sys"));
	assert_false(windows_module_is_part("fltmgr"));
	assert_false(windows_module_is_part("fltmgr.dll"));
	assert_false(windows_module_is_part("ltmgr.sys"));
	assert_false(windows_module_is_part("csagent.sys"));
	assert_false(windows_module_is_part("wdfilter.sys"));
	assert_false(windows_module_is_part(".sys"));
	assert_false(windows_module_is_part(""));
}

/* Everything ends in the kernel: it is nobody, and the next is asked. */
static void the_kernel_is_nobody(void **state)
{
	static const char kernel[] = "\\SystemRoot\\NTOSKRNL.exe";
	struct blame b;

	(void)state;
	memset(bytes + NAMES_AT, 0, 0x80);
	le32_put(bytes + NAMES_AT, sizeof(kernel) - 1);
	put_text(bytes + NAMES_AT + 4, kernel);
	blame(&b);
	assert_int_equal(b.by, BLAME_CONTEXT);
	assert_string_equal(b.module, "fabrikam.sys");
	put_driver(0, FIRST_BASE, 0x90000, "hal.dll");
	blame(&b);
	assert_int_equal(b.by, BLAME_CONTEXT);
}

/* A jump through nothing: where the processor was before says more. */
static void no_address_is_nobody(void **state)
{
	struct blame b;

	(void)state;
	le64_put(bytes + 0x48, 0);
	put_driver(0, 0, 0x1000, "zero.sys");
	blame(&b);
	assert_int_equal(b.by, BLAME_CONTEXT);
	assert_string_equal(b.module, "fabrikam.sys");
}

static void a_long_name_is_cut(void **state)
{
	char longest[121];
	struct blame b;

	(void)state;
	memset(longest, 'L', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	put_driver(0, FIRST_BASE, 0x90000, longest);
	le32_put(bytes + LIST_AT + 0x90, NAMES_AT); /* overwritten by it */
	blame(&b);
	assert_int_equal(strlen(b.module), BLAME_NAME_BYTES - 1);
	assert_int_equal(b.module[0], 'l');
}

static void parameters_of_stop_codes(void **state)
{
	(void)state;
	assert_int_equal(blame_parameter(0x50), 2);
	assert_int_equal(blame_parameter(0x7E), 1);
	assert_int_equal(blame_parameter(0x1000007E), 1);
	assert_int_equal(blame_parameter(0xD1), 3);
	assert_int_equal(blame_parameter(0xFC), 0);
	assert_int_equal(blame_parameter(0x139), -1);
	assert_int_equal(blame_parameter(0x124), -1);
	assert_int_equal(blame_parameter(0), -1);
	assert_string_equal(blame_by_text(BLAME_NOBODY), "nobody");
	assert_string_equal(blame_by_text(BLAME_PARAMETER), "parameter");
	assert_string_equal(blame_by_text(BLAME_CONTEXT), "context");
	assert_string_equal(blame_by_text(BLAME_STACK), "stack");
	assert_string_equal(blame_by_text((enum blame_by)9), "unknown");
}

/* --- The report ----------------------------------------------------------- */

static int report(struct report_line *l, const char **ret_text)
{
	struct byte_disk disk;
	int err;

	byte_disk_open(&disk, bytes, sizeof(bytes));
	report_begin(l, NULL);
	err = evidence_file_report(
		"MEMORY.DMP", bytes, sizeof(bytes), &disk.disk, NULL, l);
	*ret_text = report_end(l);
	return err;
}

static void expect(const char *text, const char *part, bool is_there)
{
	if ((strstr(text, part) != NULL) != is_there)
		fail_msg("%s: %s", part, text);
}

static void what_is_reported(void **state)
{
	static struct report_line l;
	const char *text;

	(void)state;
	le64_put(bytes + 0x40, 0);
	le64_put(bytes + 0x58, 0x1000);
	assert_int_equal(report(&l, &text), 0);
	expect(text, "\"kind\":\"dump\"", true);
	expect(text, "\"bugcheck\":\"0x1000007e\"", true);
	expect(text,
		"\"bugcheck_name\":\"SYSTEM_THREAD_EXCEPTION_NOT_HANDLED\"",
		true);
	expect(text, "\"blame_suffices\":true", true);
	/* No address, one of the driver's, and one of nobody's. */
	expect(text, "\"param_in\":[null,", true);
	expect(text, "contoso.sys+0x1\"", true);
	expect(text, ",null],\"dump_type\"", true);
	expect(text, "\"system_time\":\"2024-07-19T", true);
	expect(text, "\"uptime_s\":", true);
	expect(text, "\"boot_id_0x1054\":58", true);
	expect(text, "\"context_rip_in\":\"fabrikam.sys+0x10\"", true);
	expect(text, "\"blamed_by\":\"parameter\"", true);
	expect(text, "\"blamed_module\":\"contoso.sys\"", true);
	expect(text, "\"unloaded\":[\"old.sys\"]", true);
	/* Nobody is to blame. */
	le32_put(bytes + 0x38, 0x139);
	le64_put(bytes + 0x348 + 0xF8, 0x1000);
	assert_int_equal(report(&l, &text), 0);
	expect(text, "\"blamed_by\":\"nobody\",\"blamed_module\":null", true);
	/* What the header does not say is not reported. */
	memcpy(bytes + 0x348 + 0xF8, "PAGEPAGE", 8);
	memcpy(bytes + 0xFA8, "PAGEPAGE", 8);
	memcpy(bytes + 0x1030, "PAGEPAGE", 8);
	memcpy(bytes + 0x1054, "PAGE", 4);
	assert_int_equal(report(&l, &text), 0);
	expect(text, "\"system_time\"", false);
	expect(text, "\"uptime_s\"", false);
	expect(text, "\"boot_id_0x1054\"", false);
	expect(text, "\"context_rip", false);
}

/* A line has no room for all of them; a full dump has none in this place. */
static void what_is_left_out(void **state)
{
	static struct report_line l;
	const char *text;

	(void)state;
	le32_put(bytes + 0x2018, 0x2090);
	le32_put(bytes + 0x2090, 1);
	le32_put(bytes + 0x2030, LIST_AT + 0x100);
	le32_put(bytes + 0x2034, 0);
	memset(bytes + 0x2090, 0, VALID_AT - 0x2090);
	le32_put(bytes + 0x2090, 9);
	for (unsigned int i = 0; i < 9; i++) {
		char name[] = "gone-0.sys";

		name[5] = (char)('0' + i);
		put_text(bytes + 0x2090 + 8 + 0x38 * i + 0x10, name);
	}
	assert_int_equal(report(&l, &text), 0);
	expect(text, "\"unloaded_count\":9", true);
	expect(text, "gone-7.sys", true);
	expect(text, "gone-8.sys", false);
	(void)setup(NULL);
	/* Types whose modules nobody can read: a summary. */
	le32_put(bytes + 0xF98, DUMP_KERNEL);
	assert_int_equal(report(&l, &text), 0);
	expect(text, "\"modules_error\":\"", true);
	expect(text, "\"context_rip\":", true);
	expect(text, "\"param_in\"", false);
	expect(text, "\"blamed_by\"", false);
	/* The header counts, whatever becomes of the rest. */
	(void)setup(NULL);
	le32_put(bytes + 0x2004, 0);
	assert_int_equal(report(&l, &text), -ERR_CORRUPT);
	expect(text, "\"bugcheck\":\"0x1000007e\"", true);
	expect(text, "\"driver_count\"", false);
	le32_put(bytes + 0x30, 0x14C);
	assert_int_equal(report(&l, &text), -ERR_UNSUPPORTED);
	expect(text, "\"bugcheck\"", false);
}

#define dump_test(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		dump_test(a_header),
		dump_test(no_header),
		dump_test(the_drivers),
		dump_test(strange_names),
		dump_test(every_cut),
		dump_test(every_bit),
		dump_test(extreme_values),
		dump_test(either_mark_at_the_end),
		dump_test(the_parameter_comes_first),
		dump_test(the_kernel_is_nobody),
		dump_test(windows_is_nobodys_fault),
		dump_test(names_of_windows),
		dump_test(no_address_is_nobody),
		dump_test(a_long_name_is_cut),
		dump_test(parameters_of_stop_codes),
		dump_test(what_is_reported),
		dump_test(what_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
