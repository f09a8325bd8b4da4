/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Startup key files (.BEK): a header and one external key, which holds the key
 * itself among other entries.
 */
#include <string.h>

#include "storage/bitlocker/check.h"
#include "storage/bitlocker/unlock.h"
#include "storage/bytes.h"
#include "storage/err.h"

/* The one key among the entries of an external key. */
static int find_key(
	const struct bitlocker_entry *external, struct bitlocker_key *ret)
{
	size_t at = FVE_EXTERNAL_ENTRIES;
	struct bitlocker_entry e;
	bool has_key = false;
	int found;

	if (external->len < FVE_EXTERNAL_ENTRIES)
		return -ERR_TRUNCATED;
	while ((found = bitlocker_entry_next(
			external->bytes, external->len, &at, &e)) != 0) {
		if (found < 0)
			return -ERR_CORRUPT;
		if (e.value != FVE_VALUE_KEY)
			continue;
		if (has_key)
			return -ERR_CORRUPT;
		if (e.len !=
			FVE_ENTRY_HEADER + FVE_KEY_BYTES + BITLOCKER_KEY_BYTES)
			return -ERR_UNSUPPORTED;
		memcpy(ret->bytes, e.bytes + FVE_ENTRY_HEADER + FVE_KEY_BYTES,
			BITLOCKER_KEY_BYTES);
		has_key = true;
	}
	return has_key ? 0 : -ERR_CORRUPT;
}

static int check_file(
	const uint8_t *bytes, size_t len, struct bitlocker_key *ret)
{
	size_t at = FVE_BEK_HEADER;
	struct bitlocker_entry e;

	if (len > BITLOCKER_MAX_BEK_BYTES)
		return -ERR_TOO_LARGE;
	if (len < FVE_BEK_HEADER)
		return -ERR_TRUNCATED;
	if (le32_get(bytes + FVE_BEK_HEADER_BYTES) != FVE_BEK_HEADER)
		return -ERR_CORRUPT;
	if (le32_get(bytes + FVE_BEK_VERSION) != 1)
		return -ERR_UNSUPPORTED;
	if (le32_get(bytes + FVE_BEK_BYTES) != len)
		return le32_get(bytes + FVE_BEK_BYTES) > len ? -ERR_TRUNCATED
							     : -ERR_CORRUPT;
	if (bitlocker_entry_next(bytes, len, &at, &e) != 1 || at != len ||
		e.type != FVE_TYPE_STARTUP_KEY ||
		e.value != FVE_VALUE_EXTERNAL_KEY)
		return -ERR_CORRUPT;
	if (e.len < FVE_EXTERNAL_ENTRIES)
		return -ERR_TRUNCATED;
	memcpy(ret->guid, e.bytes + FVE_EXTERNAL_GUID, GUID_BYTES);
	return find_key(&e, ret);
}

int bitlocker_key_startup(
	const uint8_t *bytes, size_t len, struct bitlocker_key *ret)
{
	struct bitlocker_key key;
	int err;

	memset(&key, 0, sizeof(key));
	key.kind = BITLOCKER_KEY_STARTUP;
	err = check_file(bytes, len, &key);
	if (err == 0)
		*ret = key;
	bitlocker_key_wipe(&key);
	return err;
}
