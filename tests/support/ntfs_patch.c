/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "storage/bytes.h"
#include "tests/support/ntfs_patch.h"
#include "tests/support/ntfs_peek.h"

#define RECORD_BYTES 1024
#define BLOCK_BYTES  4096
#define IN_USE	     24 /* of a record: how many bytes */
#define INDEX_START  24 /* of an index block: what INDEX_USED counts from */
#define INDEX_USED   28
#define REF_MASK     0xffffffffffffu
#define FILE_NAME    0x30

static bool has_characters(const unsigned char *value, const char *name)
{
	if (value[PATCH_NAME_LENGTH] != strlen(name))
		return false;
	for (size_t i = 0; name[i]; i++)
		if (le16_get(value + PATCH_NAME + 2 * i) !=
			(unsigned char)name[i])
			return false;
	return true;
}

static bool is_entry(const unsigned char *value, uint64_t directory)
{
	return (le64_get(value) & REF_MASK) == directory &&
	       le16_get(value - PATCH_ENTRY_BYTES + PATCH_ENTRY_KEY_LENGTH) ==
		       PATCH_NAME + 2u * value[PATCH_NAME_LENGTH];
}

/* In @len bytes; names begin at multiples of eight. */
static unsigned char *entry_in(unsigned char *bytes, uint64_t len,
	uint64_t directory, const char *name)
{
	uint64_t need = PATCH_NAME + 2 * strlen(name);

	for (uint64_t off = PATCH_ENTRY_BYTES; off + need <= len; off += 8)
		if (is_entry(bytes + off, directory) &&
			has_characters(bytes + off, name))
			return bytes + off;
	return NULL;
}

unsigned char *patch_find_entry(unsigned char *volume, uint64_t size,
	uint64_t directory, const char *name)
{
	unsigned char *p = volume + peek_record_place(volume, size, directory);
	unsigned char *found;

	found = entry_in(p, le32_get(p + IN_USE), directory, name);
	for (p = volume; !found && p + BLOCK_BYTES <= volume + size;
		p += BLOCK_BYTES)
		if (!memcmp(p, "INDX", 4))
			found = entry_in(p,
				INDEX_START + le32_get(p + INDEX_USED),
				directory, name);
	if (!found)
		fail_msg("%s is not in the index", name);
	return found;
}

unsigned char *patch_find_name(
	unsigned char *volume, uint64_t size, uint64_t number, const char *name)
{
	unsigned char *record =
		volume + peek_record_place(volume, size, number);
	unsigned char *p = record + le16_get(record + 20);

	while (p < record + RECORD_BYTES - PATCH_NAME &&
		le32_get(p + PATCH_ATTRIBUTE_LENGTH)) {
		if (le32_get(p) == FILE_NAME &&
			has_characters(p + PATCH_ATTRIBUTE_BYTES, name))
			return p + PATCH_ATTRIBUTE_BYTES;
		p += le32_get(p + PATCH_ATTRIBUTE_LENGTH);
	}
	fail_msg("%s is not in its record", name);
	return NULL;
}

void patch_rename(unsigned char *file_name, const char *name)
{
	assert_int_equal(file_name[PATCH_NAME_LENGTH], strlen(name));
	for (size_t i = 0; name[i]; i++)
		le16_put(
			file_name + PATCH_NAME + 2 * i, (unsigned char)name[i]);
}
