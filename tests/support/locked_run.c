/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/unlock.h"
#include "tests/support/locked_run.h"

const struct bitlocker_plan locked_suspended = {
	.secrets = {{BITLOCKER_TPM, NULL}, {BITLOCKER_CLEAR_KEY, NULL}},
	.secret_count = 2,
};

const struct bitlocker_plan locked_plan = {
	.secrets = {{BITLOCKER_TPM, NULL},
		{BITLOCKER_RECOVERY_PASSWORD, LOCKED_FIRST_DIGITS},
		{BITLOCKER_RECOVERY_PASSWORD, LOCKED_SECOND_DIGITS},
		{BITLOCKER_STARTUP_KEY, NULL}},
	.secret_count = 4,
};

static char text[1024];
static uint8_t bek[BITLOCKER_MAKER_BEK];
static struct fake_key_file file;

void locked_begin(const struct bitlocker_plan *plan)
{
	locked_start(&pc_with_table, plan);
	pc.machine.key_files = NULL;
	pc.machine.key_file_count = 0;
}

struct fake_key_file *locked_put_file(
	const char *name, const void *bytes, size_t len)
{
	file = (struct fake_key_file){.name = name, .bytes = bytes, .len = len};
	pc.machine.key_files = &file;
	pc.machine.key_file_count = 1;
	return &file;
}

const char *locked_id_of(size_t protector)
{
	static char id[UNLOCK_KEY_ID_BYTES];
	uint8_t guid[GUID_BYTES];

	bitlocker_maker_guid(&locked_plan, protector, guid);
	return unlock_key_id(guid, id);
}

struct fake_key_file *locked_put_text(size_t protector, const char *digits)
{
	int len = snprintf(text, sizeof(text),
		"BitLocker Drive Encryption recovery key\r\n\r\nIdentifier:"
		"\r\n\r\n\t%s\r\n\r\nRecovery Key:\r\n\r\n\t%s\r\n",
		locked_id_of(protector), digits);

	return locked_put_file("key.txt", text, (size_t)len);
}

void locked_put_startup_key(void)
{
	locked_put_file("x.BEK", bek,
		bitlocker_maker_bek(&locked_plan, LOCKED_STARTUP, bek));
}

void locked_answer(const char *const *secrets, size_t count)
{
	pc.machine.secrets = secrets;
	pc.machine.secret_count = count;
	pc.machine.platform.may_ask_secrets = true;
	pc.machine.platform.may_ask_pin = true;
}

void locked_expect_held(const char *opened)
{
	assert_int_equal(pc.outcome.verdict, VERDICT_HOLD);
	assert_true(pc.outcome.is_applied);
	assert_int_equal(fake_machine_reported(&pc.machine, opened), 1);
	assert_int_equal(pc.machine.secrets_expected,
		strcmp(opened, LOCKED_OPENED("clear-key")) != 0);
	assert_int_equal(pc.machine.open_key_files, 0);
	assert_true(locked_hides(&pc.disk, JULY_HELD_SUFFIX));
	locked_reveal();
	pc_expect_held(true, true);
}

void locked_expect_closed(void)
{
	assert_int_equal(pc.outcome.verdict, VERDICT_REFUSE);
	assert_int_equal(pc.outcome.windows, WINDOWS_ENCRYPTED);
	assert_int_equal(pc.outcome.err, 0);
	pc_expect_nothing_written();
	assert_int_equal(
		fake_machine_reported(&pc.machine, LOCKED_OPENED("no")), 1);
	assert_int_equal(pc.machine.open_key_files, 0);
	/* Both IDs, to be read out. */
	assert_true(
		fake_machine_heard(&pc.machine, locked_id_of(LOCKED_FIRST)));
	assert_true(
		fake_machine_heard(&pc.machine, locked_id_of(LOCKED_SECOND)));
}

void locked_expect_silence(void)
{
	static const char *const parts[] = {"720885", "007700", "000044"};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		assert_int_equal(fake_machine_heard(&pc.machine, parts[i]), 0);
		assert_int_equal(
			fake_machine_reported(&pc.machine, parts[i]), 0);
	}
}

void locked_run(void)
{
	fake_machine_forget(&pc.machine);
	recovery_run(
		&pc.machine.platform, &pc_no_order, &pc.policy, &pc.outcome);
}
