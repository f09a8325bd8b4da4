/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Boot id (u32), passes (u16), the low half of the CRC-32 of both (u16):
 * little-endian.
 */
#include "efi/pass_mark.h"
#include "efi/vars.h"
#include "storage/bytes.h"
#include "storage/crc32.h"
#include "storage/err.h"

#define PASSES_AT   4
#define CHECKSUM_AT 6

static uint16_t checksum(const uint8_t *bytes)
{
	return (uint16_t)crc32_of(bytes, CHECKSUM_AT);
}

int pass_mark_check(const void *bytes, size_t len, struct record *r)
{
	const uint8_t *b = bytes;

	if (len != PASS_MARK_BYTES || le16_get(b + CHECKSUM_AT) != checksum(b))
		return -ERR_CORRUPT;
	r->handover_boot_id = le32_get(b);
	r->handover_passes = le16_get(b + PASSES_AT);
	r->handover_restarts = 0;
	r->handover_time = 0;
	return 0;
}

bool pass_mark_get(const struct firmware *fw, struct record *r)
{
	uint8_t bytes[PASS_MARK_BYTES];
	size_t len;

	return !vars_get(fw, &vars_pass, bytes, sizeof(bytes), &len) &&
	       !pass_mark_check(bytes, len, r);
}

int pass_mark_put(const struct firmware *fw, const struct record *r)
{
	uint8_t bytes[PASS_MARK_BYTES];
	uint32_t passes = r->handover_passes;

	le32_put(bytes, r->handover_boot_id);
	le16_put(bytes + PASSES_AT,
		(uint16_t)(passes < UINT16_MAX ? passes : UINT16_MAX));
	le16_put(bytes + CHECKSUM_AT, checksum(bytes));
	return vars_set(fw, &vars_pass, bytes, sizeof(bytes));
}

int pass_mark_remove(const struct firmware *fw)
{
	return vars_remove(fw, &vars_pass);
}
