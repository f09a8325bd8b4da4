/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/unlock_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "storage/bitlocker/format.h"

struct unlock_rig rig;

static uint8_t bek[BITLOCKER_MAKER_BEK];

int unlock_rig_start(void **state)
{
	(void)state;
	memset(&rig.unlock, 0, sizeof(rig.unlock));
	assert_int_equal(emudisk_open(&rig.disk,
				 UNLOCK_RIG_VOLUMES * UNLOCK_RIG_BYTES, 512),
		0);
	unlock_rig_forget();
	return 0;
}

int unlock_rig_stop(void **state)
{
	(void)state;
	unlock_close(&rig.unlock);
	emudisk_close(&rig.disk);
	return 0;
}

void unlock_rig_make(size_t i, const struct bitlocker_plan *plan)
{
	assert_null(bitlocker_make(plan, rig.disk.bytes + i * UNLOCK_RIG_BYTES,
		UNLOCK_RIG_BYTES, &rig.made[i]));
}

/* The entries of a block follow each other; this one is always there. */
static uint8_t *find_entry(uint8_t *block, uint16_t type)
{
	uint8_t *at = block + FVE_BLOCK_SET + FVE_SET_HEADER;

	while (at[FVE_ENTRY_TYPE] + 256u * at[FVE_ENTRY_TYPE + 1] != type) {
		size_t size =
			at[FVE_ENTRY_SIZE] + 256u * at[FVE_ENTRY_SIZE + 1];

		assert_true(size >= FVE_ENTRY_HEADER);
		at += size;
		assert_true(at < block + FVE_BLOCK_BYTES);
	}
	return at;
}

void unlock_rig_damage_fvek(size_t i)
{
	for (size_t copy = 0; copy < BITLOCKER_COPIES; copy++) {
		uint8_t *block = rig.disk.bytes + i * UNLOCK_RIG_BYTES +
				 rig.made[i].copies[copy];
		uint8_t *entry = find_entry(block, FVE_TYPE_FVEK);

		entry[FVE_ENTRY_HEADER + FVE_WRAPPED_PAYLOAD] ^= 1;
		bitlocker_maker_checksum(block);
	}
}

const struct unlock_volume *unlock_rig_note(size_t i)
{
	const struct found_volume f = {.kind = VOLUME_BITLOCKER,
		.start_bytes = i * UNLOCK_RIG_BYTES,
		.size_bytes = UNLOCK_RIG_BYTES};
	char name[32];

	(void)snprintf(name, sizeof(name), "volume %zu", i);
	return unlock_note(
		&rig.unlock, &rig.disk.disk, &rig.disk.disk, &f, name);
}

void unlock_rig_forget(void)
{
	unlock_close(&rig.unlock);
	fake_machine_init(&rig.machine);
	rig.machine.key_files = rig.files;
	unlock_open(&rig.unlock, &rig.machine.platform);
}

struct fake_key_file *unlock_rig_put_file(
	const char *name, const void *bytes, size_t len)
{
	struct fake_key_file *f = &rig.files[rig.machine.key_file_count];

	assert_true(rig.machine.key_file_count < UNLOCK_RIG_FILES);
	rig.machine.key_file_count++;
	*f = (struct fake_key_file){.name = name, .bytes = bytes, .len = len};
	return f;
}

void unlock_rig_put_startup_key(
	const char *name, const struct bitlocker_plan *plan, size_t i)
{
	unlock_rig_put_file(name, bek, bitlocker_maker_bek(plan, i, bek));
}

void unlock_rig_add_line(char *text, size_t cap,
	const struct bitlocker_plan *plan, size_t i, const char *digits)
{
	size_t len = strlen(text);
	char id[UNLOCK_KEY_ID_BYTES];
	uint8_t guid[GUID_BYTES];

	bitlocker_maker_guid(plan, i, guid);
	(void)snprintf(text + len, cap - len, "%s,%s\r\n",
		unlock_key_id(guid, id), digits);
}

void unlock_rig_answer(const char *const *secrets, size_t count)
{
	rig.machine.secrets = secrets;
	rig.machine.secret_count = count;
	rig.machine.secrets_asked = 0;
	rig.machine.platform.may_ask_secrets = true;
	rig.machine.platform.may_ask_pin = true;
}
