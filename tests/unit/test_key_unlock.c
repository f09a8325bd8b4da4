/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From files on a stick to an open volume: the way that keys go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/keys/key_file.h"
#include "recovery/keys/key_pack_make.h"
#include "recovery/keys/key_ring.h"
#include "storage/err.h"
#include "tests/support/bitlocker_rig.h"
#include "tests/support/exact.h"
#include "tests/support/failalloc.h"
#include "tests/support/key_sample.h"

#define DIGITS "000451-715011-000077-574442-333333-135795-666666-010989"

enum place { AT_TPM, AT_RECOVERY, AT_BEK };

static const struct bitlocker_plan plan = {
	.secrets = {[AT_TPM] = {BITLOCKER_TPM, NULL},
		[AT_RECOVERY] = {BITLOCKER_RECOVERY_PASSWORD, DIGITS},
		[AT_BEK] = {BITLOCKER_STARTUP_KEY, NULL}},
	.secret_count = 3,
};

static struct bitlocker_rig rig;
static struct key_ring ring;

/* A volume, and a ring that wants keys of all its protectors. */
static int setup(void **state)
{
	uint8_t id[GUID_BYTES];
	size_t i;

	(void)state;
	bitlocker_rig_make(&rig, &plan);
	bitlocker_rig_read(&rig);
	key_ring_open(&ring);
	for (i = 0; i < plan.secret_count; i++) {
		bitlocker_maker_guid(&plan, i, id);
		assert_int_equal(key_ring_want(&ring, id), 0);
	}
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	key_ring_close(&ring);
	bitlocker_rig_close(&rig);
	return 0;
}

/* Does the first key for this protector open the volume? */
static bool opens(enum place place)
{
	struct bitlocker_unlocked result;
	struct bitlocker_fvek fvek;
	struct bitlocker_key key;
	uint8_t id[GUID_BYTES];
	const struct key *k;

	bitlocker_maker_guid(&plan, place, id);
	k = key_ring_next(&ring, id, NULL);
	assert_non_null(k);
	assert_int_equal(key_prepare(k, &key), 0);
	assert_int_equal(
		bitlocker_unlock(&rig.metadata, &key, id, NULL, &result, &fvek),
		0);
	bitlocker_key_wipe(&key);
	bitlocker_fvek_wipe(&fvek);
	return result.outcome == BITLOCKER_OPENED;
}

static int read_file(const char *name, const void *bytes, size_t len)
{
	const struct key_sink sink = key_ring_sink(&ring);
	void *exact = exact_copy(bytes, len);
	struct key_memory m;
	int err;

	key_memory_open(&m, name, exact, len);
	err = key_file_parse(&m.source, &sink);
	free(exact);
	return err;
}

/* The table, and a pack of what it says. */
static void table_and_pack(void **state)
{
	static const uint8_t derived[KEY_PACK_KEY_BYTES] = "not derived";
	static const uint8_t salt[KEY_PACK_SALT_BYTES] = "salt";
	struct key_sink sink = key_ring_sink(&ring);
	uint8_t bytes[KEY_PACK_BYTES(1)];
	struct key_pack_entry entry;
	char guid[GUID_TEXT_BYTES];
	uint8_t id[GUID_BYTES];
	struct key_memory m;
	struct key_pack pack;
	char text[512];
	char others[256];
	size_t len;

	(void)state;
	bitlocker_maker_guid(&plan, AT_RECOVERY, id);
	(void)key_sample_write("PC1;%I1;%K1\n", others, sizeof(others));
	len = (size_t)snprintf(text, sizeof(text),
		"PC;KeyID;RecoveryKey\n%sPC2;{%s};" DIGITS "\n", others,
		guid_text(id, guid));
	assert_int_equal(read_file("keys.csv", text, len), 0);
	assert_int_equal(ring.count, 1);
	assert_int_equal(key_pack_entry_set(&entry, &ring.entries[0].key), 0);

	assert_int_equal(key_pack_make(&entry, 1, salt, KEY_PACK_MIN_ROUNDS,
				 derived, bytes),
		0);
	ring.count = 0; /* from now on, only what the pack has */
	key_memory_open(&m, "site.keys", bytes, sizeof(bytes));
	assert_int_equal(key_pack_open(&pack, &m.source), 0);
	assert_int_equal(key_pack_unlock_with(&pack, derived), 0);
	assert_int_equal(key_pack_hand_in(&pack, id, &sink), 0);
	key_pack_close(&pack);
	assert_true(opens(AT_RECOVERY));
}

static void startup_key_file(void **state)
{
	uint8_t bytes[BITLOCKER_MAKER_BEK];
	size_t len = bitlocker_maker_bek(&plan, AT_BEK, bytes);

	(void)state;
	assert_int_equal(read_file("A.BEK", bytes, len), 0);
	assert_int_equal(ring.count, 1);
	assert_string_equal(ring.entries[0].key.file, "A.BEK");
	assert_true(opens(AT_BEK));
	ring.count = 0;
	assert_int_equal(read_file("A.BEK", bytes, len - 1), -ERR_TRUNCATED);
	assert_int_equal(read_file("A.BEK", bytes, 0), -ERR_TRUNCATED);
	bytes[0] ^= 1;
	assert_true(read_file("A.BEK", bytes, len) < 0);
	assert_int_equal(ring.count, 0);
}

static int refuse_reading(void *ctx, uint64_t off, void *buf, size_t len)
{
	(void)ctx;
	(void)off;
	memset(buf, 0, len);
	return off ? 0 : -ERR_IO;
}

static void failures(void **state)
{
	const struct key_sink sink = key_ring_sink(&ring);
	struct key_source s = {
		.read = refuse_reading, .size = 4, .name = "x.bek"};
	uint8_t bytes[BITLOCKER_MAKER_BEK];
	size_t len = bitlocker_maker_bek(&plan, AT_BEK, bytes);
	struct key_memory m;

	(void)state;
	assert_int_equal(key_file_parse(&s, &sink), -ERR_IO);
	s.size = BITLOCKER_MAX_BEK_BYTES + 1;
	assert_int_equal(key_file_parse(&s, &sink), -ERR_IO);
	key_memory_open(&m, "A.bek", bytes, len);
	failalloc_arm(1, false);
	assert_int_equal(key_file_parse(&m.source, &sink), -ERR_NO_MEMORY);
	assert_true(failalloc_disarm());
	m.source.size = BITLOCKER_MAX_BEK_BYTES + 1;
	assert_int_equal(key_file_parse(&m.source, &sink), -ERR_TOO_LARGE);
}

/* One that somebody has typed goes through as it is. */
static void typed_password(void **state)
{
	struct bitlocker_key typed;
	struct bitlocker_key prepared;
	struct key k = {.kind = KEY_PASSWORD, .len = KEY_MAX_BYTES};

	(void)state;
	assert_int_equal(bitlocker_key_password("correct horse", &typed), 0);
	memcpy(k.bytes, typed.bytes, sizeof(k.bytes));
	assert_int_equal(key_prepare(&k, &prepared), 0);
	assert_int_equal(prepared.kind, BITLOCKER_KEY_PASSWORD);
	assert_memory_equal(prepared.bytes, typed.bytes, sizeof(typed.bytes));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			table_and_pack, setup, teardown),
		cmocka_unit_test_setup_teardown(
			startup_key_file, setup, teardown),
		cmocka_unit_test_setup_teardown(failures, setup, teardown),
		cmocka_unit_test(typed_password),
	};

	return cmocka_run_group_tests_name("key_unlock", tests, NULL, NULL);
}
