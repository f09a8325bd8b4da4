/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How boot variables are changed for the hand-over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "efi/bootorder.h"
#include "efi/vars.h"
#include "storage/bytes.h"
#include "storage/err.h"
#include "tests/support/bootopt_rig.h"

static void missing_option_is_made(void **state)
{
	struct boot_target t;

	(void)state;
	bootopt_put_option(0, OWN_PATH, ESP, 1);
	bootopt_put_option(1, LINUX_PATH, ABSENT, 1);
	bootopt_put_option(3, LINUX_PATH, ABSENT, 1);
	ORDER(0, 1);
	assert_int_equal(bootopt_create_windows(&bootopt_rig.fw, &t), 0);
	assert_true(t.has_number);
	assert_int_equal(t.number, 2);
	assert_true(bootopt_path_is(&t.option, BOOTOPT_WINDOWS_PATH));
	EXPECT_ORDER(0, 1, 2);
	bootopt_rig.machine.set_calls = 0;
	assert_int_equal(bootopt_chosen(), 2);
}

static void missing_option_without_store_can_be_chain_loaded(void **state)
{
	struct boot_target t;

	(void)state;
	bootopt_rig.machine.set_stores_nothing = true;
	assert_int_equal(bootopt_create_windows(&bootopt_rig.fw, &t), 0);
	assert_false(t.has_number);
	assert_true(t.option.has_partition);
	assert_int_equal(bootopt_set_next(&bootopt_rig.fw, &t), -ERR_NOT_FOUND);
}

static void no_file_means_no_option(void **state)
{
	struct boot_target t;

	(void)state;
	bootopt_rig.file_exists = false;
	assert_int_equal(
		bootopt_create_windows(&bootopt_rig.fw, &t), -ERR_NOT_FOUND);
	assert_int_equal(bootopt_rig.volumes_opened, 2);
	assert_int_equal(bootopt_rig.machine.set_calls, 0);
}

/* Q33, Q34: never through the firmware's NTFS driver, never on a stick. */
static void only_fixed_fat_is_opened(void **state)
{
	struct boot_target t;

	(void)state;
	bootopt_rig.is_ntfs = true;
	assert_int_equal(
		bootopt_create_windows(&bootopt_rig.fw, &t), -ERR_NOT_FOUND);
	bootopt_rig.is_ntfs = false;
	bootopt_rig.media.RemovableMedia = TRUE;
	assert_int_equal(
		bootopt_create_windows(&bootopt_rig.fw, &t), -ERR_NOT_FOUND);
	assert_int_equal(bootopt_rig.volumes_opened, 0);
}

static void next_is_set_and_read_back(void **state)
{
	struct boot_target t;
	struct fakefw_variable *v;

	(void)state;
	bootopt_put_option(8, BOOTOPT_WINDOWS_PATH, ESP, 1);
	ORDER(8);
	assert_int_equal(bootopt_choose(&bootopt_rig.fw, &t), 0);
	assert_int_equal(bootopt_set_next(&bootopt_rig.fw, &t), 0);
	v = fakefw_variable(&bootopt_rig.machine, vars_boot_next.name,
		vars_boot_next.vendor);
	assert_non_null(v);
	assert_int_equal(v->len, 2);
	assert_int_equal(le16_get(v->bytes), 8);
	assert_int_equal(v->attributes, VARS_NV_BS_RT);
}

/* Q01 */
static void renumbered_option_is_noticed(void **state)
{
	struct boot_target t;

	(void)state;
	bootopt_put_option(8, BOOTOPT_WINDOWS_PATH, ESP, 1);
	ORDER(8);
	assert_int_equal(bootopt_choose(&bootopt_rig.fw, &t), 0);
	bootopt_put_option(8, LINUX_PATH, ESP, 1);
	assert_int_equal(
		bootopt_set_next(&bootopt_rig.fw, &t), -ERR_NOT_STORED);
	bootopt_put_option(8, BOOTOPT_WINDOWS_PATH, OTHER, 1);
	assert_int_equal(
		bootopt_set_next(&bootopt_rig.fw, &t), -ERR_NOT_STORED);
}

static void order_keeps_everything_else(void **state)
{
	(void)state;
	ORDER(9, 5, 8, 0x77, 8);
	assert_int_equal(bootopt_put_first(&bootopt_rig.fw, 8), 1);
	EXPECT_ORDER(8, 9, 5, 0x77);
	bootopt_rig.machine.set_calls = 0;
	assert_int_equal(bootopt_put_first(&bootopt_rig.fw, 8), 0);
	assert_int_equal(bootopt_rig.machine.set_calls, 0);
}

/* An order that cannot be read must not be replaced by a shorter one. */
static void unreadable_order_is_left_alone(void **state)
{
	static const uint8_t huge[2 * BOOTORDER_MAX + 2];

	(void)state;
	fakefw_put(&bootopt_rig.machine, vars_boot_order.name,
		vars_boot_order.vendor, VARS_NV_BS_RT, huge, sizeof(huge));
	assert_int_equal(bootopt_put_first(&bootopt_rig.fw, 8), -ERR_TOO_LARGE);
	bootopt_rig.machine.get_status = EFI_DEVICE_ERROR;
	assert_int_equal(bootopt_put_first(&bootopt_rig.fw, 8), -ERR_IO);
	assert_int_equal(bootopt_rig.machine.set_calls, 0);
}

static void missing_order_is_made(void **state)
{
	(void)state;
	assert_int_equal(bootopt_put_first(&bootopt_rig.fw, 8), 1);
	EXPECT_ORDER(8);
}

#define TEST(f) cmocka_unit_test_setup(f, bootopt_rig_start)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(missing_option_is_made),
		TEST(missing_option_without_store_can_be_chain_loaded),
		TEST(no_file_means_no_option),
		TEST(only_fixed_fat_is_opened),
		TEST(next_is_set_and_read_back),
		TEST(renumbered_option_is_noticed),
		TEST(order_keeps_everything_else),
		TEST(unreadable_order_is_left_alone),
		TEST(missing_order_is_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
