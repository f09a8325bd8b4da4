/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keys and signatures of any bytes.  Nothing may crash, and nothing that a
 * fuzzer thinks up can be the signature of a key it does not have.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "recovery/signature.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A key made of @data, however short that is. */
static void check_with_made_key(const uint8_t *data, size_t size)
{
	uint8_t section[SIGNATURE_KEY_BYTES];
	struct signature_keys keys;
	uint8_t number[SIGNATURE_BYTES] = {0};

	memset(section, 0x5B, sizeof(section));
	memcpy(section, "LBK1", 4);
	if (size > SIGNATURE_BYTES)
		size = SIGNATURE_BYTES;
	memcpy(section + 4, data, size);
	section[4] |= 0x80;
	section[sizeof(section) - 1] |= 1;
	if (signature_keys_check(section, sizeof(section), &keys) ||
		keys.count != 1)
		abort();
	memcpy(number + SIGNATURE_BYTES - size, data, size);
	if (!signature_check(&keys, data, size, number, sizeof(number)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct signature_keys keys;

	if (signature_keys_check(data, size, &keys) == 0 &&
		keys.count > SIGNATURE_MAX_KEYS)
		abort();
	check_with_made_key(data, size);
	return 0;
}
