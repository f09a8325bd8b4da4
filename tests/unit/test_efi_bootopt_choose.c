/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which boot option gets the hand-over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "storage/err.h"
#include "tests/support/bootopt_rig.h"

static void windows_behind_us_is_chosen(void **state)
{
	(void)state;
	bootopt_put_option(9, OWN_PATH, ESP, 1);
	bootopt_put_option(8, BOOTOPT_WINDOWS_PATH, ESP, 1);
	ORDER(9, 8);
	bootopt_put_current(9);
	assert_int_equal(bootopt_chosen(), 8);
	/* Also without BootCurrent, by our folder. */
	bootopt_rig.machine.variable_count--;
	assert_int_equal(bootopt_chosen(), 8);
}

static void what_was_first_before_us_is_chosen(void **state)
{
	(void)state;
	bootopt_put_option(1, OWN_PATH, ESP, 1);
	bootopt_put_option(2, LINUX_PATH, ESP, 1);
	bootopt_put_option(3, BOOTOPT_WINDOWS_PATH, ESP, 1);
	ORDER(1, 2, 3);
	bootopt_put_current(1);
	assert_int_equal(bootopt_chosen(), 2);
}

/* Set-up, inactive, hidden, absent, broken and fileless entries. */
static void what_starts_no_system_is_passed_over(void **state)
{
	(void)state;
	bootopt_put_option(1, OWN_PATH, ESP, 1);
	bootopt_put_option(2, "\\EFI\\setup.efi", ESP, 0x101);
	bootopt_put_option(3, LINUX_PATH, ESP, 0);
	bootopt_put_option(4, LINUX_PATH, ESP, 1 | BOOTOPT_HIDDEN);
	bootopt_put_option(5, LINUX_PATH, ABSENT, 1);
	bootopt_put_option(6, "", ESP, 1);
	bootopt_put_option(7, LINUX_PATH, ESP, 1);
	bootopt_rig.machine.variables[bootopt_rig.machine.variable_count - 1]
		.len = 40;
	bootopt_put_option(8, BOOTOPT_WINDOWS_PATH, OTHER, 1);
	ORDER(1, 2, 3, 4, 5, 6, 7, 0x77, 8);
	bootopt_put_current(1);
	assert_int_equal(bootopt_chosen(), 8);
}

static void started_from_a_stick_windows_is_chosen(void **state)
{
	(void)state;
	bootopt_put_option(4, "\\EFI\\BOOT\\BOOTX64.EFI", OTHER, 1);
	bootopt_put_option(8, BOOTOPT_WINDOWS_PATH, ESP, 1);
	ORDER(4, 8);
	bootopt_put_current(4);
	assert_int_equal(bootopt_chosen(), 8);
	/* BootCurrent is missing or wrong: our own file tells. */
	bootopt_put_current(0x55);
	bootopt_put_image(
		"\\efi\\boot\\bootx64.efi", &bootopt_rig.machine.handles[2]);
	assert_int_equal(bootopt_chosen(), 8);
}

/* Q13: both NULL; then BootCurrent alone has to do. */
static void missing_image_paths_are_survived(void **state)
{
	(void)state;
	bootopt_put_option(4, "\\EFI\\BOOT\\BOOTX64.EFI", OTHER, 1);
	bootopt_put_option(8, BOOTOPT_WINDOWS_PATH, ESP, 1);
	ORDER(4, 8);
	bootopt_put_current(4);
	bootopt_rig.machine.handles[0].loaded_image = &bootopt_rig.image;
	assert_int_equal(bootopt_chosen(), 8);
}

/* Something was started as Windows and started us: that is not us. */
static void windows_as_current_is_still_windows(void **state)
{
	struct boot_target t;

	(void)state;
	bootopt_put_option(8, BOOTOPT_WINDOWS_PATH, ESP, 1);
	ORDER(8);
	bootopt_put_current(8);
	assert_int_equal(bootopt_chosen(), 8);
	/* Unless we really are that file. */
	bootopt_put_image(
		BOOTOPT_WINDOWS_PATH, &bootopt_rig.machine.handles[1]);
	assert_int_equal(bootopt_choose(&bootopt_rig.fw, &t), -ERR_NOT_FOUND);
}

static void windows_outside_the_order_is_found(void **state)
{
	(void)state;
	bootopt_put_option(1, OWN_PATH, ESP, 1);
	bootopt_put_option(0xfe, BOOTOPT_WINDOWS_PATH, ESP, 1);
	ORDER(1);
	assert_int_equal(bootopt_chosen(), 0xfe);
	bootopt_put_option(0x100, BOOTOPT_WINDOWS_PATH, ESP, 1);
	assert_int_equal(bootopt_chosen(), 0xfe);
}

static void the_best_windows_is_chosen(void **state)
{
	struct boot_target t;

	(void)state;
	bootopt_put_option(1, OWN_PATH, ESP, 1);
	bootopt_put_option(2, BOOTOPT_WINDOWS_PATH, ABSENT, 0);
	bootopt_put_option(3, BOOTOPT_WINDOWS_PATH, ABSENT, 1);
	bootopt_put_option(4, BOOTOPT_WINDOWS_PATH, ESP, 0);
	ORDER(1, 2);
	assert_int_equal(bootopt_chosen(), 4);
	bootopt_put_option(5, BOOTOPT_WINDOWS_PATH, OTHER, 1);
	assert_int_equal(bootopt_chosen(), 5);
	assert_int_equal(bootopt_choose(&bootopt_rig.fw, &t), 0);
	assert_true(t.is_present);
	/* Nothing is connected (Q35): an absent one is better than none. */
	bootopt_rig.machine.handle_count = 1;
	assert_int_equal(bootopt_chosen(), 3);
	assert_int_equal(bootopt_choose(&bootopt_rig.fw, &t), 0);
	assert_false(t.is_present);
}

/* Q04 */
static void bypass_is_noticed(void **state)
{
	struct boot_target t;

	(void)state;
	assert_int_equal(bootopt_find_bypass(&bootopt_rig.fw, &t), 0);
	bootopt_put_option(1, OWN_PATH, ESP, 1);
	bootopt_put_option(2, BOOTOPT_WINDOWS_PATH, ESP, 1);
	ORDER(1, 2);
	assert_int_equal(bootopt_find_bypass(&bootopt_rig.fw, &t), 0);
	ORDER(2, 7, 1);
	assert_int_equal(bootopt_find_bypass(&bootopt_rig.fw, &t), 1);
	assert_int_equal(t.number, 2);
	/* Not installed at all: started from a stick. */
	ORDER(2, 7);
	assert_int_equal(bootopt_find_bypass(&bootopt_rig.fw, &t), 0);
	ORDER(7, 1);
	assert_int_equal(
		bootopt_find_bypass(&bootopt_rig.fw, &t), -ERR_NOT_FOUND);
	assert_int_equal(bootopt_rig.machine.set_calls, 0);
}

static void nothing_to_choose_is_not_found(void **state)
{
	struct boot_target t;

	(void)state;
	assert_int_equal(bootopt_choose(&bootopt_rig.fw, &t), -ERR_NOT_FOUND);
	bootopt_put_option(1, OWN_PATH, ESP, 1);
	ORDER(1);
	assert_int_equal(bootopt_choose(&bootopt_rig.fw, &t), -ERR_NOT_FOUND);
	assert_int_equal(bootopt_rig.machine.set_calls, 0);
}

#define TEST(f) cmocka_unit_test_setup(f, bootopt_rig_start)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(windows_behind_us_is_chosen),
		TEST(what_was_first_before_us_is_chosen),
		TEST(what_starts_no_system_is_passed_over),
		TEST(started_from_a_stick_windows_is_chosen),
		TEST(missing_image_paths_are_survived),
		TEST(windows_as_current_is_still_windows),
		TEST(windows_outside_the_order_is_found),
		TEST(the_best_windows_is_chosen),
		TEST(bypass_is_noticed),
		TEST(nothing_to_choose_is_not_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
