/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys of people against the protectors of volumes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "storage/bitlocker/format.h"
#include "storage/bytes.h"
#include "storage/err.h"
#include "tests/support/bitlocker_rig.h"
#include "tests/support/failalloc.h"

#define DIGITS_A "000011-000022-000033-000044-000055-000066-000077-720885"
#define DIGITS_B "000451-715011-000077-574442-333333-135795-666666-010989"
#define PASSWORD "P\xC3\xA4ssw\xC3\xB6rt \xF0\x9F\x94\x91"

enum place { AT_TPM, AT_A, AT_PASSWORD, AT_BEK, AT_B };

static const struct bitlocker_plan plan = {
	.secrets = {[AT_TPM] = {BITLOCKER_TPM, NULL},
		[AT_A] = {BITLOCKER_RECOVERY_PASSWORD, DIGITS_A},
		[AT_PASSWORD] = {BITLOCKER_PASSWORD, PASSWORD},
		[AT_BEK] = {BITLOCKER_STARTUP_KEY, NULL},
		[AT_B] = {BITLOCKER_RECOVERY_PASSWORD, DIGITS_B}},
	.secret_count = 5,
};

/* Made once: each stretching takes long. */
static struct bitlocker_rig rig;

static int setup(void **state)
{
	(void)state;
	bitlocker_rig_make(&rig, &plan);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	bitlocker_rig_close(&rig);
	return 0;
}

static struct bitlocker_key recovery(const char *digits)
{
	uint8_t bytes[RECOVERY_PASSWORD_BYTES];
	struct bitlocker_key key;
	unsigned int group;

	assert_int_equal(
		recovery_password_parse(digits, strlen(digits), bytes, &group),
		RECOVERY_GROUP_GOOD);
	assert_int_equal(bitlocker_key_recovery(bytes, &key), 0);
	return key;
}

static struct bitlocker_key bek(const struct bitlocker_plan *p, size_t i)
{
	uint8_t bytes[BITLOCKER_MAKER_BEK];
	struct bitlocker_key key;
	size_t len = bitlocker_maker_bek(p, i, bytes);

	assert_int_equal(bitlocker_key_startup(bytes, len, &key), 0);
	return key;
}

static struct bitlocker_unlocked try(
	const struct bitlocker_key *key, const uint8_t *only)
{
	struct bitlocker_unlocked u;
	struct bitlocker_fvek fvek;

	memset(&fvek, 0xA5, sizeof(fvek));
	assert_int_equal(
		bitlocker_unlock(&rig.metadata, key, only, NULL, &u, &fvek), 0);
	if (u.outcome == BITLOCKER_OPENED) {
		assert_int_equal(fvek.method, BITLOCKER_XTS_128);
		assert_true(fvek.is_sealed);
		assert_int_equal(fvek.len, 32);
		assert_memory_equal(fvek.bytes, rig.made.fvek, 32);
	} else {
		assert_int_equal(fvek.method, 0xA5A5);
		assert_int_equal(fvek.bytes[0], 0xA5);
	}
	return u;
}

static void what_the_metadata_say(void **state)
{
	const struct bitlocker_metadata *m = &rig.metadata;
	uint8_t guid[GUID_BYTES];
	size_t i;

	(void)state;
	assert_int_equal(m->no_read, BITLOCKER_ACCEPTED);
	assert_int_equal(m->no_write, BITLOCKER_ACCEPTED);
	assert_int_equal(m->protector_count, plan.secret_count);
	for (i = 0; i < plan.secret_count; i++) {
		bitlocker_maker_guid(&plan, i, guid);
		assert_memory_equal(m->protectors[i].guid, guid, GUID_BYTES);
		assert_int_equal(m->protectors[i].type, plan.secrets[i].type);
		assert_int_equal(m->protectors[i].wrapped_count, 1);
	}
	assert_string_equal(m->description, "LOOPBREAKER C: 19/07/2024");
	assert_int_equal(m->sector_bytes, 512);
	assert_int_equal(m->encrypted_bytes, BITLOCKER_RIG_BYTES);
	assert_false(bitlocker_is_suspended(m));
}

/* The second of two recovery passwords: the first one is tried, too. */
static void every_recovery_password_is_tried(void **state)
{
	struct bitlocker_key key = recovery(DIGITS_B);
	struct bitlocker_unlocked u = try(&key, NULL);

	(void)state;
	assert_int_equal(u.outcome, BITLOCKER_OPENED);
	assert_int_equal(u.protector, AT_B);
	assert_int_equal(u.tried_count, 2);
	assert_int_equal(u.tried[0], AT_A);
	assert_int_equal(u.tried[1], AT_B);
}

static void a_wrong_key_is_a_value(void **state)
{
	struct bitlocker_key key = recovery(
		"000000-000000-000000-000000-000000-000000-000000-000000");
	struct bitlocker_unlocked u = try(&key, NULL);

	(void)state;
	assert_int_equal(u.outcome, BITLOCKER_WRONG_KEY);
	assert_int_equal(u.tried_count, 2);
}

static void only_the_one_that_is_named(void **state)
{
	struct bitlocker_key key = recovery(DIGITS_B);
	uint8_t guid[GUID_BYTES];
	struct bitlocker_unlocked u;

	(void)state;
	bitlocker_maker_guid(&plan, AT_A, guid);
	u = try(&key, guid);
	assert_int_equal(u.outcome, BITLOCKER_WRONG_KEY);
	assert_int_equal(u.tried_count, 1);
	bitlocker_maker_guid(&plan, AT_BEK, guid);
	u = try(&key, guid);
	assert_int_equal(u.outcome, BITLOCKER_NO_PROTECTOR);
	assert_int_equal(u.tried_count, 0);
}

static void password(void **state)
{
	struct bitlocker_unlocked u;
	struct bitlocker_key key;

	(void)state;
	assert_int_equal(bitlocker_key_password(PASSWORD, &key), 0);
	u = try(&key, NULL);
	assert_int_equal(u.outcome, BITLOCKER_OPENED);
	assert_int_equal(u.protector, AT_PASSWORD);
}

static void startup_key(void **state)
{
	struct bitlocker_key key = bek(&plan, AT_BEK);
	struct bitlocker_unlocked u = try(&key, NULL);

	(void)state;
	assert_int_equal(u.outcome, BITLOCKER_OPENED);
	assert_int_equal(u.protector, AT_BEK);
	key = bek(&plan, AT_A); /* of another volume: nothing to try it on */
	assert_int_equal(try(&key, NULL).outcome, BITLOCKER_NO_PROTECTOR);
	bitlocker_maker_guid(&plan, AT_BEK, key.guid);
	assert_int_equal(try(&key, NULL).outcome, BITLOCKER_WRONG_KEY);
}

static void no_clear_key(void **state)
{
	struct bitlocker_key key;

	(void)state;
	bitlocker_key_clear(&key);
	assert_int_equal(try(&key, NULL).outcome, BITLOCKER_NO_PROTECTOR);
}

static void what_is_no_password(void **state)
{
	struct bitlocker_key key;
	char text[BITLOCKER_MAX_PASSWORD_UNITS + 2];

	(void)state;
	assert_int_equal(bitlocker_key_password("", &key), -ERR_CORRUPT);
	assert_int_equal(bitlocker_key_password("\xFF", &key), -ERR_CORRUPT);
	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(bitlocker_key_password(text, &key), -ERR_TOO_LARGE);
	text[sizeof(text) - 2] = '\0';
	assert_int_equal(bitlocker_key_password(text, &key), 0);
}

/* --- Giving up, and what breaks ------------------------------------------ */

struct asked {
	unsigned int times;
	unsigned int give_up_at;
	unsigned int percent;
};

static bool go_on(void *ctx, unsigned int percent)
{
	struct asked *a = ctx;

	assert_true(percent >= a->percent);
	a->percent = percent;
	return ++a->times != a->give_up_at;
}

static void progress_and_giving_up(void **state)
{
	struct bitlocker_key key = recovery(DIGITS_A);
	struct asked a = {.give_up_at = 0};
	struct stretch_progress p = {go_on, &a};
	struct bitlocker_unlocked u;
	struct bitlocker_fvek fvek;

	(void)state;
	assert_int_equal(
		bitlocker_unlock(&rig.metadata, &key, NULL, &p, &u, &fvek), 0);
	assert_int_equal(u.outcome, BITLOCKER_OPENED);
	assert_int_equal(a.times, 65);
	assert_int_equal(a.percent, 100);
	a = (struct asked){.give_up_at = 3};
	assert_int_equal(
		bitlocker_unlock(&rig.metadata, &key, NULL, &p, &u, &fvek), 0);
	assert_int_equal(u.outcome, BITLOCKER_STOPPED);
	assert_int_equal(u.tried_count, 1);
	assert_int_equal(a.times, 3);
}

static void each_allocation_may_fail(void **state)
{
	struct bitlocker_key key = bek(&plan, AT_BEK);
	struct bitlocker_metadata m;
	struct bitlocker_unlocked u;
	struct bitlocker_layer l;
	struct bitlocker_fvek fvek;
	bool hit = true;
	uint64_t n;
	int err;

	(void)state;
	for (n = 1; hit; n++) {
		memset(&l, 0, sizeof(l));
		failalloc_arm(n, false);
		err = bitlocker_metadata_read(&rig.disk.disk, &m);
		if (err == 0)
			err = bitlocker_unlock(&m, &key, NULL, NULL, &u, &fvek);
		if (err == 0)
			err = bitlocker_layer_open(
				&l, &rig.disk.disk, &m, &fvek);
		hit = failalloc_disarm();
		assert_int_equal(err, hit ? -ERR_NO_MEMORY : 0);
		bitlocker_layer_close(&l);
		bitlocker_metadata_close(&m);
	}
	assert_true(n > 5);
}

/* --- Keys of which a volume holds several, or bad ones -------------------- */

static void damaged_keys(void **state)
{
	static const struct bitlocker_plan clear = {.secret_count = 0};
	struct bitlocker_unlocked u;
	struct bitlocker_fvek fvek;
	struct bitlocker_key key;
	struct bitlocker_rig r;

	(void)state;
	bitlocker_key_clear(&key);
	bitlocker_rig_make(&r, &clear);
	r.metadata.fvek.payload[20] ^= 1;
	assert_int_equal(
		bitlocker_unlock(&r.metadata, &key, NULL, NULL, &u, &fvek), 0);
	assert_int_equal(u.outcome, BITLOCKER_DAMAGED_KEY);
	r.metadata.protectors[0].wrapped[0].tag[0] ^= 1;
	assert_int_equal(
		bitlocker_unlock(&r.metadata, &key, NULL, NULL, &u, &fvek), 0);
	assert_int_equal(u.outcome, BITLOCKER_WRONG_KEY);
	/* The right one among several. */
	bitlocker_rig_read(&r);
	r.metadata.protectors[0].wrapped[2] =
		r.metadata.protectors[0].wrapped[0];
	r.metadata.protectors[0].wrapped[0].tag[0] ^= 1;
	r.metadata.protectors[0].wrapped[1] =
		r.metadata.protectors[0].wrapped[0];
	r.metadata.protectors[0].wrapped_count = 3;
	assert_int_equal(
		bitlocker_unlock(&r.metadata, &key, NULL, NULL, &u, &fvek), 0);
	assert_int_equal(u.outcome, BITLOCKER_OPENED);
	/* Of another method than the metadata say: right length, wrong use. */
	r.metadata.method = BITLOCKER_CBC_256;
	assert_int_equal(
		bitlocker_unlock(&r.metadata, &key, NULL, NULL, &u, &fvek), 0);
	assert_int_equal(u.outcome, BITLOCKER_DAMAGED_KEY);
	bitlocker_rig_close(&r);
}

/* --- Startup key files -----------------------------------------------------
 */

static void bad_startup_keys(void **state)
{
	uint8_t good[BITLOCKER_MAKER_BEK];
	uint8_t bad[BITLOCKER_MAKER_BEK];
	size_t len = bitlocker_maker_bek(&plan, AT_BEK, good);
	struct bitlocker_key key;
	size_t i;

	(void)state;
	for (i = 0; i < len; i++) {
		uint8_t *exact = malloc(i ? i : 1);

		assert_non_null(exact);
		memcpy(exact, good, i);
		assert_true(bitlocker_key_startup(exact, i, &key) < 0);
		free(exact);
	}
	assert_int_equal(
		bitlocker_key_startup(good, len - 1, &key), -ERR_TRUNCATED);
	memcpy(bad, good, len);
	bad[FVE_BEK_VERSION] = 2;
	assert_int_equal(
		bitlocker_key_startup(bad, len, &key), -ERR_UNSUPPORTED);
	memcpy(bad, good, len);
	bad[FVE_BEK_HEADER + FVE_ENTRY_TYPE] = 7;
	assert_int_equal(bitlocker_key_startup(bad, len, &key), -ERR_CORRUPT);
	memcpy(bad, good, len);
	/* No key in it, but another entry. */
	bad[FVE_BEK_HEADER + FVE_EXTERNAL_ENTRIES + FVE_ENTRY_VALUE] = 2;
	assert_int_equal(bitlocker_key_startup(bad, len, &key), -ERR_CORRUPT);
	memcpy(bad, good, len);
	bad[FVE_BEK_HEADER + FVE_EXTERNAL_ENTRIES] =
		4; /* shorter than itself */
	assert_int_equal(bitlocker_key_startup(bad, len, &key), -ERR_CORRUPT);
	assert_int_equal(
		bitlocker_key_startup(good, BITLOCKER_MAX_BEK_BYTES + 1, &key),
		-ERR_TOO_LARGE);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_metadata_say),
		cmocka_unit_test(every_recovery_password_is_tried),
		cmocka_unit_test(a_wrong_key_is_a_value),
		cmocka_unit_test(only_the_one_that_is_named),
		cmocka_unit_test(password),
		cmocka_unit_test(startup_key),
		cmocka_unit_test(no_clear_key),
		cmocka_unit_test(what_is_no_password),
		cmocka_unit_test(progress_and_giving_up),
		cmocka_unit_test(each_allocation_may_fail),
		cmocka_unit_test(damaged_keys),
		cmocka_unit_test(bad_startup_keys),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
