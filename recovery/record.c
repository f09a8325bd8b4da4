/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The record as bytes:
 *
 *   00 u32 magic "LBR1"
 *   04 u32 hand-over: boot id		08 u32 passes	0C u32 restarts
 *   10 u64 hand-over: time
 *   18 u32 hold state			1C u32 rung
 *   20 u32 hold id			24 u32 hold: boot id
 *   28 u64 hold time
 *   30 u32 flags: bit 0 = hold_bugcheck is present, bit 1 = is_by_person
 *   34 u32 stop code			38 u64 parameter 1
 *   40 u32 progress			44 u32 policy serial
 *   48 u64 volume serial
 *   50 u32 serial of the policy before	54 u32 incident order's serial
 *   58 u32 newest boot id that does not count
 *   5C u32 CRC-32 of all before
 */
#include "recovery/record.h"

#include <string.h>

#include "storage/bytes.h"
#include "storage/crc32.h"
#include "storage/err.h"

#define RECORD_MAGIC 0x3152424Cu /* "LBR1" */

#define FLAG_HAS_BUGCHECK 0x1u
#define FLAG_BY_PERSON	  0x2u

#define OFF_CRC (RECORD_BYTES - 4)

static bool is_zero(const uint8_t *b, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (b[i] != 0)
			return false;
	return true;
}

static void bugcheck_decode(const uint8_t *b, struct bugcheck *ret)
{
	ret->is_present = (le32_get(b + 0x30) & FLAG_HAS_BUGCHECK) != 0;
	ret->code = le32_get(b + 0x34);
	ret->parameter1 = le64_get(b + 0x38);
	ret->progress = le32_get(b + 0x40);
}

static bool values_are_sane(const uint8_t *b)
{
	if (le32_get(b + 0x18) > HOLD_EXHAUSTED ||
		le32_get(b + 0x1C) > RECORD_MAX_RUNG)
		return false;
	if ((le32_get(b + 0x30) & ~(FLAG_HAS_BUGCHECK | FLAG_BY_PERSON)) != 0)
		return false;
	if (!(le32_get(b + 0x30) & FLAG_HAS_BUGCHECK) && !is_zero(b + 0x34, 16))
		return false;
	return true;
}

int record_check(const void *bytes, size_t len, struct record *ret)
{
	struct record r = {0};
	const uint8_t *b = bytes;

	if (len < RECORD_BYTES)
		return -ERR_TRUNCATED;
	if (len > RECORD_BYTES)
		return -ERR_TOO_LARGE;
	if (le32_get(b) != RECORD_MAGIC ||
		le32_get(b + OFF_CRC) != crc32_of(b, OFF_CRC))
		return -ERR_CORRUPT;
	if (!values_are_sane(b))
		return -ERR_CORRUPT;
	r.handover_boot_id = le32_get(b + 0x04);
	r.handover_passes = le32_get(b + 0x08);
	r.handover_restarts = le32_get(b + 0x0C);
	r.handover_time = le64_get(b + 0x10);
	r.hold_state = (enum hold_state)le32_get(b + 0x18);
	r.rung = le32_get(b + 0x1C);
	r.hold_id = le32_get(b + 0x20);
	r.hold_boot_id = le32_get(b + 0x24);
	r.hold_time = le64_get(b + 0x28);
	r.is_by_person = (le32_get(b + 0x30) & FLAG_BY_PERSON) != 0;
	bugcheck_decode(b, &r.hold_bugcheck);
	r.policy_serial = le32_get(b + 0x44);
	r.volume_serial = le64_get(b + 0x48);
	r.policy_previous_serial = le32_get(b + 0x50);
	r.incident_serial = le32_get(b + 0x54);
	r.uncounted_boot_id = le32_get(b + 0x58);
	*ret = r;
	return 0;
}

void record_encode(const struct record *r, void *bytes)
{
	uint8_t *b = bytes;

	memset(b, 0, RECORD_BYTES);
	le32_put(b, RECORD_MAGIC);
	le32_put(b + 0x04, r->handover_boot_id);
	le32_put(b + 0x08, r->handover_passes);
	le32_put(b + 0x0C, r->handover_restarts);
	le64_put(b + 0x10, r->handover_time);
	le32_put(b + 0x18, (uint32_t)r->hold_state);
	le32_put(b + 0x1C, r->rung);
	le32_put(b + 0x20, r->hold_id);
	le32_put(b + 0x24, r->hold_boot_id);
	le64_put(b + 0x28, r->hold_time);
	le32_put(b + 0x30,
		(r->hold_bugcheck.is_present ? FLAG_HAS_BUGCHECK : 0) |
			(r->is_by_person ? FLAG_BY_PERSON : 0));
	if (r->hold_bugcheck.is_present) {
		le32_put(b + 0x34, r->hold_bugcheck.code);
		le64_put(b + 0x38, r->hold_bugcheck.parameter1);
		le32_put(b + 0x40, r->hold_bugcheck.progress);
	}
	le32_put(b + 0x44, r->policy_serial);
	le64_put(b + 0x48, r->volume_serial);
	le32_put(b + 0x50, r->policy_previous_serial);
	le32_put(b + 0x54, r->incident_serial);
	le32_put(b + 0x58, r->uncounted_boot_id);
	le32_put(b + OFF_CRC, crc32_of(b, OFF_CRC));
}

bool record_equal(const struct record *a, const struct record *b)
{
	uint8_t first[RECORD_BYTES];
	uint8_t second[RECORD_BYTES];

	record_encode(a, first);
	record_encode(b, second);
	return memcmp(first, second, RECORD_BYTES) == 0;
}
