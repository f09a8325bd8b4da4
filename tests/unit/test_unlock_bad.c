/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Unlocking where something is wrong or short: volumes that lie nowhere,
 * memory, time, damaged metadata, too many files and keys.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/tell_unlock.h"
#include "storage/err.h"
#include "tests/support/failalloc.h"
#include "tests/support/unlock_rig.h"

static const struct bitlocker_plan locked = {
	.secrets = {{BITLOCKER_RECOVERY_PASSWORD, UNLOCK_RIG_DIGITS},
		{BITLOCKER_STARTUP_KEY, NULL}},
	.secret_count = 2,
};
static const struct bitlocker_plan suspended = {
	.secrets = {{BITLOCKER_CLEAR_KEY, NULL}},
	.secret_count = 1,
};
#define PASSWORD 0
#define STARTUP	 1

static size_t heard(const char *part)
{
	return fake_machine_heard(&rig.machine, part);
}

static void expect_closed(size_t place)
{
	static const struct bitlocker_fvek none;

	assert_int_equal(rig.unlock.volumes[place].way, UNLOCK_NOT);
	assert_memory_equal(
		&rig.unlock.volumes[place].fvek, &none, sizeof(none));
}

/* --- Volumes -------------------------------------------------------------- */

static void two_of_a_disk(void **state)
{
	struct bitlocker_plan second = locked;
	const struct unlock_volume *v;
	uint64_t reads;

	(void)state;
	second.seed = 2;
	unlock_rig_make(0, &locked);
	unlock_rig_make(1, &second);
	assert_null(unlock_rig_note(0));
	assert_null(unlock_rig_note(1));
	unlock_rig_put_startup_key("x.BEK", &second, STARTUP);
	assert_int_equal(unlock_by_files(&rig.unlock), 1);
	expect_closed(0);
	v = unlock_find(&rig.unlock, &rig.disk.disk, UNLOCK_RIG_BYTES);
	assert_ptr_equal(v, &rig.unlock.volumes[1]);
	assert_int_equal(v->way, UNLOCK_KEY_FILE);
	assert_string_equal(v->file, "x.BEK");
	assert_null(unlock_find(&rig.unlock, &rig.disk.disk, 512));
	/* Neither is read again. */
	reads = rig.disk.counts.reads;
	assert_null(unlock_rig_note(0));
	assert_ptr_equal(unlock_rig_note(1), v);
	assert_int_equal(rig.disk.counts.reads, reads);
	assert_int_equal(rig.unlock.count, 2);
}

static void one_beyond_its_disk(void **state)
{
	(void)state;
	unlock_rig_make(0, &suspended);
	assert_null(unlock_rig_note(UNLOCK_RIG_VOLUMES));
	assert_int_equal(rig.unlock.volumes[0].err, -ERR_TRUNCATED);
	assert_int_equal(rig.disk.counts.reads, 0);
	expect_closed(0);
	tell_unlock_volumes(&rig.unlock);
	assert_int_equal(heard("could not be looked at"), 1);
}

/* --- Memory --------------------------------------------------------------- */

static void a_suspended_one_without_memory(void **state)
{
	size_t untried = 0;
	bool hit = true;

	(void)state;
	unlock_rig_make(0, &suspended);
	for (uint64_t n = 1; hit; n++) {
		const struct unlock_volume *v;

		unlock_rig_forget();
		failalloc_arm(n, false);
		v = unlock_rig_note(0);
		hit = failalloc_disarm();
		assert_int_equal(v != NULL, !hit);
		assert_int_equal(
			heard("is suspended: it opens without a key"), !hit);
		if (!hit)
			continue;
		assert_int_equal(rig.unlock.volumes[0].err, -ERR_NO_MEMORY);
		expect_closed(0);
		untried += heard("could not be tried (not enough memory)");
	}
	assert_true(untried > 0);
}

/* Each of them is said, and none opens anything by half. */
static void a_key_file_without_memory(void **state)
{
	size_t untried = 0;
	size_t unread = 0;
	bool hit = true;

	(void)state;
	unlock_rig_make(0, &locked);
	for (uint64_t n = 1; hit; n++) {
		size_t opened;

		unlock_rig_forget();
		assert_null(unlock_rig_note(0));
		unlock_rig_put_startup_key("x.BEK", &locked, STARTUP);
		failalloc_arm(n, false);
		opened = unlock_by_files(&rig.unlock);
		hit = failalloc_disarm();
		assert_int_equal(opened, !hit);
		assert_int_equal(rig.machine.open_key_files, 0);
		assert_int_equal(rig.machine.said_count, 1);
		if (!hit)
			continue;
		expect_closed(0);
		/* Not: that it is the wrong one. */
		assert_int_equal(heard("out of date"), 0);
		untried += heard("A key for volume 0 could not be tried");
		unread += heard("The file with keys x.BEK could not be read");
		if (n == 1)
			assert_int_equal(
				heard("not enough memory to look for"), 1);
	}
	assert_true(untried > 0);
	assert_true(unread > 0);
}

/* No file is opened, and nobody is asked for what cannot be kept. */
static void no_memory_for_any_key(void **state)
{
	(void)state;
	unlock_rig_make(0, &locked);
	assert_null(unlock_rig_note(0));
	unlock_rig_put_startup_key("x.BEK", &locked, STARTUP);
	rig.machine.platform.may_ask_pin = true;
	failalloc_arm(1, true);
	assert_int_equal(unlock_by_files(&rig.unlock), 0);
	assert_int_equal(unlock_by_person(&rig.unlock), 0);
	assert_true(failalloc_disarm());
	assert_int_equal(heard("not enough memory to look for keys"), 2);
	assert_int_equal(rig.machine.said_count, 2);
	assert_int_equal(rig.machine.key_bytes, 0);
	assert_int_equal(rig.machine.secrets_asked, 0);
	assert_int_equal(rig.machine.secrets_expected, 0);
	expect_closed(0);
}

/* --- Damage --------------------------------------------------------------- */

/* What a right key opens is no key: nobody is to look for another one. */
static void a_right_key_for_something_damaged(void **state)
{
	static const char *const typed[] = {UNLOCK_RIG_DIGITS, FAKE_DECLINED};

	(void)state;
	unlock_rig_make(0, &locked);
	assert_null(unlock_rig_note(0));
	rig.unlock.volumes[0].metadata.fvek.payload[20] ^= 1;
	unlock_rig_put_startup_key("x.BEK", &locked, STARTUP);
	assert_int_equal(unlock_by_files(&rig.unlock), 0);
	expect_closed(0);
	assert_int_equal(heard("is right for volume 0, but what it should "
			       "open is damaged"),
		1);
	assert_int_equal(rig.machine.said_count, 1);
	/* Likewise if it is typed. */
	unlock_rig_answer(typed, 2);
	assert_int_equal(unlock_by_person(&rig.unlock), 0);
	assert_int_equal(heard("what it should open is damaged"), 2);
	assert_int_equal(heard("but of none of the locked"), 0);
	expect_closed(0);
}

/* Its own key does not open it; that is no reason to ask for no other. */
static void a_damaged_clear_key(void **state)
{
	struct bitlocker_plan plan = locked;
	struct unlock_volume *v = &rig.unlock.volumes[0];
	struct bitlocker_protector *p;

	(void)state;
	plan.secrets[PASSWORD] =
		(struct bitlocker_secret){BITLOCKER_CLEAR_KEY, NULL};
	unlock_rig_make(0, &plan);
	unlock_rig_damage_fvek(0);
	assert_null(unlock_rig_note(0));
	assert_int_equal(v->err, 0);
	assert_int_equal(heard("what it should open is damaged"), 1);
	p = &v->metadata.protectors[0];
	assert_int_equal(p->type, BITLOCKER_CLEAR_KEY);
	unlock_rig_put_startup_key("x.BEK", &plan, STARTUP);
	assert_int_equal(unlock_by_files(&rig.unlock), 0);
	assert_true(rig.machine.key_bytes > 0);
	expect_closed(0);
}

/* --- Limits --------------------------------------------------------------- */

/* What takes minutes for one key does so for each: there is no second. */
static void stretches_that_take_minutes(void **state)
{
	char text[512];

	(void)state;
	unlock_rig_make(0, &locked);
	assert_null(unlock_rig_note(0));
	text[0] = 0;
	unlock_rig_add_line(
		text, sizeof(text), &locked, PASSWORD, UNLOCK_RIG_OTHER_DIGITS);
	unlock_rig_add_line(
		text, sizeof(text), &locked, PASSWORD, UNLOCK_RIG_DIGITS);
	unlock_rig_put_file("keys.csv", text, strlen(text));
	rig.machine.slowness = UNLOCK_MAX_WORK_MS * 1000ull / 60;
	assert_int_equal(unlock_by_files(&rig.unlock), 0);
	assert_int_equal(heard("Trying a key of the file keys.csv"), 1);
	assert_int_equal(heard("does not open volume 0"), 1);
	assert_true(rig.unlock.is_left_out[UNLOCK_LIMIT_TRIES]);
	expect_closed(0);
}

static void files_without_end(void **state)
{
	(void)state;
	unlock_rig_make(0, &locked);
	assert_null(unlock_rig_note(0));
	for (size_t i = 0; i < 256; i++)
		unlock_rig_put_file("bad.txt", NULL, 0)->err = -ERR_IO;
	unlock_rig_put_startup_key("x.BEK", &locked, STARTUP);
	assert_int_equal(unlock_by_files(&rig.unlock), 0);
	assert_int_equal(heard("The file with keys bad.txt could not be"), 256);
	assert_int_equal(rig.machine.key_bytes, 0);
	expect_closed(0);
}

/* Five keys of one protector; all have its ID, so that is no advice. */
static void keys_that_contradict_each_other(void **state)
{
	static uint8_t wrong[KEY_RING_MAX_SAME][BITLOCKER_MAKER_BEK];

	(void)state;
	unlock_rig_make(0, &locked);
	assert_null(unlock_rig_note(0));
	for (size_t i = 0; i < KEY_RING_MAX_SAME; i++) {
		size_t len = bitlocker_maker_bek(&locked, STARTUP, wrong[i]);

		wrong[i][len - 1] ^= (uint8_t)(i + 1);
		unlock_rig_put_file("old.BEK", wrong[i], len);
	}
	unlock_rig_put_startup_key("x.BEK", &locked, STARTUP);
	assert_int_equal(unlock_by_files(&rig.unlock), 0);
	assert_int_equal(
		heard("of the file old.BEK does not open volume 0"), 4);
	assert_true(rig.unlock.is_left_out[UNLOCK_LIMIT_KEYS]);
	assert_int_equal(heard("without a key ID"), 0);
	expect_closed(0);
}

/* --- Keys ----------------------------------------------------------------- */

static void a_long_name(void **state)
{
	char name[UNLOCK_FILE_BYTES + 8];
	uint8_t bytes[BITLOCKER_MAKER_BEK];
	struct bitlocker_key startup;
	struct unlock_volume *v = &rig.unlock.volumes[0];
	struct key k = {.kind = KEY_STARTUP,
		.id_kind = KEY_ID_WHOLE,
		.len = KEY_STARTUP_BYTES,
		.file = name,
		.row = 7};

	(void)state;
	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = 0;
	unlock_rig_make(0, &locked);
	assert_null(unlock_rig_note(0));
	assert_int_equal(
		bitlocker_key_startup(bytes,
			bitlocker_maker_bek(&locked, STARTUP, bytes), &startup),
		0);
	memcpy(k.id, startup.guid, GUID_BYTES);
	memcpy(k.bytes, startup.bytes, KEY_STARTUP_BYTES);
	assert_int_equal(
		unlock_try(&rig.unlock, v, &k, STARTUP, UNLOCK_KEY_FILE), 1);
	assert_int_equal(v->way, UNLOCK_KEY_FILE);
	assert_int_equal(v->row, 7);
	assert_int_equal(strlen(v->file), UNLOCK_FILE_BYTES - 1);
	assert_memory_equal(v->file, name, UNLOCK_FILE_BYTES - 1);
}

static void which_keys_fit(void **state)
{
	static const uint16_t types[] = {
		[KEY_RECOVERY_PASSWORD] = BITLOCKER_RECOVERY_PASSWORD,
		[KEY_STARTUP] = BITLOCKER_STARTUP_KEY,
		[KEY_PASSWORD] = BITLOCKER_PASSWORD};
	static const enum key_kind kinds[] = {
		KEY_RECOVERY_PASSWORD, KEY_STARTUP, KEY_PASSWORD};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		const struct bitlocker_protector p = {.type = types[kinds[i]]};

		for (size_t j = 0; j < 3; j++)
			assert_int_equal(unlock_takes(&p, kinds[j]), i == j);
		/* In files there are no passwords, and nobody types others. */
		assert_int_equal(
			unlock_takes_any(&p), kinds[i] != KEY_PASSWORD);
		assert_int_equal(unlock_takes_typed(&p),
			kinds[i] == KEY_RECOVERY_PASSWORD);
	}
}

#define TEST(f)                                                                \
	cmocka_unit_test_setup_teardown(f, unlock_rig_start, unlock_rig_stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(two_of_a_disk),
		TEST(one_beyond_its_disk),
		TEST(a_suspended_one_without_memory),
		TEST(a_key_file_without_memory),
		TEST(no_memory_for_any_key),
		TEST(a_right_key_for_something_damaged),
		TEST(a_damaged_clear_key),
		TEST(stretches_that_take_minutes),
		TEST(files_without_end),
		TEST(keys_that_contradict_each_other),
		TEST(a_long_name),
		TEST(which_keys_fit),
	};

	return cmocka_run_group_tests_name("unlock_bad", tests, NULL, NULL);
}
