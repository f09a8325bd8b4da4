/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whose code a dump blames, who is nobody, and what is reported of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/blame.h"
#include "recovery/evidence_file.h"
#include "recovery/windows_module.h"
#include "storage/bytes.h"
#include "storage/err.h"
#include "tests/support/counted_disk.h"
#include "tests/support/emudisk.h"
#include "tests/support/failalloc.h"
#include "tests/support/triage_maker.h"

static uint8_t bytes[MADE_BYTES];

static int setup(void **state)
{
	(void)state;
	triage_make(bytes);
	return 0;
}

/* --- Who is to blame ------------------------------------------------------ */

static void blame(struct blame *ret)
{
	struct counted_disk disk;
	struct dump_modules m;
	struct dump d;

	counted_disk_open(&disk, bytes, sizeof(bytes));
	assert_int_equal(dump_check(bytes, sizeof(bytes), &d), 0);
	assert_int_equal(dump_modules_open(&m, &disk.meter.disk, &d), 0);
	assert_int_equal(blame_module(&d, &m, ret), 0);
	dump_modules_close(&m);
	assert_int_equal(
		counted_disk_reads(&disk), 2); /* how long it is, all of it */
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
	le64_put(bytes + MADE_STACK + 8, 0x1234);
	le64_put(bytes + MADE_STACK + 16, MADE_SECOND_BASE + 0x20);
	le64_put(bytes + MADE_STACK + 24, MADE_FIRST_BASE + 0x20);
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
	triage_make_driver(bytes, 0, MADE_FIRST_BASE, 0x90000, name);
	blame(&b);
	assert_int_equal(b.by, BLAME_CONTEXT);
	assert_string_equal(b.module, "fabrikam.sys");
	assert_true(blame_suffices(&b));
	/* Nobody else anywhere: it is said, and nothing follows from it. */
	triage_make_driver(bytes, 1, MADE_SECOND_BASE, 0x1000, "Ntfs.sys");
	le64_put(bytes + MADE_STACK, MADE_SECOND_BASE + 0x20);
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
	triage_make_driver(bytes, 1, MADE_SECOND_BASE, 0x1000, "fabrikam.sys");
	le64_put(bytes + 0x348 + 0xF8, MADE_FIRST_BASE);
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
	memset(bytes + MADE_NAMES, 0, 0x80);
	le32_put(bytes + MADE_NAMES, sizeof(kernel) - 1);
	triage_make_text(bytes + MADE_NAMES + 4, kernel);
	blame(&b);
	assert_int_equal(b.by, BLAME_CONTEXT);
	assert_string_equal(b.module, "fabrikam.sys");
	triage_make_driver(bytes, 0, MADE_FIRST_BASE, 0x90000, "hal.dll");
	blame(&b);
	assert_int_equal(b.by, BLAME_CONTEXT);
}

/* A jump through nothing: where the processor was before says more. */
static void no_address_is_nobody(void **state)
{
	struct blame b;

	(void)state;
	le64_put(bytes + 0x48, 0);
	triage_make_driver(bytes, 0, 0, 0x1000, "zero.sys");
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
	triage_make_driver(bytes, 0, MADE_FIRST_BASE, 0x90000, longest);
	le32_put(bytes + MADE_LIST + 0x90, MADE_NAMES); /* overwritten by it */
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

/* The whole dump is read for it, and that can fail. */
static void dumps_that_cannot_be_read(void **state)
{
	struct dump_modules m;
	struct emudisk e;
	struct dump d;

	(void)state;
	assert_int_equal(dump_check(bytes, sizeof(bytes), &d), 0);
	assert_int_equal(emudisk_open(&e, MADE_BYTES, 512), 0);
	memcpy(e.bytes, bytes, MADE_BYTES);
	for (uint64_t n = 1; n <= 2; n++) {
		emudisk_reset(&e);
		emudisk_plan_fault(&e, EMUDISK_READ, EMUDISK_FAIL, n, false);
		assert_int_equal(dump_modules_open(&m, &e.disk, &d), -ERR_IO);
	}
	emudisk_reset(&e);
	failalloc_arm(1, false);
	assert_int_equal(dump_modules_open(&m, &e.disk, &d), -ERR_NO_MEMORY);
	assert_true(failalloc_disarm());
	e.disk.size_bytes--;
	assert_int_equal(dump_modules_open(&m, &e.disk, &d), -ERR_TRUNCATED);
	le32_put(e.bytes + TRIAGE_SIZE_AT, TRIAGE_MAX_BYTES + 1);
	assert_int_equal(dump_modules_open(&m, &e.disk, &d), -ERR_TOO_LARGE);
	e.disk.size_bytes = MADE_BYTES;
	emudisk_close(&e);
}

/* --- The report ----------------------------------------------------------- */

static int report(struct report_line *l, const char **ret_text)
{
	struct counted_disk disk;
	int err;

	counted_disk_open(&disk, bytes, sizeof(bytes));
	report_begin(l, NULL);
	err = evidence_file_report(
		"MEMORY.DMP", bytes, sizeof(bytes), &disk.meter.disk, NULL, l);
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
	/* A rare stop code has no name; what is not there is not reported. */
	le32_put(bytes + 0x38, 0x12345678);
	memcpy(bytes + 0x348 + 0xF8, "PAGEPAGE", 8);
	memcpy(bytes + 0xFA8, "PAGEPAGE", 8);
	memcpy(bytes + 0x1030, "PAGEPAGE", 8);
	memcpy(bytes + 0x1054, "PAGE", 4);
	assert_int_equal(report(&l, &text), 0);
	expect(text, "\"bugcheck_name\"", false);
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
	le32_put(bytes + 0x2030, MADE_LIST + 0x100);
	le32_put(bytes + 0x2034, 0);
	memset(bytes + 0x2090, 0, MADE_VALID - 0x2090);
	le32_put(bytes + 0x2090, 9);
	for (unsigned int i = 0; i < 9; i++) {
		char name[] = "gone-0.sys";

		name[5] = (char)('0' + i);
		triage_make_text(bytes + 0x2090 + 8 + 0x38 * i + 0x10, name);
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

#define blame_test(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		blame_test(the_parameter_comes_first),
		blame_test(the_kernel_is_nobody),
		blame_test(windows_is_nobodys_fault),
		blame_test(names_of_windows),
		blame_test(no_address_is_nobody),
		blame_test(a_long_name_is_cut),
		blame_test(parameters_of_stop_codes),
		blame_test(dumps_that_cannot_be_read),
		blame_test(what_is_reported),
		blame_test(what_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
