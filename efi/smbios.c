/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the configuration table to the structures (DSP0134, 5.2 and 7.2).  Where
 * they lie is the firmware's word; what is in them is checked.
 */
#include <string.h>

#include "efi/smbios.h"
#include "storage/bytes.h"
#include "storage/err.h"
#include "storage/guid.h"

/* Entry points: 64-bit "_SM3_", 32-bit "_SM_". */
#define ENTRY3_LENGTH	 6
#define ENTRY3_BYTES	 24
#define ENTRY3_SIZE	 12
#define ENTRY3_ADDRESS	 16
#define ENTRY2_LENGTH	 5
#define ENTRY2_BYTES	 31
#define ENTRY2_SIZE	 22
#define ENTRY2_ADDRESS	 24
#define ENTRY_MAX_LENGTH 64

#define HEADER_BYTES 4
#define TYPE_SYSTEM  1
#define TYPE_END     127
#define SYSTEM_UUID  8

/* Numbers of strings, in the structure. */
static const uint8_t text_fields[] = {
	[SMBIOS_MODEL] = 5,
	[SMBIOS_SERIAL] = 7,
};

static const EFI_GUID smbios3_guid = {0xf2fd1544, 0x9794, 0x4a2c,
	{0x99, 0x2e, 0xe5, 0xbb, 0xcf, 0x20, 0xe3, 0x94}};
static const EFI_GUID smbios_guid = {0xeb9d2d31, 0x2d88, 0x11d3,
	{0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d}};

/* --- Structures ---------------------------------------------------------- */

static int uuid_of(
	const uint8_t *structure, size_t len, uint8_t ret_id[SMBIOS_ID_BYTES])
{
	const uint8_t *uuid = structure + SYSTEM_UUID;

	if (len < SYSTEM_UUID + SMBIOS_ID_BYTES || guid_is_none(uuid))
		return -ERR_NOT_FOUND;
	memcpy(ret_id, uuid, SMBIOS_ID_BYTES);
	return 0;
}

/* The end of the strings that begin at @at: behind two zero bytes. */
static int skip_strings(const uint8_t *b, size_t len, size_t at, size_t *ret)
{
	for (; at < len && len - at >= 2; at++)
		if (!b[at] && !b[at + 1]) {
			*ret = at + 2;
			return 0;
		}
	return -ERR_TRUNCATED;
}

/* The first "System Information": its bytes, and what follows them. */
struct system {
	const uint8_t *structure;
	size_t size;
	size_t rest; /* of the table, from the structure on */
};

static int system_find(const uint8_t *b, size_t len, struct system *ret)
{
	size_t at = 0;
	unsigned int i;

	for (i = 0; i < SMBIOS_MAX_STRUCTURES && at < len; i++) {
		size_t size;
		int err;

		if (len - at < HEADER_BYTES)
			return -ERR_TRUNCATED;
		size = b[at + 1];
		if (size < HEADER_BYTES)
			return -ERR_CORRUPT;
		if (size > len - at)
			return -ERR_TRUNCATED;
		if (b[at] == TYPE_SYSTEM) {
			*ret = (struct system){b + at, size, len - at};
			return 0;
		}
		if (b[at] == TYPE_END)
			break;
		err = skip_strings(b, len, at + size, &at);
		if (err < 0)
			return err;
	}
	return -ERR_NOT_FOUND;
}

int smbios_id_check(
	const void *table, size_t len, uint8_t ret_id[SMBIOS_ID_BYTES])
{
	struct system system;
	int err = system_find(table, len, &system);

	return err < 0 ? err : uuid_of(system.structure, system.size, ret_id);
}

/* The @number-th string of a structure; they stand behind it. */
static int string_get(
	const struct system *system, unsigned int number, char *ret, size_t cap)
{
	const char *text = (const char *)system->structure + system->size;
	size_t left = system->rest - system->size;
	size_t len = strnlen(text, left);

	while (number > 1 && len < left && len > 0) {
		text += len + 1;
		left -= len + 1;
		len = strnlen(text, left);
		number--;
	}
	if (len == left)
		return -ERR_TRUNCATED;
	if (!number || !len)
		return -ERR_NOT_FOUND;
	if (len > cap - 1)
		len = cap - 1;
	memcpy(ret, text, len);
	ret[len] = '\0';
	return 0;
}

int smbios_text_check(const void *table, size_t len, enum smbios_text which,
	char *ret, size_t cap)
{
	struct system system;
	int err = system_find(table, len, &system);

	if (err < 0)
		return err;
	if (text_fields[which] >= system.size)
		return -ERR_NOT_FOUND;
	return string_get(
		&system, system.structure[text_fields[which]], ret, cap);
}

/* --- Entry points -------------------------------------------------------- */

static bool sum_is_zero(const uint8_t *bytes, size_t len)
{
	uint8_t sum = 0;

	for (; len > 0; bytes++, len--)
		sum = (uint8_t)(sum + *bytes);
	return sum == 0;
}

static bool is_entry(const uint8_t *entry, const char *anchor, size_t length_at,
	size_t least)
{
	if (!entry || memcmp(entry, anchor, strlen(anchor)) != 0 ||
		entry[length_at] < least || entry[length_at] > ENTRY_MAX_LENGTH)
		return false;
	return sum_is_zero(entry, entry[length_at]);
}

static int table_find(
	const struct firmware *fw, const void **ret_table, size_t *ret_size)
{
	const uint8_t *entry = firmware_table(fw, &smbios3_guid);
	uint64_t address;
	size_t size;

	if (is_entry(entry, "_SM3_", ENTRY3_LENGTH, ENTRY3_BYTES)) {
		address = le64_get(entry + ENTRY3_ADDRESS);
		size = le32_get(entry + ENTRY3_SIZE);
	} else {
		entry = firmware_table(fw, &smbios_guid);
		if (!is_entry(entry, "_SM_", ENTRY2_LENGTH, ENTRY2_BYTES))
			return -ERR_NOT_FOUND;
		address = le32_get(entry + ENTRY2_ADDRESS);
		size = le16_get(entry + ENTRY2_SIZE);
	}
	if (!address || address > UINTPTR_MAX)
		return -ERR_NOT_FOUND;
	*ret_table = (const void *)(uintptr_t)address;
	*ret_size = size < SMBIOS_MAX_BYTES ? size : SMBIOS_MAX_BYTES;
	return 0;
}

int smbios_id_get(const struct firmware *fw, uint8_t ret_id[SMBIOS_ID_BYTES])
{
	const void *table;
	size_t size;
	int err = table_find(fw, &table, &size);

	return err < 0 ? err : smbios_id_check(table, size, ret_id);
}

int smbios_text_get(const struct firmware *fw, enum smbios_text which,
	char *ret, size_t cap)
{
	const void *table;
	size_t size;
	int err = table_find(fw, &table, &size);

	return err < 0 ? err : smbios_text_check(table, size, which, ret, cap);
}
