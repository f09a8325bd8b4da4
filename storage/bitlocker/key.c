/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a person has, hashed into what a protector wants. */
#include <string.h>

#include "storage/bitlocker/unlock.h"
#include "storage/crypto/secret.h"
#include "storage/digest.h"
#include "storage/err.h"
#include "storage/utf8.h"

void bitlocker_key_clear(struct bitlocker_key *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->kind = BITLOCKER_KEY_CLEAR;
}

int bitlocker_key_recovery(
	const uint8_t bytes[RECOVERY_PASSWORD_BYTES], struct bitlocker_key *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->kind = BITLOCKER_KEY_RECOVERY;
	return digest_make(bytes, RECOVERY_PASSWORD_BYTES, ret->bytes);
}

int bitlocker_key_password(const char *utf8, struct bitlocker_key *ret)
{
	uint8_t utf16[2 * BITLOCKER_MAX_PASSWORD_UNITS];
	size_t units = 0;
	int err = 0;

	if (!*utf8 || !utf8_is_valid(utf8))
		return -ERR_CORRUPT;
	if (!utf8_to_utf16(utf8, utf16, BITLOCKER_MAX_PASSWORD_UNITS, &units))
		err = -ERR_TOO_LARGE;
	if (err == 0) {
		memset(ret, 0, sizeof(*ret));
		ret->kind = BITLOCKER_KEY_PASSWORD;
		err = digest_make(utf16, 2 * units, ret->bytes);
		if (err == 0)
			err = digest_make(
				ret->bytes, sizeof(ret->bytes), ret->bytes);
	}
	secret_wipe(utf16, sizeof(utf16));
	return err;
}

void bitlocker_key_wipe(struct bitlocker_key *key)
{
	secret_wipe(key, sizeof(*key));
}
