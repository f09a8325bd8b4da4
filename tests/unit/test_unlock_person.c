/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a person is asked for, and what is made of the answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/keys/key_pack_make.h"
#include "storage/err.h"
#include "tests/support/unlock_rig.h"

#define PIN	  "493817205566"
#define OTHER_PIN "493817205567"

static const struct bitlocker_plan locked = {
	.secrets = {{BITLOCKER_RECOVERY_PASSWORD, UNLOCK_RIG_DIGITS},
		{BITLOCKER_STARTUP_KEY, NULL}},
	.secret_count = 2,
};
#define STARTUP 1

static size_t heard(const char *part)
{
	return fake_machine_heard(&rig.machine, part);
}

static void expect_closed(void)
{
	assert_int_equal(rig.unlock.volumes[0].way, UNLOCK_NOT);
	assert_int_equal(rig.machine.open_key_files, 0);
	/* What was typed is nowhere to be read. */
	assert_int_equal(heard("493817"), 0);
	assert_int_equal(heard("000121"), 0);
}

/* --- Sealed packs --------------------------------------------------------- */

static uint8_t pack[KEY_PACK_BYTES(1)];

/* With the startup key of the volume, or of @id if that is another one. */
static void put_pack(const uint8_t *id)
{
	static uint8_t derived[KEY_PACK_KEY_BYTES];
	const uint8_t salt[KEY_PACK_SALT_BYTES] = {1, 2, 3};
	uint8_t bek[BITLOCKER_MAKER_BEK];
	struct bitlocker_key startup;
	struct key_pack_entry entry;
	struct key k = {.kind = KEY_STARTUP,
		.id_kind = KEY_ID_WHOLE,
		.len = KEY_STARTUP_BYTES};

	assert_int_equal(
		bitlocker_key_startup(bek,
			bitlocker_maker_bek(&locked, STARTUP, bek), &startup),
		0);
	memcpy(k.bytes, startup.bytes, KEY_STARTUP_BYTES);
	memcpy(k.id, id ? id : startup.guid, GUID_BYTES);
	assert_int_equal(key_pack_entry_set(&entry, &k), 0);
	if (!derived[0])
		assert_int_equal(key_pack_derive(PIN, strlen(PIN), salt,
					 KEY_PACK_MIN_ROUNDS, derived),
			0);
	assert_int_equal(key_pack_make(&entry, 1, salt, KEY_PACK_MIN_ROUNDS,
				 derived, pack),
		0);
	unlock_rig_put_file("site.keys", pack, sizeof(pack));
}

static void begin_pack(
	const uint8_t *id, const char *const *answers, size_t count)
{
	unlock_rig_make(0, &locked);
	assert_null(unlock_rig_note(0));
	put_pack(id);
	unlock_rig_answer(answers, count);
	rig.machine.platform.may_ask_secrets = false;
}

static void a_pin_three_times(void **state)
{
	static const char *const wrong[] = {
		OTHER_PIN, OTHER_PIN, OTHER_PIN, PIN};

	(void)state;
	begin_pack(NULL, wrong, 4);
	assert_int_equal(unlock_by_person(&rig.unlock), 0);
	assert_int_equal(rig.machine.secrets_asked, 3);
	assert_int_equal(heard("That is not the PIN of the key pack"), 3);
	/* Nothing else is wrong with it, nor is it for others. */
	assert_int_equal(heard("could not be read"), 0);
	assert_int_equal(heard("has no key for"), 0);
	assert_int_equal(heard("stays sealed"), 0);
	expect_closed();
}

static void a_pack_of_others(void **state)
{
	static const uint8_t id[GUID_BYTES] = "another PC's id";
	static const char *const answers[] = {PIN};

	(void)state;
	begin_pack(id, answers, 1);
	assert_int_equal(unlock_by_person(&rig.unlock), 0);
	assert_int_equal(heard("The key pack site.keys has no key for the "
			       "locked volumes of this PC."),
		1);
	assert_int_equal(heard("not the PIN"), 0);
	expect_closed();
}

/* Nobody is asked for the PIN of what could not be opened with it. */
static void a_pack_of_another_version(void **state)
{
	static const char *const answers[] = {PIN};

	(void)state;
	begin_pack(NULL, answers, 1);
	pack[KEY_PACK_MAGIC_BYTES]++;
	assert_int_equal(unlock_by_person(&rig.unlock), 0);
	assert_int_equal(rig.machine.secrets_asked, 0);
	assert_int_equal(
		heard("The file with keys site.keys could not be read"), 1);
	assert_int_equal(heard("has no key for"), 0);
	expect_closed();
}

/* The right PIN, and a record that somebody has changed. */
static void a_pack_with_a_damaged_record(void **state)
{
	static const char *const answers[] = {PIN};

	(void)state;
	begin_pack(NULL, answers, 1);
	pack[KEY_PACK_HEADER_BYTES + KEY_PACK_PLACE_BYTES] ^= 1;
	assert_int_equal(unlock_by_person(&rig.unlock), 0);
	assert_int_equal(
		heard("The file with keys site.keys could not be read"), 1);
	/* It has one, and the PIN was right. */
	assert_int_equal(heard("has no key for"), 0);
	assert_int_equal(heard("not the PIN"), 0);
	expect_closed();
}

/* --- A recovery key ------------------------------------------------------- */

static void what_is_no_recovery_key(void **state)
{
	static const char *const answers[] = {"12", FAKE_DECLINED};

	(void)state;
	unlock_rig_make(0, &locked);
	assert_null(unlock_rig_note(0));
	unlock_rig_answer(answers, 2);
	assert_int_equal(unlock_by_person(&rig.unlock), 0);
	assert_int_equal(rig.machine.secrets_asked, 2);
	assert_int_equal(heard("Trying the key"), 0);
	assert_int_equal(rig.unlock.stretches, 0);
	expect_closed();
}

/* Which may be as long as it likes, and written by anybody. */
static void what_a_volume_calls_itself(void **state)
{
	static const char *const answers[] = {FAKE_DECLINED};
	struct bitlocker_metadata *m = &rig.unlock.volumes[0].metadata;
	const char *text;

	(void)state;
	unlock_rig_make(0, &locked);
	assert_null(unlock_rig_note(0));
	memset(m->description, 'a', 100);
	memcpy(m->description, "PC\x1b[2J \x7f\xc3\xa9~", 11);
	m->description[100] = 0;
	unlock_rig_answer(answers, 1);
	assert_int_equal(unlock_by_person(&rig.unlock), 0);
	text = rig.machine.last_secret.text;
	assert_non_null(strstr(text, "volume 0 (PC?[2J ???~aaaa"));
	/* 64 characters of it. */
	text = strchr(text, '(');
	assert_non_null(text);
	assert_int_equal(strcspn(text, ")"), 1 + 64);
	assert_string_equal(text + 1 + 64, ").");
	expect_closed();
}

/* As many as there is room for on the page are named, and have their IDs. */
static void more_volumes_than_a_question_names(void **state)
{
	static const char *const answers[] = {FAKE_DECLINED};
	struct bitlocker_plan plan = locked;
	char name[16];

	(void)state;
	for (size_t i = 0; i < UNLOCK_RIG_VOLUMES; i++) {
		plan.seed = (uint32_t)i;
		unlock_rig_make(i, &plan);
		assert_null(unlock_rig_note(i));
	}
	unlock_rig_answer(answers, 1);
	assert_int_equal(unlock_by_person(&rig.unlock), 0);
	assert_int_equal(rig.machine.last_secret.id_count, SECRET_MAX_IDS);
	for (size_t i = 0; i < UNLOCK_RIG_VOLUMES; i++) {
		(void)snprintf(name, sizeof(name), "volume %zu (", i);
		assert_int_equal(
			strstr(rig.machine.last_secret.text, name) != NULL,
			i < SECRET_MAX_IDS);
	}
	expect_closed();
}

#define TEST(f)                                                                \
	cmocka_unit_test_setup_teardown(f, unlock_rig_start, unlock_rig_stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_pin_three_times),
		TEST(a_pack_of_others),
		TEST(a_pack_of_another_version),
		TEST(a_pack_with_a_damaged_record),
		TEST(what_is_no_recovery_key),
		TEST(what_a_volume_calls_itself),
		TEST(more_volumes_than_a_question_names),
	};

	return cmocka_run_group_tests_name("unlock_person", tests, NULL, NULL);
}
