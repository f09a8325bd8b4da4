/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole runs over a PC whose Windows volume is locked by BitLocker: where the
 * key comes from, what is done without one, and what the disk is like then.
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
#include "recovery/unlock.h"
#include "storage/err.h"
#include "tests/support/locked_pc.h"
#include "tests/support/ntfs_peek.h"
#include "tests/support/redo_stick.h"

#define DIGITS	     "000011-000022-000033-000044-000055-000066-000077-720885"
#define OTHER_DIGITS "000110-000220-000330-000440-000550-000660-000770-007700"
#define OPENED(way)                                                            \
	"\"event\":\"bitlocker\",\"volume\":\"disk 0, partition 2\","          \
	"\"opened\":\"" way "\""

static const struct bitlocker_plan suspended = {
	.secrets = {{BITLOCKER_TPM, NULL}, {BITLOCKER_CLEAR_KEY, NULL}},
	.secret_count = 2,
};

/* As a company's PC is: a TPM, and two recovery passwords in the directory. */
static const struct bitlocker_plan locked = {
	.secrets = {{BITLOCKER_TPM, NULL},
		{BITLOCKER_RECOVERY_PASSWORD, OTHER_DIGITS},
		{BITLOCKER_RECOVERY_PASSWORD, DIGITS},
		{BITLOCKER_STARTUP_KEY, NULL}},
	.secret_count = 4,
};
#define FIRST_PROTECTOR	  1
#define SECOND_PROTECTOR  2
#define STARTUP_PROTECTOR 3

static char text[1024];
static uint8_t bek[BITLOCKER_MAKER_BEK];
static struct fake_key_file file;

static bool is_deep(void)
{
	return getenv("LOOPBREAKER_DEEP") != NULL;
}

static void start(const struct bitlocker_plan *plan)
{
	locked_start(&pc_with_table, plan);
	pc.machine.key_files = NULL;
	pc.machine.key_file_count = 0;
}

static void put_file(const char *name, const void *bytes, size_t len)
{
	file = (struct fake_key_file){.name = name, .bytes = bytes, .len = len};
	pc.machine.key_files = &file;
	pc.machine.key_file_count = 1;
}

static const char *id_of(size_t protector)
{
	static char id[UNLOCK_KEY_ID_BYTES];
	uint8_t guid[GUID_BYTES];

	bitlocker_maker_guid(&locked, protector, guid);
	return unlock_key_id(guid, id);
}

/* The form in which Windows saves it, but for the encoding. */
static void put_text(size_t protector, const char *digits)
{
	int len = snprintf(text, sizeof(text),
		"BitLocker Drive Encryption recovery key\r\n\r\nIdentifier:"
		"\r\n\r\n\t%s\r\n\r\nRecovery Key:\r\n\r\n\t%s\r\n",
		id_of(protector), digits);

	put_file("key.txt", text, (size_t)len);
}

static void put_startup_key(void)
{
	put_file("x.BEK", bek,
		bitlocker_maker_bek(&locked, STARTUP_PROTECTOR, bek));
}

static void answer(const char *const *secrets, size_t count)
{
	pc.machine.secrets = secrets;
	pc.machine.secret_count = count;
	pc.machine.platform.may_ask_secrets = true;
}

/* Held, and nothing but what was to be changed was. */
static void expect_held(const char *opened)
{
	assert_int_equal(pc.outcome.verdict, VERDICT_HOLD);
	assert_true(pc.outcome.is_applied);
	assert_int_equal(fake_machine_reported(&pc.machine, opened), 1);
	assert_int_equal(pc.machine.secrets_expected,
		strcmp(opened, OPENED("clear-key")) != 0);
	assert_int_equal(pc.machine.open_key_files, 0);
	assert_true(locked_hides(&pc.disk, JULY_HELD_SUFFIX));
	locked_reveal();
	pc_expect_held(true, true);
}

static void expect_closed(void)
{
	assert_int_equal(pc.outcome.verdict, VERDICT_REFUSE);
	assert_int_equal(pc.outcome.windows, WINDOWS_ENCRYPTED);
	assert_int_equal(pc.outcome.err, 0);
	pc_expect_nothing_written();
	assert_int_equal(fake_machine_reported(&pc.machine, OPENED("no")), 1);
	assert_int_equal(pc.machine.open_key_files, 0);
	/* Both IDs, to be read out. */
	assert_true(fake_machine_heard(&pc.machine, id_of(FIRST_PROTECTOR)));
	assert_true(fake_machine_heard(&pc.machine, id_of(SECOND_PROTECTOR)));
}

/* No digit of a key is said or reported. */
static void expect_silence(void)
{
	static const char *const parts[] = {"720885", "007700", "000044"};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		assert_int_equal(fake_machine_heard(&pc.machine, parts[i]), 0);
		assert_int_equal(
			fake_machine_reported(&pc.machine, parts[i]), 0);
	}
}

/* pc_run() looks at one disk only. */
static void run(void)
{
	fake_machine_forget(&pc.machine);
	recovery_run(
		&pc.machine.platform, &pc_no_order, &pc.policy, &pc.outcome);
}

/* --- With a key ----------------------------------------------------------- */

static void a_suspended_volume_needs_none(void **state)
{
	(void)state;
	start(&suspended);
	pc_run();
	expect_held(OPENED("clear-key"));
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
	start(&suspended);
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
	struct bitlocker_plan plan = suspended;

	(void)state;
	/* Every day each method has one of the two. */
	for (int i = 0; i < 12; i += is_deep() || i % 4 ? 1 : 3) {
		plan.method = (uint16_t)(BITLOCKER_CBC_128_DIFFUSER + i / 2);
		plan.sector_bytes = i % 2 ? 4096 : 512;
		locked_start(i % 2 ? &large : &pc_with_table, &plan);
		pc_run();
		expect_held(OPENED("clear-key"));
	}
}

static void each_protector_with_a_key_in_a_file(void **state)
{
	(void)state;
	start(&locked);
	put_text(FIRST_PROTECTOR, OTHER_DIGITS);
	pc_run();
	expect_silence();
	expect_held(OPENED("key-file"));

	start(&locked);
	put_text(SECOND_PROTECTOR, DIGITS);
	pc_run();
	expect_held(OPENED("key-file"));

	start(&locked);
	put_startup_key();
	pc_run();
	expect_held(OPENED("key-file"));
}

/* Among the keys of others. */
static void a_key_in_a_table(void **state)
{
	static char table[200 * 120];
	size_t len = 0;

	(void)state;
	start(&locked);
	len += (size_t)snprintf(table, sizeof(table), "KeyID,RecoveryKey\r\n");
	for (unsigned int i = 0; i < 100; i++)
		len += (size_t)snprintf(table + len, sizeof(table) - len,
			"{%08X-1111-2222-3333-444444444444},%s\r\n", i,
			i == 50 ? "no key at all" : OTHER_DIGITS);
	len += (size_t)snprintf(table + len, sizeof(table) - len, "%s,%s\r\n",
		id_of(SECOND_PROTECTOR), DIGITS);
	put_file("site.csv", table, len);
	pc_run();
	assert_int_equal(fake_machine_heard(&pc.machine, "1 row(s)"), 1);
	expect_held(OPENED("key-file"));
}

static void a_key_that_is_typed(void **state)
{
	static const char *const right[] = {DIGITS};
	/* Valid as digits, but of nobody. */
	static const char *const late[] = {
		"000121-000121-000121-000121-000121-000121-000121-000121",
		OTHER_DIGITS};

	(void)state;
	start(&locked);
	answer(right, 1);
	pc_run();
	assert_int_equal(pc.machine.last_secret.id_count, 2);
	expect_silence();
	expect_held(OPENED("typed"));

	start(&locked);
	answer(late, 2);
	pc_run();
	assert_int_equal(pc.machine.secrets_asked, 2);
	assert_int_equal(fake_machine_heard(&pc.machine, "compare"), 1);
	expect_held(OPENED("typed"));
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

	bitlocker_maker_guid(&locked, SECOND_PROTECTOR, k.id);
	assert_int_equal(recovery_password_parse(
				 DIGITS, strlen(DIGITS), k.bytes, &group),
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
	put_file(name, pack, sizeof(pack));
}

static void a_sealed_pack(void **state)
{
	static const char *const answers[] = {"493817205567", PIN};

	(void)state;
	start(&locked);
	put_pack("site.keys");
	answer(answers, 2);
	pc_run();
	assert_int_equal(fake_machine_heard(&pc.machine, "not the PIN"), 1);
	assert_int_equal(fake_machine_heard(&pc.machine, PIN), 0);
	assert_int_equal(fake_machine_reported(&pc.machine, PIN), 0);
	expect_silence();
	expect_held(OPENED("key-pack"));
}

/* Nobody is there to type it. */
static void a_sealed_pack_alone(void **state)
{
	(void)state;
	start(&locked);
	put_pack("site.keys");
	pc_run();
	expect_closed();
	assert_int_equal(pc.machine.secrets_asked, 0);
	assert_int_equal(fake_machine_heard(&pc.machine, "stays sealed"), 1);
}

/* --- Without -------------------------------------------------------------- */

static void without_a_key_nothing_is_written(void **state)
{
	(void)state;
	start(&locked);
	pc_run();
	expect_closed();
	assert_int_equal(pc.machine.secrets_expected, 0);
	assert_int_equal(pc.machine.secrets_asked, 0);
}

static void a_wrong_key_opens_nothing(void **state)
{
	(void)state;
	start(&locked);
	put_text(FIRST_PROTECTOR, DIGITS);
	pc_run();
	expect_closed();
	assert_int_equal(fake_machine_heard(&pc.machine, "out of date"), 1);
	expect_silence();

	start(&locked);
	put_text(STARTUP_PROTECTOR, DIGITS); /* it takes no such key */
	pc_run();
	expect_closed();
}

/* Written down by somebody who thought that one would know. */
static void keys_without_an_id(void **state)
{
	size_t len;

	(void)state;
	start(&locked);
	len = (size_t)snprintf(text, sizeof(text), "%s\n",
		"000121-000121-000121-000121-000121-000121-000121-000121");
	put_file("keys.txt", text, len);
	pc_run();
	expect_closed();
	assert_int_equal(
		fake_machine_heard(&pc.machine, "without a key ID"), 1);
	assert_int_equal(
		fake_machine_heard(&pc.machine, "but not all of them"), 0);

	start(&locked);
	len = 0;
	for (unsigned int i = 1; i < 12; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
			"%06u-000121-000121-000121-000121-000121-000121-"
			"000121\n",
			11 * i);
	put_file("keys.txt", text, len);
	pc_run();
	expect_closed();
	assert_int_equal(
		fake_machine_heard(&pc.machine, "but not all of them"), 1);
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
	static const char *const right[] = {DIGITS};
	const struct bitlocker_plan data[] = {
		{.seed = 7,
			.secrets = {{BITLOCKER_PASSWORD, "word"}},
			.secret_count = 1},
		{.seed = 7,
			.secrets = {{BITLOCKER_RECOVERY_PASSWORD,
				"000121-000121-000121-000121-000121-000121-"
				"000121-000121"}},
			.secret_count = 1}};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct emudisk e;

		start(&locked);
		put_disk_in_front(&e, &data[i]);
		answer(right, 1);
		run();
		assert_int_equal(
			fake_machine_reported(&pc.machine, OPENED("typed")), 1);
		/* Both are named, where both have such a key. */
		assert_int_equal(fake_machine_heard(&pc.machine,
					 "data (LOOPBREAKER C: 19/07/2024), "
					 "disk 0, partition 2 (LOOPBREAKER C: "
					 "19/07/2024)."),
			i);
		emudisk_close(&e);
	}
}

static void nobody_types_one(void **state)
{
	static const char *const wrong[] = {
		"000121-000121-000121-000121-000121-000121-000121-000121",
		"000121-000121-000121-000121-000121-000121-000121-000121",
		"000121-000121-000121-000121-000121-000121-000121-000121",
		DIGITS};

	(void)state;
	start(&locked);
	answer(NULL, 0);
	pc_run();
	expect_closed();
	assert_int_equal(pc.machine.secrets_asked, 1);

	start(&locked);
	answer(wrong, 4);
	pc_run();
	expect_closed();
	assert_int_equal(pc.machine.secrets_asked, 3);
}

static void files_that_cannot_be_read(void **state)
{
	(void)state;
	start(&locked);
	put_text(FIRST_PROTECTOR, OTHER_DIGITS);
	file.err = -ERR_IO;
	pc_run();
	expect_closed();
	assert_int_equal(fake_machine_heard(&pc.machine, "key.txt"), 1);

	start(&locked);
	put_text(FIRST_PROTECTOR, OTHER_DIGITS);
	file.read_err = -ERR_IO;
	pc_run();
	expect_closed();
	assert_int_equal(fake_machine_heard(&pc.machine, "key.txt"), 1);

	start(&locked);
	put_file("broken.bek", "not one", 7);
	pc_run();
	expect_closed();
	assert_int_equal(fake_machine_heard(&pc.machine, "broken.bek"), 1);
}

static void what_is_not_to_be_changed_stays_closed(void **state)
{
	struct bitlocker_plan plans[] = {suspended, suspended, suspended};

	(void)state;
	plans[0].state = 3; /* a conversion is paused */
	plans[0].next_state = 1;
	plans[0].encrypted_bytes = 6u << 20;
	plans[1].is_eow = true;
	plans[2].state = 2;
	plans[2].next_state = 4;
	for (size_t i = 0; i < sizeof(plans) / sizeof(plans[0]); i++) {
		start(&plans[i]);
		pc_run();
		assert_int_equal(pc.outcome.verdict, VERDICT_REFUSE);
		assert_int_equal(pc.outcome.windows, WINDOWS_ENCRYPTED);
		pc_expect_nothing_written();
		assert_int_equal(
			fake_machine_heard(&pc.machine, "cannot be changed: "),
			1);
		assert_int_equal(pc.machine.secrets_expected, 0);
	}
}

/* What only the key shows. */
static void changed_metadata_are_not_trusted(void **state)
{
	(void)state;
	start(&suspended);
	locked_unseal();
	pc_run();
	assert_int_equal(pc.outcome.verdict, VERDICT_REFUSE);
	pc_expect_nothing_written();
	assert_int_equal(
		fake_machine_heard(&pc.machine, "cannot be changed: "), 1);

	start(&locked);
	locked_unseal();
	put_startup_key();
	pc_run();
	assert_int_equal(pc.outcome.verdict, VERDICT_REFUSE);
	pc_expect_nothing_written();
	assert_int_equal(
		fake_machine_heard(&pc.machine, "cannot be changed: "), 1);
	assert_int_equal(fake_machine_heard(&pc.machine, "out of date"), 0);
}

/* --- The redo record ------------------------------------------------------ */

/* Nothing on the stick can be read that the encryption hides. */
static void the_record_is_encrypted(void **state)
{
	struct emudisk stick;

	(void)state;
	redo_stick_open(&stick);
	start(&suspended);
	fake_machine_add_disk(&pc.machine, &stick.disk);
	run();
	assert_int_equal(fake_machine_reported(&pc.machine,
				 "\"event\":\"redo\",\"state\":\"stored\""),
		1);
	assert_true(locked_hides(&stick, JULY_HELD_SUFFIX));
	assert_true(locked_hides(&stick, "C-0000"));
	assert_true(locked_hides(&stick, "FILE0"));
	expect_held(OPENED("clear-key"));
	emudisk_close(&stick);
}

/* With a stick for redo records; the power fails at the @n-th write. */
static bool run_with_cut(struct emudisk *stick, uint64_t n)
{
	static struct emudisk_power power;
	bool was_cut;

	memset(&power, 0, sizeof(power));
	redo_stick_open(stick);
	start(&locked);
	put_startup_key(); /* needs no stretching */
	fake_machine_add_disk(&pc.machine, &stick->disk);
	emudisk_attach(&pc.disk, &power);
	emudisk_attach(stick, &power);
	emudisk_power_plan_cut(&power, n, EMUDISK_CUT_TORN, n);
	run();
	was_cut = power.is_off;
	emudisk_power_reset(&power);
	return was_cut;
}

/*
 * A volume that is damaged so that the file for redo records lies where
 * BitLocker keeps its metadata: they would be gone, and with them everything.
 */
static void a_redo_file_over_metadata_is_not_written(void **state)
{
	static const struct july with_file = {
		.has_table = true, .has_redo_file = true};
	struct bitlocker_plan plan = suspended;
	uint64_t size, place;
	const unsigned char *volume;

	(void)state;
	pc_start(&with_file);
	volume = july_volume(&pc.disk, &with_file, &size);
	place = peek_data_place(
		volume, size, peek_record_of(volume, size, "redo.bin"));
	for (size_t i = 0; i < BITLOCKER_COPIES; i++)
		plan.places[i] = (place | 0xFFFF) + 1 + i * 0x20000;
	locked_start(&with_file, &plan);
	pc_run();
	assert_int_equal(fake_machine_reported(&pc.machine,
				 "\"event\":\"redo\",\"state\":\"none\""),
		1);
	expect_held(OPENED("clear-key"));
}

/* What was begun is finished while the volume is locked. */
static void a_power_cut_is_finished_without_a_key(void **state)
{
	unsigned int finished = 0;
	struct emudisk stick;

	(void)state;
	for (uint64_t n = 1; run_with_cut(&stick, n); n += is_deep() ? 1 : 4) {
		pc.machine.key_file_count = 0;
		run();
		assert_int_equal(pc.outcome.windows, WINDOWS_ENCRYPTED);
		if (fake_machine_reported(&pc.machine,
			    "\"event\":\"redo\",\"state\":\"finished\"")) {
			finished++;
		} else {
			pc.machine.key_file_count = 1;
			run();
		}
		locked_reveal();
		pc_expect_held(true, true);
		emudisk_close(&stick);
	}
	emudisk_close(&stick);
	assert_true(finished > (is_deep() ? 5 : 1));
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
		TEST(a_sealed_pack),
		TEST(a_sealed_pack_alone),
		TEST(without_a_key_nothing_is_written),
		TEST(a_wrong_key_opens_nothing),
		TEST(keys_without_an_id),
		TEST(of_several_volumes_any_may_be_opened),
		TEST(nobody_types_one),
		TEST(files_that_cannot_be_read),
		TEST(what_is_not_to_be_changed_stays_closed),
		TEST(changed_metadata_are_not_trusted),
		TEST(the_record_is_encrypted),
		TEST(a_redo_file_over_metadata_is_not_written),
		TEST(a_power_cut_is_finished_without_a_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
