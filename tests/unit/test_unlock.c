/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Unlocking, in whole runs: what it costs, whom it waits for, and decoys that
 * somebody has put in to use up the room.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/keys/key_pack.h"
#include "recovery/unlock.h"
#include "storage/err.h"
#include "tests/support/locked_pc.h"

#define DIGITS	     "000011-000022-000033-000044-000055-000066-000077-720885"
#define OTHER_DIGITS "000110-000220-000330-000440-000550-000660-000770-007700"
#define WRONG_DIGITS "000121-000121-000121-000121-000121-000121-000121-000121"
#define OPENED(way)                                                            \
	"\"event\":\"bitlocker\",\"volume\":\"disk 0, partition 2\","          \
	"\"opened\":\"" way "\""
#define LEFT_OUT(what) "\"event\":\"bitlocker-left-out\",\"what\":[" what "]"
#define MANY	       12 /* protectors */
#define DECOYS	       20
#define DECOY_BYTES    (2u << 20)

static const struct bitlocker_plan locked = {
	.secrets = {{BITLOCKER_TPM, NULL},
		{BITLOCKER_RECOVERY_PASSWORD, DIGITS}},
	.secret_count = 2,
};
#define PROTECTOR 1

static char text[16384];
static struct fake_key_file files[4];
static struct emudisk decoys[DECOYS];
static size_t decoy_count;

static void start(const struct bitlocker_plan *plan)
{
	locked_start(&pc_with_table, plan);
	pc.machine.key_files = files;
	pc.machine.key_file_count = 0;
}

static int stop(void **state)
{
	(void)state;
	while (decoy_count)
		emudisk_close(&decoys[--decoy_count]);
	return 0;
}

/* pc_run() looks at one disk only. */
static void run(void)
{
	fake_machine_forget(&pc.machine);
	recovery_run(
		&pc.machine.platform, &pc_no_order, &pc.policy, &pc.outcome);
	assert_int_equal(pc.machine.open_key_files, 0);
}

static void put_file(const char *name, const void *bytes, size_t len)
{
	files[pc.machine.key_file_count++] = (struct fake_key_file){
		.name = name, .bytes = bytes, .len = len};
}

static void put_line(
	const struct bitlocker_plan *plan, size_t protector, const char *digits)
{
	size_t len = strlen(text);
	char id[UNLOCK_KEY_ID_BYTES];
	uint8_t guid[GUID_BYTES];

	bitlocker_maker_guid(plan, protector, guid);
	(void)snprintf(text + len, sizeof(text) - len, "%s,%s\r\n",
		unlock_key_id(guid, id), digits);
}

static void put_right_key(void)
{
	text[0] = 0;
	put_line(&locked, PROTECTOR, DIGITS);
	put_file("keys.csv", text, strlen(text));
}

/* As anybody can make it; its PIN is nobody's. */
static void put_pack(const char *name)
{
	static uint8_t pack[KEY_PACK_BYTES(1)] = KEY_PACK_MAGIC "\1";

	pack[12] = KEY_PACK_MIN_ROUNDS & 0xFF;
	pack[13] = KEY_PACK_MIN_ROUNDS >> 8 & 0xFF;
	pack[14] = KEY_PACK_MIN_ROUNDS >> 16;
	pack[16] = 1;
	put_file(name, pack, sizeof(pack));
}

static void answer(const char *const *secrets, size_t count)
{
	pc.machine.secrets = secrets;
	pc.machine.secret_count = count;
	pc.machine.platform.may_ask_secrets = true;
	pc.machine.platform.may_ask_pin = true;
}

static size_t reported(const char *part)
{
	return fake_machine_reported(&pc.machine, part);
}

static size_t heard(const char *part)
{
	return fake_machine_heard(&pc.machine, part);
}

/* --- Who is there? -------------------------------------------------------- */

/* One minute for nobody, not one for each pack and one for the digits. */
static void nobody_is_waited_for_once(void **state)
{
	(void)state;
	start(&locked);
	put_pack("site.keys");
	put_pack("spare.keys");
	put_pack("old.keys");
	answer(NULL, 0);
	run();
	assert_int_equal(pc.machine.secrets_asked, 1);
	assert_int_equal(heard("stays sealed"), 3);
	assert_int_equal(reported(OPENED("no")), 1);
}

/* Somebody has no PIN for a pack, and is there all the same. */
static void who_declines_is_asked_again(void **state)
{
	static const char *const answers[] = {
		FAKE_DECLINED, FAKE_DECLINED, DIGITS};

	(void)state;
	start(&locked);
	put_pack("site.keys");
	put_pack("spare.keys");
	answer(answers, 3);
	run();
	assert_int_equal(pc.machine.secrets_asked, 3);
	assert_int_equal(heard("stays sealed"), 0);
	assert_int_equal(heard("not the PIN"), 0);
	assert_int_equal(reported(OPENED("typed")), 1);
}

static void who_wants_none_is_left_alone(void **state)
{
	static const char *const answers[] = {FAKE_DECLINED, DIGITS};

	(void)state;
	start(&locked);
	answer(answers, 2);
	run();
	assert_int_equal(pc.machine.secrets_asked, 1);
	assert_int_equal(reported(OPENED("no") ",\"is_declined\":true"), 1);
}

/* --- What it costs -------------------------------------------------------- */

/* Is what is going on the last thing that was said before it? */
static void expect_announced(const char *words)
{
	assert_true(pc.machine.slow_works > 0);
	assert_true(pc.machine.slow_said > 0);
	assert_non_null(strstr(
		pc.machine.said[pc.machine.slow_said - 1].sentence, words));
	/* A tenth of a millisecond at each look, 64 looks in a stretch. */
	assert_in_range(pc.machine.slow_ms, 5, 20);
}

static void slow_work_is_announced(void **state)
{
	static const char *const typed[] = {DIGITS};
	static const char *const pin[] = {"493817205567", FAKE_DECLINED};

	(void)state;
	start(&locked);
	put_right_key();
	run();
	assert_int_equal(reported(OPENED("key-file")), 1);
	expect_announced("Trying a key of the file keys.csv on disk 0, ");

	start(&locked);
	answer(typed, 1);
	run();
	expect_announced("Trying the key that was typed on disk 0, ");

	start(&locked);
	put_pack("site.keys");
	answer(pin, 2);
	pc.machine.slowness = 5000;
	run();
	assert_int_equal(heard("not the PIN"), 1);
	assert_int_equal(
		heard("Trying the PIN of the key pack site.keys; this can"), 1);
	assert_in_range(pc.machine.slow_ms, 5, 1000);
}

/* A stick that takes a second for each piece: no hang, and all is counted. */
static void slow_files_are_no_hang(void **state)
{
	static char large[1u << 17];

	(void)state;
	memset(large, 'x', sizeof(large));
	start(&locked);
	put_file("large.txt", large, sizeof(large));
	pc.machine.key_file_slowness = 1000000;
	run();
	assert_in_range(pc.machine.slow_ms, sizeof(large) / 4096 * 1000,
		3 * sizeof(large) / 4096 * 1000);
}

/* ... but not for ever: it is left, and Windows starts. */
static void slow_files_are_left(void **state)
{
	static char large[1u << 20];

	(void)state;
	memset(large, 'x', sizeof(large));
	start(&locked);
	put_file("large.txt", large, sizeof(large));
	pc.machine.key_file_slowness = 60 * 1000000;
	run();
	assert_in_range(pc.machine.slow_ms, UNLOCK_MAX_WORK_MS,
		UNLOCK_MAX_WORK_MS + 2 * 60 * 1000);
	assert_int_equal(reported(LEFT_OUT("\"tries\"")), 1);
	assert_int_equal(reported(OPENED("no")), 1);
}

/* Every file is read once, however often a person is asked for something. */
static void files_are_read_once(void **state)
{
	static char large[1u << 20];
	static const char *const answers[] = {FAKE_DECLINED, FAKE_DECLINED};

	(void)state;
	memset(large, 'x', sizeof(large));
	start(&locked);
	put_file("large.txt", large, sizeof(large));
	put_pack("site.keys");
	answer(answers, 2);
	run();
	assert_int_equal(pc.machine.secrets_asked, 2);
	assert_in_range(pc.machine.key_bytes, sizeof(large),
		sizeof(large) + 2 * KEY_SOURCE_LOOK_BYTES + 8192);
}

/* Keys that contradict each other, and what is left for a person. */
static void stretches_are_bounded(void **state)
{
	static const char *const digits[] = {DIGITS};
	struct bitlocker_plan plan = locked;
	char wrong[sizeof(WRONG_DIGITS)];

	(void)state;
	for (size_t i = 0; i < MANY; i++)
		plan.secrets[i] =
			(struct bitlocker_secret){BITLOCKER_RECOVERY_PASSWORD,
				i + 1 < MANY ? OTHER_DIGITS : DIGITS};
	plan.secret_count = MANY;
	start(&plan);
	text[0] = 0;
	for (unsigned int i = 0; i < MANY; i++) {
		for (unsigned int j = 0; j < 4; j++) {
			memcpy(wrong, WRONG_DIGITS, sizeof(wrong));
			(void)snprintf(wrong, 7, "%06u", 11 * (j + 30));
			wrong[6] = '-';
			put_line(&plan, i, wrong);
		}
	}
	put_file("keys.csv", text, strlen(text));
	answer(digits, 1);
	run();
	assert_int_equal(heard("Trying a key of the file keys.csv"),
		UNLOCK_MAX_FILE_STRETCHES);
	assert_int_equal(heard("Trying the key that was typed"), MANY);
	assert_int_equal(reported(LEFT_OUT("\"tries\"")), 1);
	assert_int_equal(reported(OPENED("typed")), 1);
}

/* More than there is room for, and more guesses than there is time for. */
static void keys_and_guesses_are_bounded(void **state)
{
	struct bitlocker_plan plan = locked;
	size_t len = 0;

	(void)state;
	for (size_t i = 0; i < 3; i++)
		plan.secrets[i] = (struct bitlocker_secret){
			BITLOCKER_RECOVERY_PASSWORD, DIGITS};
	plan.secret_count = 3;
	for (unsigned int i = 1; i <= 9; i++) {
		start(&plan);
		len += (size_t)snprintf(text + len, sizeof(text) - len,
			"%06u%s\n", 11 * i, &WRONG_DIGITS[6]);
		put_file("keys.txt", text, len);
		if (i != 5 && i < 8) /* 15 guesses; 24 of which 16 are made */
			continue;
		run();
		assert_int_equal(heard("Trying a key of the file keys.txt"),
			i == 5 ? 15 : 16);
		assert_int_equal(heard("but not all of them"), i > 5);
		assert_int_equal(reported(LEFT_OUT("\"keys\"")), i == 9);
	}
}

/* --- Decoys --------------------------------------------------------------- */

/* One more disk, without a table of partitions, to be met before the PC's. */
static void put_decoy(const struct bitlocker_plan *plan, bool is_removable)
{
	struct emudisk *e = &decoys[decoy_count];
	struct bitlocker_plan own = *plan;
	struct bitlocker_made ignored;
	char name[16];

	own.seed = 100 + (uint32_t)decoy_count;
	assert_int_equal(emudisk_open(e, DECOY_BYTES, 512), 0);
	assert_null(bitlocker_make(&own, e->bytes, DECOY_BYTES, &ignored));
	memset(e->bytes + 446, 'A', 64); /* boot code; no table */
	(void)snprintf(name, sizeof(name), "decoy %zu", decoy_count++);
	disk_set_name(&e->disk, name);
	e->disk.is_removable = is_removable;
	fake_machine_add_disk(&pc.machine, &e->disk);
	for (size_t i = pc.machine.platform.disk_count - 1; i > 0; i--)
		pc.machine.disks[i] = pc.machine.disks[i - 1];
	pc.machine.disks[0] = &e->disk;
}

static struct bitlocker_plan decoy_plan(size_t passwords)
{
	struct bitlocker_plan plan = {.secret_count = passwords};

	for (size_t i = 0; i < passwords; i++)
		plan.secrets[i] = (struct bitlocker_secret){
			BITLOCKER_RECOVERY_PASSWORD, OTHER_DIGITS};
	return plan;
}

static void decoys_take_no_places(void **state)
{
	static const struct bitlocker_plan kinds[] = {
		{.secrets = {{BITLOCKER_RECOVERY_PASSWORD, OTHER_DIGITS}},
			.secret_count = 1},
		{.secrets = {{BITLOCKER_CLEAR_KEY, NULL}}, .secret_count = 1}};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		start(&locked);
		put_right_key();
		while (decoy_count < DECOYS)
			put_decoy(&kinds[i], true);
		run();
		assert_int_equal(reported(OPENED("key-file")), 1);
		assert_int_equal(reported(LEFT_OUT("\"volumes\"")), 1);
		assert_int_equal(reported("\"event\":\"bitlocker\","),
			UNLOCK_MAX_REMOVABLE + 1);
		(void)stop(NULL);
	}
}

/* A key that opens another volume is no reason to ask for the PIN again. */
static void packs_are_asked_for_once(void **state)
{
	static const struct bitlocker_plan data = {
		.secrets = {{BITLOCKER_RECOVERY_PASSWORD, OTHER_DIGITS}},
		.secret_count = 1};
	static const char *const answers[] = {
		FAKE_DECLINED, OTHER_DIGITS, DIGITS};

	(void)state;
	start(&locked);
	put_pack("site.keys");
	put_decoy(&data, false);
	answer(answers, 3);
	run();
	assert_int_equal(pc.machine.secrets_asked, 3);
	assert_int_equal(reported("\"opened\":\"typed\""), 2);
}

/* A decoy disk may even be a fixed one: it has one volume, as Windows has. */
static void decoys_take_no_wishes(void **state)
{
	const struct bitlocker_plan many = decoy_plan(MANY);

	(void)state;
	start(&locked);
	put_right_key();
	while (decoy_count < 7)
		put_decoy(&many, decoy_count % 2);
	run();
	assert_int_equal(reported(OPENED("key-file")), 1);
	assert_int_equal(reported(LEFT_OUT("\"protectors\",\"names\"")), 1);
	/* Which is what is looked for by name on an installed PC. */
	assert_int_equal(pc.machine.last_wish.count, KEY_WISH_MAX);
}

static void decoys_take_no_guesses(void **state)
{
	const struct bitlocker_plan some = decoy_plan(5);

	(void)state;
	start(&locked);
	text[0] = 0;
	(void)snprintf(text, sizeof(text), "%s\n%s\n", WRONG_DIGITS, DIGITS);
	put_file("keys.txt", text, strlen(text));
	while (decoy_count < 5)
		put_decoy(&some, decoy_count % 2);
	run();
	assert_int_equal(reported(OPENED("key-file")), 1);
}

/* --- What is said --------------------------------------------------------- */

static void a_volume_that_cannot_be_looked_at(void **state)
{
	struct bitlocker_plan plan = decoy_plan(1);

	(void)state;
	for (size_t i = 0; i < BITLOCKER_COPIES; i++)
		plan.places[i] = (i + 1) * DECOY_BYTES / 4;
	start(&locked);
	put_right_key();
	put_decoy(&plan, false);
	/* The start of the first shows that it is BitLocker. */
	decoys[0].bad_from = DECOY_BYTES / 4 + 48 * 1024;
	decoys[0].bad_to = DECOY_BYTES - DECOY_BYTES / 8;
	run();
	assert_int_equal(
		reported("\"event\":\"bitlocker\",\"volume\":\"decoy 0\","
			 "\"opened\":\"no\",\"error\":\"the device failed\""),
		1);
	assert_int_equal(heard("The BitLocker volume decoy 0 could not be "
			       "looked at (the device failed)."),
		1);
	assert_int_equal(heard("no key for it was found"), 0);
	assert_int_equal(heard("cannot be changed"), 0);
	/* What could be looked at is opened all the same. */
	assert_int_equal(reported(OPENED("key-file")), 1);
}

/* Where the key lies beside the lock. */
static void a_key_on_the_disk_itself(void **state)
{
	(void)state;
	start(&locked);
	put_right_key();
	pc.machine.platform.keys_lie_on_own_disk = true;
	run();
	assert_int_equal(reported(OPENED("key-file")), 1);
	assert_int_equal(reported("\"is_exposed\":true"), 1);
	assert_int_equal(heard("whoever gets the disk can open disk 0, "
			       "partition 2 with it"),
		1);

	start(&locked);
	put_right_key();
	pc.machine.platform.origin = POLICY_ORIGIN_REMOVABLE;
	run();
	assert_int_equal(reported(OPENED("key-file")), 1);
	assert_int_equal(reported("is_exposed"), 0);
	assert_int_equal(heard("whoever gets the disk"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_is_waited_for_once),
		cmocka_unit_test(who_declines_is_asked_again),
		cmocka_unit_test_teardown(packs_are_asked_for_once, stop),
		cmocka_unit_test(who_wants_none_is_left_alone),
		cmocka_unit_test(slow_work_is_announced),
		cmocka_unit_test(slow_files_are_no_hang),
		cmocka_unit_test(slow_files_are_left),
		cmocka_unit_test(files_are_read_once),
		cmocka_unit_test(stretches_are_bounded),
		cmocka_unit_test(keys_and_guesses_are_bounded),
		cmocka_unit_test_teardown(decoys_take_no_places, stop),
		cmocka_unit_test_teardown(decoys_take_no_wishes, stop),
		cmocka_unit_test_teardown(decoys_take_no_guesses, stop),
		cmocka_unit_test(a_volume_that_cannot_be_looked_at),
		cmocka_unit_test(a_key_on_the_disk_itself),
	};

	return cmocka_run_group_tests_name(
		"unlock", tests, pc_setup, pc_teardown);
}
