/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RTL_BSD_DATA, the first part of \Windows\bootstat.dat.  Sources: ReactOS
 * (rtltypes.h), phnt (ntrtl.h), Microsoft's page on !blackboxbsd.
 *
 * The first field, "Version", is the size of the structure; it grew over the
 * years.  Sizes seen: 0x20, 0x40, 0xC0, 0xC8; Microsoft shows 0x88.
 */
#include "recovery/boot_status.h"

#include "storage/bytes.h"
#include "storage/err.h"

enum offset {
	OFF_SIZE = 0x00,
	OFF_SUCCEEDED = 0x0A,
	OFF_SHUT_DOWN = 0x0B,
	OFF_HEARTBEAT = 0x20, /* FILETIME UTC */
	OFF_ATTEMPTS = 0x30,
	OFF_CHECKPOINT = 0x31,
	OFF_CHECKSUM = 0x32,
	OFF_BOOT_ID = 0x34,
	OFF_CLEAN_BOOT_ID = 0x38,
	OFF_ABNORMAL_BOOT_ID = 0x3C,
	OFF_PRESSED_AT = 0x58, /* PowerButtonPressInfo, 0x30 bytes */
	OFF_PRESSED_COUNT = 0x60,
	OFF_PRESSED_BOOT_ID = 0x64,
	OFF_PRESS_END = 0x88
};

#define SIZE_MIN 0x20
#define SIZE_40	 0x40
#define SIZE_C0	 0xC0
#define SIZE_C8	 0xC8

/* winload gives up after this many attempts (three on a VHD: not our case). */
#define MAX_ATTEMPTS 2

static uint8_t sum_of(const uint8_t *b, uint32_t size)
{
	uint8_t sum = 0;
	uint32_t i;

	for (i = 0; i < size; i++)
		sum = (uint8_t)(sum + b[i]);
	return sum;
}

/*
 * The sum of a whole area is 0 from 0xC0 on; 0x20 and 0x40 leave the byte 0
 * and do not sum up.  Whether the sizes between have the rule is not known:
 * they are read, but never written.
 */
static bool has_checksum(uint32_t size)
{
	return size >= SIZE_C0;
}

static int area_check(const uint8_t *b, size_t len, uint32_t *ret_size)
{
	uint32_t size;

	if (len < SIZE_MIN)
		return -ERR_TRUNCATED;
	size = le32_get(b + OFF_SIZE);
	if (size < SIZE_MIN || size > BOOT_STATUS_AREA_BYTES)
		return -ERR_UNSUPPORTED;
	if (size > len)
		return -ERR_TRUNCATED;
	*ret_size = size;
	return 0;
}

static bool may_mark(const uint8_t *b, uint32_t size)
{
	switch (size) {
	case SIZE_40:
		return b[OFF_CHECKSUM] == 0;
	case SIZE_C0:
	case SIZE_C8:
		return sum_of(b, size) == 0;
	default:
		return false;
	}
}

int boot_status_check(const void *bytes, size_t len, struct boot_status *ret)
{
	struct boot_status s = {0};
	const uint8_t *b = bytes;
	int err;

	err = area_check(b, len, &s.area_size);
	if (err < 0)
		return err;
	s.sum = sum_of(b, s.area_size);
	s.is_trustworthy = !has_checksum(s.area_size) || s.sum == 0;
	s.is_markable = may_mark(b, s.area_size);
	s.succeeded = b[OFF_SUCCEEDED] != 0;
	s.shut_down = b[OFF_SHUT_DOWN] != 0;
	if (s.area_size >= OFF_HEARTBEAT + 8) {
		s.has_heartbeat = true;
		s.heartbeat = le64_get(b + OFF_HEARTBEAT);
	}
	if (s.area_size >= OFF_CHECKPOINT + 1) {
		s.has_attempts = true;
		s.attempts = b[OFF_ATTEMPTS];
		s.checkpoint = b[OFF_CHECKPOINT] != 0;
	}
	if (s.area_size >= OFF_CHECKSUM + 1)
		s.checksum = b[OFF_CHECKSUM];
	if (s.area_size >= OFF_CLEAN_BOOT_ID + 4) {
		s.has_boot_ids = true;
		s.last_boot_id = le32_get(b + OFF_BOOT_ID);
		s.last_clean_boot_id = le32_get(b + OFF_CLEAN_BOOT_ID);
	}
	if (s.area_size >= OFF_ABNORMAL_BOOT_ID + 4)
		s.last_abnormal_boot_id = le32_get(b + OFF_ABNORMAL_BOOT_ID);
	if (s.area_size >= OFF_PRESS_END) {
		s.has_button = true;
		s.pressed_count = le32_get(b + OFF_PRESSED_COUNT);
		s.pressed_boot_id = le16_get(b + OFF_PRESSED_BOOT_ID);
		s.pressed_at = le64_get(b + OFF_PRESSED_AT);
	}
	*ret = s;
	return 0;
}

bool boot_status_was_pressed(const struct boot_status *s, uint32_t boot_id)
{
	return s->is_trustworthy && s->has_button && s->pressed_count &&
	       s->pressed_boot_id == (uint16_t)boot_id;
}

bool boot_status_would_divert(const struct boot_status *s)
{
	if (!s->is_trustworthy || !s->has_attempts || s->never_diverts)
		return false;
	return s->attempts >= MAX_ATTEMPTS && (!s->succeeded || !s->checkpoint);
}

int boot_status_mark_good(void *bytes, size_t len)
{
	uint8_t *b = bytes;
	uint32_t size;
	int err;

	err = area_check(b, len, &size);
	if (err < 0)
		return err;
	if (!may_mark(b, size))
		return -ERR_UNSUPPORTED;
	b[OFF_SUCCEEDED] = 1;
	b[OFF_SHUT_DOWN] = 1;
	b[OFF_CHECKPOINT] = 1;
	b[OFF_ATTEMPTS] = 0;
	if (has_checksum(size)) {
		b[OFF_CHECKSUM] = 0;
		b[OFF_CHECKSUM] = (uint8_t)(0u - sum_of(b, size));
	}
	return 0;
}
