/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole runs over a PC whose Windows volume is locked by BitLocker, with a key:
 * where it comes from, and that the change is that of a plain volume.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/keys/key_pack_make.h"
#include "tests/support/locked_run.h"

static void a_suspended_volume_needs_none(void **state)
{
	(void)state;
	locked_begin(&locked_suspended);
	pc_run();
	locked_expect_held(LOCKED_OPENED("clear-key"));
}

/* Whoever looks at the two volumes with the key sees no difference. */
static void the_change_is_that_of_a_plain_volume(void **state)
{
	const unsigned char *volume;
	unsigned char *plain;
	uint64_t size;

	(void)state;
	pc_start(&pc_with_table);
	pc_run();
	assert_true(pc.outcome.is_applied);
	volume = july_volume(&pc.disk, &pc_with_table, &size);
	plain = malloc(size);
	assert_non_null(plain);
	memcpy(plain, volume, size);
	locked_begin(&locked_suspended);
	pc_run();
	locked_reveal();
	volume = july_volume(&pc.disk, &pc_with_table, &size);
	assert_memory_equal(volume, plain, size);
	free(plain);
}

static void each_method_and_sector_size(void **state)
{
	static const struct july large = {
		.has_table = true, .sector_bytes = 4096};
	const bool is_deep = getenv("LOOPBREAKER_DEEP") != NULL;
	struct bitlocker_plan plan = locked_suspended;

	(void)state;
	/* Every day each method has one of the two. */
	for (int i = 0; i < 12; i += is_deep || i % 4 ? 1 : 3) {
		plan.method = (uint16_t)(BITLOCKER_CBC_128_DIFFUSER + i / 2);
		plan.sector_bytes = i % 2 ? 4096 : 512;
		locked_start(i % 2 ? &large : &pc_with_table, &plan);
		pc_run();
		locked_expect_held(LOCKED_OPENED("clear-key"));
	}
}

static void each_protector_with_a_key_in_a_file(void **state)
{
	(void)state;
	locked_begin(&locked_plan);
	locked_put_text(LOCKED_FIRST, LOCKED_FIRST_DIGITS);
	pc_run();
	locked_expect_silence();
	locked_expect_held(LOCKED_OPENED("key-file"));

	locked_begin(&locked_plan);
	locked_put_text(LOCKED_SECOND, LOCKED_SECOND_DIGITS);
	pc_run();
	locked_expect_held(LOCKED_OPENED("key-file"));

	locked_begin(&locked_plan);
	locked_put_startup_key();
	pc_run();
	locked_expect_held(LOCKED_OPENED("key-file"));
}

/* Among the keys of others. */
static void a_key_in_a_table(void **state)
{
	static char table[200 * 120];
	size_t len = 0;

	(void)state;
	locked_begin(&locked_plan);
	len += (size_t)snprintf(table, sizeof(table), "KeyID,RecoveryKey\r\n");
	for (unsigned int i = 0; i < 100; i++)
		len += (size_t)snprintf(table + len, sizeof(table) - len,
			"{%08X-1111-2222-3333-444444444444},%s\r\n", i,
			i == 50 ? "no key at all" : LOCKED_FIRST_DIGITS);
	len += (size_t)snprintf(table + len, sizeof(table) - len, "%s,%s\r\n",
		locked_id_of(LOCKED_SECOND), LOCKED_SECOND_DIGITS);
	locked_put_file("site.csv", table, len);
	pc_run();
	assert_int_equal(fake_machine_heard(&pc.machine, "1 row(s)"), 1);
	locked_expect_held(LOCKED_OPENED("key-file"));
}

static void a_key_that_is_typed(void **state)
{
	static const char *const right[] = {LOCKED_SECOND_DIGITS};
	static const char *const late[] = {
		LOCKED_WRONG_DIGITS, LOCKED_FIRST_DIGITS};

	(void)state;
	locked_begin(&locked_plan);
	locked_answer(right, 1);
	pc_run();
	assert_int_equal(pc.machine.last_secret.id_count, 2);
	locked_expect_silence();
	locked_expect_held(LOCKED_OPENED("typed"));

	locked_begin(&locked_plan);
	locked_answer(late, 2);
	pc_run();
	assert_int_equal(pc.machine.secrets_asked, 2);
	assert_int_equal(fake_machine_heard(&pc.machine, "compare"), 1);
	locked_expect_held(LOCKED_OPENED("typed"));
}

/* Without a table of partitions; to be met before the PC's own disk. */
static void put_disk_in_front(
	struct emudisk *e, const struct bitlocker_plan *plan)
{
	struct bitlocker_made ignored;

	assert_int_equal(emudisk_open(e, 2u << 20, 512), 0);
	assert_null(bitlocker_make(plan, e->bytes, 2u << 20, &ignored));
	memset(e->bytes + 446, 'A', 64); /* boot code; no table */
	disk_set_name(&e->disk, "data");
	fake_machine_add_disk(&pc.machine, pc.machine.disks[0]);
	pc.machine.disks[0] = &e->disk;
}

/* Whoever has no key for a disk of data may have that for Windows. */
static void of_several_volumes_any_may_be_opened(void **state)
{
	static const char *const right[] = {LOCKED_SECOND_DIGITS};
	const struct bitlocker_plan data[] = {
		{.seed = 7,
			.secrets = {{BITLOCKER_PASSWORD, "word"}},
			.secret_count = 1},
		{.seed = 7,
			.secrets = {{BITLOCKER_RECOVERY_PASSWORD,
				LOCKED_WRONG_DIGITS}},
			.secret_count = 1}};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct emudisk e;

		locked_begin(&locked_plan);
		put_disk_in_front(&e, &data[i]);
		locked_answer(right, 1);
		locked_run();
		assert_int_equal(fake_machine_reported(
					 &pc.machine, LOCKED_OPENED("typed")),
			1);
		/* Both are named, where both have such a key. */
		assert_int_equal(fake_machine_heard(&pc.machine,
					 "data (LOOPBREAKER C: 19/07/2024), "
					 "disk 0, partition 2 (LOOPBREAKER C: "
					 "19/07/2024)."),
			i);
		emudisk_close(&e);
	}
}

#define PIN "493817205566"

/* A pack with the second password, and another PC's. */
static void put_pack(const char *name)
{
	static uint8_t pack[KEY_PACK_BYTES(2)];
	static uint8_t derived[KEY_PACK_KEY_BYTES];
	const uint8_t salt[KEY_PACK_SALT_BYTES] = {1, 2, 3};
	struct key_pack_entry entries[2];
	struct key k = {.kind = KEY_RECOVERY_PASSWORD,
		.id_kind = KEY_ID_WHOLE,
		.len = KEY_RECOVERY_BYTES};
	unsigned int group;
	size_t dropped;

	bitlocker_maker_guid(&locked_plan, LOCKED_SECOND, k.id);
	assert_int_equal(recovery_password_parse(LOCKED_SECOND_DIGITS,
				 strlen(LOCKED_SECOND_DIGITS), k.bytes, &group),
		RECOVERY_GROUP_GOOD);
	assert_int_equal(key_pack_entry_set(&entries[0], &k), 0);
	memset(k.id, 0x77, sizeof(k.id));
	assert_int_equal(key_pack_entry_set(&entries[1], &k), 0);
	assert_int_equal(key_pack_sort(entries, 2, &dropped), 2);
	if (!derived[0])
		assert_int_equal(key_pack_derive(PIN, strlen(PIN), salt,
					 KEY_PACK_MIN_ROUNDS, derived),
			0);
	assert_int_equal(key_pack_make(entries, 2, salt, KEY_PACK_MIN_ROUNDS,
				 derived, pack),
		0);
	locked_put_file(name, pack, sizeof(pack));
}

static void a_sealed_pack(void **state)
{
	static const char *const answers[] = {"493817205567", PIN};

	(void)state;
	locked_begin(&locked_plan);
	put_pack("site.keys");
	locked_answer(answers, 2);
	pc_run();
	assert_int_equal(fake_machine_heard(&pc.machine, "not the PIN"), 1);
	assert_int_equal(fake_machine_heard(&pc.machine, PIN), 0);
	assert_int_equal(fake_machine_reported(&pc.machine, PIN), 0);
	locked_expect_silence();
	locked_expect_held(LOCKED_OPENED("key-pack"));
}

/* From a server: whoever has its PIN may say it; 48 digits nobody is asked. */
static void a_pack_of_a_server(void **state)
{
	static const char *const answers[] = {PIN};

	(void)state;
	locked_begin(&locked_plan);
	put_pack("site.keys");
	locked_answer(answers, 1);
	pc.machine.platform.may_ask_secrets = false;
	pc_run();
	locked_expect_held(LOCKED_OPENED("key-pack"));
	pc_teardown(state);
	assert_int_equal(pc_setup(state), 0);
	locked_begin(&locked_plan);
	put_pack("site.keys");
	locked_answer(NULL, 0);
	pc.machine.platform.may_ask_secrets = false;
	pc_run();
	locked_expect_closed();
	assert_int_equal(pc.machine.secrets_asked, 1);
}

/* Nobody is there to type it. */
static void a_sealed_pack_alone(void **state)
{
	(void)state;
	locked_begin(&locked_plan);
	put_pack("site.keys");
	pc_run();
	locked_expect_closed();
	assert_int_equal(pc.machine.secrets_asked, 0);
	assert_int_equal(fake_machine_heard(&pc.machine, "stays sealed"), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, pc_setup, pc_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_suspended_volume_needs_none),
		TEST(the_change_is_that_of_a_plain_volume),
		TEST(each_method_and_sector_size),
		TEST(each_protector_with_a_key_in_a_file),
		TEST(a_key_in_a_table),
		TEST(a_key_that_is_typed),
		TEST(of_several_volumes_any_may_be_opened),
		TEST(a_sealed_pack),
		TEST(a_pack_of_a_server),
		TEST(a_sealed_pack_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
