/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Variables on a store that lies: quirks Q16 to Q25. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "efi/vars.h"
#include "storage/err.h"
#include "tests/support/fakefw.h"

static struct fakefw machine;
static struct firmware fw;

static const uint8_t value[] = "ninety-six bytes or so";

static int start(void **state)
{
	(void)state;
	fakefw_start(&machine, &fw);
	return 0;
}

static void put_record(UINT32 attributes, const void *bytes, size_t len)
{
	fakefw_put(&machine, vars_record.name, vars_record.vendor, attributes,
		bytes, len);
}

static struct fakefw_variable *record(void)
{
	return fakefw_variable(&machine, vars_record.name, vars_record.vendor);
}

static int set_record(void)
{
	return vars_set(&fw, &vars_record, value, sizeof(value));
}

static void what_was_set_is_read_back(void **state)
{
	uint8_t buf[64];
	size_t len;

	(void)state;
	assert_int_equal(vars_get(&fw, &vars_record, buf, sizeof(buf), &len),
		-ERR_NOT_FOUND);
	assert_int_equal(set_record(), 0);
	assert_int_equal(record()->attributes, VARS_NV_BS);
	assert_int_equal(
		vars_get(&fw, &vars_record, buf, sizeof(buf), &len), 0);
	assert_int_equal(len, sizeof(value));
	assert_memory_equal(buf, value, len);
	assert_int_equal(
		vars_get(&fw, &vars_record, buf, sizeof(value) - 1, &len),
		-ERR_TOO_LARGE);
}

static void same_value_is_not_written(void **state)
{
	(void)state;
	assert_int_equal(set_record(), 0);
	assert_int_equal(machine.set_calls, 1);
	assert_int_equal(set_record(), 0);
	assert_int_equal(machine.set_calls, 1);
}

/* Q18 */
static void success_without_storing_is_noticed(void **state)
{
	(void)state;
	machine.set_stores_nothing = true;
	assert_int_equal(set_record(), -ERR_NOT_STORED);
	machine.set_stores_nothing = false;
	machine.set_changes_value = true;
	assert_int_equal(set_record(), -ERR_NOT_STORED);
}

/* Q19 */
static void storing_without_success_is_noticed(void **state)
{
	(void)state;
	machine.set_status = EFI_DEVICE_ERROR;
	assert_int_equal(set_record(), 0);
	assert_non_null(record());
}

/* Q17 */
static void full_store_is_no_space(void **state)
{
	(void)state;
	machine.set_stores_nothing = true;
	machine.set_status = EFI_OUT_OF_RESOURCES;
	assert_int_equal(set_record(), -ERR_NO_SPACE);
	machine.set_status = EFI_WRITE_PROTECTED;
	assert_int_equal(set_record(), -ERR_READ_ONLY);
}

/* Q16 */
static void nearly_full_store_gets_no_new_variable(void **state)
{
	(void)state;
	machine.store_left = 5200;
	assert_int_equal(set_record(), -ERR_NO_SPACE);
	assert_int_equal(machine.set_calls, 0);
	put_record(VARS_NV_BS, "old", 3);
	assert_int_equal(set_record(), 0); /* not new: no growth to speak of */
	machine.variable_count = 0;
	machine.query_status = EFI_UNSUPPORTED;
	assert_int_equal(set_record(), 0);
}

/* Q21, Q25 */
static void free_space_is_not_asked_everywhere(void **state)
{
	static CHAR16 apple[] = {'A', 'p', 'p', 'l', 'e'}; /* no NUL: Q25 */

	(void)state;
	machine.store_left = 0;
	fw.system->FirmwareVendor = apple;
	assert_int_equal(set_record(), 0);
	machine.variable_count = 0;
	fakefw_start(&machine, &fw);
	machine.store_left = 0;
	fw.runtime->Hdr.Revision = 0x0001000a;
	assert_int_equal(set_record(), 0);
	assert_int_equal(machine.query_calls, 0);
}

/* Q24; get_variable() of the fake refuses NULL by itself. */
static void missing_attributes_are_no_contradiction(void **state)
{
	uint8_t buf[64];
	size_t len;

	(void)state;
	machine.attributes_unset = true;
	assert_int_equal(set_record(), 0);
	assert_int_equal(
		vars_get(&fw, &vars_record, buf, sizeof(buf), &len), 0);
}

/* Windows can only make variables with runtime access. */
static void forged_record_is_not_believed(void **state)
{
	uint8_t buf[64];
	size_t len = 99;

	(void)state;
	put_record(VARS_NV_BS_RT, value, sizeof(value));
	assert_int_equal(vars_get(&fw, &vars_record, buf, sizeof(buf), &len),
		-ERR_CORRUPT);
	assert_int_equal(len, 99);
	assert_int_equal(set_record(), 0); /* and it is replaced */
	assert_int_equal(record()->attributes, VARS_NV_BS);
}

static void unreadable_variable_is_an_error(void **state)
{
	uint8_t buf[64];
	size_t len;

	(void)state;
	put_record(VARS_NV_BS, value, sizeof(value));
	machine.get_status = EFI_DEVICE_ERROR;
	assert_int_equal(
		vars_get(&fw, &vars_record, buf, sizeof(buf), &len), -ERR_IO);
	assert_int_equal(set_record(), -ERR_NOT_STORED);
}

static void impossible_lengths_are_refused(void **state)
{
	static uint8_t big[VARS_MAX_BYTES + 1];

	(void)state;
	assert_int_equal(vars_set(&fw, &vars_record, big, 0), -ERR_INTERNAL);
	assert_int_equal(
		vars_set(&fw, &vars_record, big, sizeof(big)), -ERR_TOO_LARGE);
	assert_int_equal(
		vars_set(&fw, &vars_bugcheck_code, big, 4), -ERR_INTERNAL);
	assert_int_equal(machine.set_calls, 0);
}

static void boot_option_names_are_upper_case(void **state)
{
	CHAR16 name[VARS_BOOT_NAME_UNITS];
	struct vars_name v = vars_boot_option(0x0a5f, name);

	(void)state;
	assert_memory_equal(v.name, u"Boot0A5F", sizeof(u"Boot0A5F"));
	assert_int_equal(v.attributes, VARS_NV_BS_RT);
}

static void what_was_removed_is_gone(void **state)
{
	(void)state;
	assert_int_equal(vars_remove(&fw, &vars_record), 0);
	assert_int_equal(machine.set_calls, 0);
	put_record(VARS_NV_BS, value, sizeof(value));
	assert_int_equal(vars_remove(&fw, &vars_record), 0);
	assert_null(record());
	/* Q18, and Q17: neither says so. */
	put_record(VARS_NV_BS, value, sizeof(value));
	machine.set_stores_nothing = true;
	assert_int_equal(vars_remove(&fw, &vars_record), -ERR_NOT_STORED);
	machine.set_status = EFI_OUT_OF_RESOURCES;
	assert_int_equal(vars_remove(&fw, &vars_record), -ERR_NO_SPACE);
	/* Q19: an error, and yet it is gone. */
	machine.set_stores_nothing = false;
	assert_int_equal(vars_remove(&fw, &vars_record), 0);
	assert_null(record());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_was_removed_is_gone, start),
		cmocka_unit_test_setup(what_was_set_is_read_back, start),
		cmocka_unit_test_setup(same_value_is_not_written, start),
		cmocka_unit_test_setup(
			success_without_storing_is_noticed, start),
		cmocka_unit_test_setup(
			storing_without_success_is_noticed, start),
		cmocka_unit_test_setup(full_store_is_no_space, start),
		cmocka_unit_test_setup(
			nearly_full_store_gets_no_new_variable, start),
		cmocka_unit_test_setup(
			free_space_is_not_asked_everywhere, start),
		cmocka_unit_test_setup(
			missing_attributes_are_no_contradiction, start),
		cmocka_unit_test_setup(forged_record_is_not_believed, start),
		cmocka_unit_test_setup(unreadable_variable_is_an_error, start),
		cmocka_unit_test_setup(impossible_lengths_are_refused, start),
		cmocka_unit_test_setup(boot_option_names_are_upper_case, start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
