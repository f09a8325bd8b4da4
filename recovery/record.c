/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The record as bytes:
 *
 *   00 u32 magic "LBR2"
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
 *   5C u16 parts of the redo medium; 0: the rest is zero
 *   5E u16 tries to finish that failed
 *   60 SHA-256 of the redo record	80 place of its partition
 *   B8 parts, of EXTENTS_MAX: u64 start within the partition, u64 size
 *  138 u32 CRC-32 of all before
 */
#include "recovery/record.h"

#include <string.h>

#include "storage/bytes.h"
#include "storage/crc32.h"
#include "storage/err.h"

#define RECORD_MAGIC 0x3252424Cu /* "LBR2" */

#define FLAG_HAS_BUGCHECK 0x1u
#define FLAG_BY_PERSON	  0x2u

#define OFF_PART_COUNT 0x5C
#define OFF_TRIES      0x5E
#define OFF_DIGEST     0x60
#define OFF_MEDIUM     (OFF_DIGEST + DIGEST_BYTES)
#define OFF_PARTS      (OFF_MEDIUM + PLACE_BYTES)
#define PART_BYTES     16
#define OFF_CRC	       (RECORD_BYTES - 4)

_Static_assert(OFF_PARTS + EXTENTS_MAX * PART_BYTES == OFF_CRC, "no gap");

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

static int redo_decode(const uint8_t *b, struct record_redo *ret)
{
	uint32_t count = le16_get(b + OFF_PART_COUNT);
	uint32_t tries = le16_get(b + OFF_TRIES);
	const uint8_t *part = b + OFF_PARTS;
	uint32_t i;
	int err;

	if (count > EXTENTS_MAX || tries >= RECORD_MAX_TRIES)
		return -ERR_CORRUPT;
	if (!count)
		return !tries && is_zero(b + OFF_DIGEST, OFF_CRC - OFF_DIGEST)
			       ? 0
			       : -ERR_CORRUPT;
	err = place_check(b + OFF_MEDIUM, &ret->medium);
	if (err < 0)
		return err;
	if (!is_zero(part + count * PART_BYTES,
		    (EXTENTS_MAX - count) * PART_BYTES))
		return -ERR_CORRUPT;
	memcpy(ret->digest, b + OFF_DIGEST, DIGEST_BYTES);
	for (i = 0; i < count; i++, part += PART_BYTES)
		ret->parts[i] =
			(struct extent){le64_get(part), le64_get(part + 8)};
	ret->part_count = count;
	ret->tries = tries;
	return 0;
}

static void redo_place_encode(const struct record_redo *r, uint8_t *b)
{
	uint8_t *part = b + OFF_PARTS;
	size_t i;

	if (!r->part_count)
		return;
	le16_put(b + OFF_PART_COUNT, (uint16_t)r->part_count);
	le16_put(b + OFF_TRIES, (uint16_t)r->tries);
	memcpy(b + OFF_DIGEST, r->digest, DIGEST_BYTES);
	place_encode(&r->medium, b + OFF_MEDIUM);
	for (i = 0; i < r->part_count; i++, part += PART_BYTES) {
		le64_put(part, r->parts[i].start_bytes);
		le64_put(part + 8, r->parts[i].size_bytes);
	}
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
	if (!values_are_sane(b) || redo_decode(b, &r.redo) < 0)
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
	redo_place_encode(&r->redo, b);
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
