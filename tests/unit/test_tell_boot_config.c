/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said of the boot configuration, and whether it names a place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/tell.h"
#include "recovery/windows_place.h"
#include "storage/err.h"
#include "tests/support/fake_machine.h"

static struct fake_machine machine;
static struct observation seen;
static struct windows windows;

static int setup(void **state)
{
	(void)state;
	fake_machine_init(&machine);
	memset(&seen, 0, sizeof(seen));
	memset(&windows, 0, sizeof(windows));
	seen.boot_config.was_looked_for = true;
	seen.boot_config.state = SOURCE_READ;
	return 0;
}

/* One line of the report, and @sentence (or nothing) beside it. */
static void expect(const char *member, const char *sentence)
{
	fake_machine_forget(&machine);
	tell_boot_config(&machine.platform, &windows, &seen);
	assert_int_equal(machine.line_count, 1);
	assert_int_equal(fake_machine_reported(&machine, member), 1);
	assert_int_equal(machine.said_count, sentence != NULL);
	if (sentence)
		assert_int_equal(fake_machine_heard(&machine, sentence), 1);
}

static void how_it_was_chosen(void **state)
{
	static const struct {
		enum windows_choice choice;
		enum windows_found found;
		unsigned int windows;
		const char *member;
		const char *sentence;
	} all[] = {
		{CHOICE_NOT_ASKED, WINDOWS_ONE, 1, "\"not-asked\"", NULL},
		{CHOICE_NO_CONFIG, WINDOWS_ONE, 1, "\"no-config\"", NULL},
		{CHOICE_NO_CONFIG, WINDOWS_SEVERAL, 2, "\"no-config\"",
			"No boot configuration (BCD) was found"},
		{CHOICE_UNKNOWN, WINDOWS_ONE, 1, "\"unknown\"", NULL},
		{CHOICE_UNKNOWN, WINDOWS_SEVERAL, 2, "\"unknown\"",
			"its default is on no partition of a disk."},
		{CHOICE_DEFAULT, WINDOWS_ONE, 1, "\"default\"", NULL},
		{CHOICE_DEFAULT, WINDOWS_ONE, 3, "\"default\"",
			"There are 3 volumes with a Windows;"},
		{CHOICE_ELSEWHERE, WINDOWS_ELSEWHERE, 1, "\"elsewhere\"",
			"starts the Windows of partition"},
		{(enum windows_choice)99, WINDOWS_ONE, 1, "\"unknown\"", NULL},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		windows.choice = all[i].choice;
		windows.windows_volumes = all[i].windows;
		seen.evidence.windows = all[i].found;
		expect(all[i].member, all[i].sentence);
	}
}

static void why_nothing_decides(void **state)
{
	static const struct {
		enum source_state state;
		int err;
		int default_err;
		const char *sentence;
	} all[] = {
		{SOURCE_READ, 0, 0, "on no partition of a disk"},
		{SOURCE_READ, 0, -ERR_NOT_FOUND, "its default is not in it"},
		{SOURCE_READ, 0, -ERR_CORRUPT, "damaged, or no Windows"},
		{SOURCE_FAILED, -ERR_IO, 0, NULL},
	};
	size_t i;

	(void)state;
	windows.choice = CHOICE_UNKNOWN;
	seen.evidence.windows = WINDOWS_SEVERAL;
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		seen.boot_config.state = all[i].state;
		seen.boot_config.err = all[i].err;
		seen.boot_config.default_err = all[i].default_err;
		expect(all[i].err ? "\"state\":\"failed\",\"error\":\""
				  : "\"state\":\"read\",\"choice\"",
			all[i].sentence ? all[i].sentence
					: err_text(all[i].err));
	}
}

static void where_else_it_starts(void **state)
{
	struct bcd_device *d = &seen.boot_config.loader.device;

	(void)state;
	windows.choice = CHOICE_ELSEWHERE;
	*d = (struct bcd_device){.kind = BCD_DEVICE_GPT,
		.disk = "the-disk",
		.partition = "the-partition"};
	expect("\"elsewhere\"", "the-partition of disk the-disk");
	*d = (struct bcd_device){.kind = BCD_DEVICE_MBR,
		.disk = "1234abcd",
		.offset_bytes = 1048576};
	expect("\"elsewhere\"", "at byte 1048576 of disk 1234abcd");
	d->kind = BCD_DEVICE_FILE;
	expect("\"elsewhere\"", "out of a file");
}

static void nobody_has_looked(void **state)
{
	(void)state;
	seen.boot_config.was_looked_for = false;
	tell_boot_config(&machine.platform, &windows, &seen);
	assert_int_equal(machine.line_count + machine.said_count, 0);
}

/* --- Is it that place? ---------------------------------------------------- */

static void places_and_devices(void **state)
{
	static const struct windows_place gpt = {"disk", "part", 4096};
	static const struct windows_place mbr = {"1234abcd", "", 4096};
	static const struct {
		const struct windows_place *place;
		struct bcd_device device;
		bool is_it;
	} all[] = {
		{&gpt, {BCD_DEVICE_GPT, 6, "disk", "part", 0}, true},
		{&gpt, {BCD_DEVICE_GPT, 6, "else", "part", 0}, false},
		{&gpt, {BCD_DEVICE_GPT, 6, "disk", "else", 0}, false},
		{&mbr, {BCD_DEVICE_MBR, 6, "1234abcd", "", 4096}, true},
		{&mbr, {BCD_DEVICE_MBR, 6, "00000000", "", 4096}, false},
		{&mbr, {BCD_DEVICE_MBR, 6, "1234abcd", "", 8192}, false},
		/* A partition of a GPT disk is not named by its beginning. */
		{&gpt, {BCD_DEVICE_MBR, 6, "disk", "", 4096}, false},
		{&gpt, {BCD_DEVICE_FILE, 0, "disk", "part", 4096}, false},
		{&gpt, {BCD_DEVICE_NONE, 6, "disk", "part", 4096}, false},
		{&gpt, {BCD_DEVICE_OTHER, 6, "disk", "part", 4096}, false},
		{&gpt, {(enum bcd_device_kind)99, 6, "disk", "part", 4096},
			false},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		assert_int_equal(windows_place_is(all[i].place, &all[i].device),
			all[i].is_it);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(how_it_was_chosen, setup),
		cmocka_unit_test_setup(why_nothing_decides, setup),
		cmocka_unit_test_setup(where_else_it_starts, setup),
		cmocka_unit_test_setup(nobody_has_looked, setup),
		cmocka_unit_test(places_and_devices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
