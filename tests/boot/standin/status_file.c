/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeping \Windows\bootstat.dat. */
#include "tests/boot/standin/status_file.h"

#include <stdlib.h>
#include <string.h>

#include "storage/bytes.h"
#include "storage/err.h"

#define FILE_PATH  "Windows/bootstat.dat"
#define AREA_BYTES 0x800u
#define LOG_BYTES  0x10000u
#define FILE_BYTES (AREA_BYTES + LOG_BYTES)

/* The status area. */
#define AT_SIZE		    0x00
#define AT_GOOD		    0x0a
#define AT_SHUTDOWN	    0x0b
#define AT_REFERENCE_TIME   0x20
#define AT_UPDATE_BOOT_ID   0x2c
#define AT_ATTEMPTS	    0x30
#define AT_CHECKPOINT	    0x31
#define AT_CHECKSUM	    0x32
#define AT_BOOT_ID	    0x34
#define AT_CLEAN_BOOT_ID    0x38
#define AT_ABNORMAL_BOOT_ID 0x3c
#define MIN_SIZE	    0xc0 /* the sizes whose checksum rule is known */
#define MAX_SIZE	    0xd0 /* one that Loopbreaker does not know */

#define MAX_ATTEMPTS 2 /* winload gives up then */

/* The log behind it. */
#define LOG_VERSION	4
#define LOG_AT_VERSION	0x00
#define LOG_AT_START	0x04
#define LOG_AT_NEXT	0x0c
#define LOG_AT_FIRST	0x10
#define ENTRY_HEAD	0x28
#define EVENT_INIT	0x01
#define EVENT_LAUNCH_OS 0x31
#define LEVEL_INFO	1
#define WINLOAD		3

static const uint8_t loader_guid[16] = {0x5f, 0x1e, 0x2d, 0x3c, 0x4b, 0x5a,
	0x69, 0x48, 0x97, 0x86, 0xa5, 0xb4, 0xc3, 0xd2, 0xe1, 0xf0};

int status_file_open(struct status_file *s, struct volume *v)
{
	uint64_t size = 0;
	size_t len = 0;
	int err;

	s->volume = v;
	s->follows_abnormal_end = false;
	s->bytes = malloc(FILE_BYTES);
	if (!s->bytes)
		return -ERR_NO_MEMORY;
	err = volume_read_file(v, FILE_PATH, s->bytes, FILE_BYTES, &len, &size);
	if (!err && size == FILE_BYTES && len == FILE_BYTES &&
		le32_get(s->bytes + AT_SIZE) >= MIN_SIZE &&
		le32_get(s->bytes + AT_SIZE) <= MAX_SIZE)
		return 0;
	status_file_close(s);
	return err == -ERR_NOT_FOUND ? 0 : err;
}

void status_file_close(struct status_file *s)
{
	free(s->bytes);
	s->bytes = NULL;
}

static int store(struct status_file *s)
{
	uint32_t size = le32_get(s->bytes + AT_SIZE);
	unsigned int sum = 0;

	s->bytes[AT_CHECKSUM] = 0;
	for (uint32_t i = 0; i < size; i++)
		sum += s->bytes[i];
	s->bytes[AT_CHECKSUM] = (uint8_t)(0u - sum);
	return volume_overwrite_file(
		s->volume, FILE_PATH, 0, s->bytes, FILE_BYTES);
}

/* Append one entry; a full log starts anew. */
static void log_add(struct status_file *s, uint32_t event, uint64_t utc,
	const uint8_t *data, uint32_t len)
{
	uint8_t *log = s->bytes + AREA_BYTES;
	uint32_t next = le32_get(log + LOG_AT_NEXT);
	uint32_t start = le32_get(log + LOG_AT_START);
	uint8_t *entry;

	if (le32_get(log + LOG_AT_VERSION) != LOG_VERSION)
		return;
	if (next < start || next > LOG_BYTES ||
		ENTRY_HEAD + len > LOG_BYTES - next) {
		memset(log + start, 0, LOG_BYTES - start);
		next = start;
		le32_put(log + LOG_AT_FIRST, start);
	}
	entry = log + next;
	le64_put(entry, utc / SECONDS % 86400);
	memcpy(entry + 0x08, loader_guid, sizeof(loader_guid));
	le32_put(entry + 0x18, ENTRY_HEAD + len);
	le32_put(entry + 0x1c, LEVEL_INFO);
	le32_put(entry + 0x20, WINLOAD);
	le32_put(entry + 0x24, event);
	memcpy(entry + ENTRY_HEAD, data, len);
	le32_put(log + LOG_AT_NEXT, next + ENTRY_HEAD + len);
}

/* What winload found, before it changes anything. */
static void log_found(struct status_file *s, const struct session_clock *now)
{
	const uint8_t *found = s->bytes;
	uint8_t data[34] = {0};

	le16_put(data + 0, now->local.Year);
	le16_put(data + 2, now->local.Month);
	le16_put(data + 4, now->local.Day);
	le16_put(data + 6, now->local.Hour);
	le16_put(data + 8, now->local.Minute);
	le16_put(data + 10, now->local.Second);
	le32_put(data + 24, le32_get(found + AT_BOOT_ID));
	data[28] = found[AT_GOOD];
	data[29] = found[AT_SHUTDOWN];
	data[30] = found[AT_ATTEMPTS];
	data[31] = found[AT_CHECKPOINT];
	log_add(s, EVENT_INIT, now->utc, data, sizeof(data));
}

static void log_launch(struct status_file *s, const struct session_clock *now,
	uint8_t was_good, uint8_t was_shut_down)
{
	uint8_t data[7] = {0};

	le32_put(data, le32_get(s->bytes + AT_BOOT_ID));
	data[4] = was_good;
	data[5] = was_shut_down;
	log_add(s, EVENT_LAUNCH_OS, now->utc, data, sizeof(data));
}

/* The rule of ReactOS' loader, which mimics winload. */
static bool would_divert(const uint8_t *b)
{
	if (!b[AT_GOOD] && b[AT_ATTEMPTS] >= MAX_ATTEMPTS)
		return true;
	if (!b[AT_CHECKPOINT] && b[AT_ATTEMPTS] >= MAX_ATTEMPTS)
		return true;
	return !b[AT_SHUTDOWN] && b[AT_ATTEMPTS] == 0;
}

int status_file_start(struct status_file *s, const struct session_clock *now,
	bool *ret_diverted)
{
	uint8_t *b = s->bytes;
	uint8_t was_good;
	uint8_t was_shut_down;

	*ret_diverted = false;
	if (!b)
		return 0;
	was_good = b[AT_GOOD];
	was_shut_down = b[AT_SHUTDOWN];
	log_found(s, now);
	if (would_divert(b)) {
		*ret_diverted = true;
		b[AT_ATTEMPTS] = MAX_ATTEMPTS - 1;
		return store(s);
	}
	/* Attempts are counted since the last start that lived. */
	if (was_good && b[AT_CHECKPOINT])
		b[AT_ATTEMPTS] = 0;
	b[AT_ATTEMPTS]++;
	s->follows_abnormal_end = !was_shut_down;
	b[AT_GOOD] = 0;
	b[AT_SHUTDOWN] = 0;
	b[AT_CHECKPOINT] = 0;
	le32_put(b + AT_BOOT_ID, le32_get(b + AT_BOOT_ID) + 1);
	log_launch(s, now, was_good, was_shut_down);
	return store(s);
}

static void heartbeat(struct status_file *s, uint64_t utc)
{
	le64_put(s->bytes + AT_REFERENCE_TIME, utc);
	le32_put(s->bytes + AT_UPDATE_BOOT_ID, status_file_boot_id(s));
}

int status_file_note_healthy(struct status_file *s, uint64_t utc)
{
	if (!s->bytes)
		return 0;
	s->bytes[AT_GOOD] = 1;
	s->bytes[AT_CHECKPOINT] = 1;
	if (s->follows_abnormal_end)
		le32_put(s->bytes + AT_ABNORMAL_BOOT_ID,
			status_file_boot_id(s) - 1);
	heartbeat(s, utc);
	return store(s);
}

int status_file_note_shutdown(struct status_file *s, uint64_t utc)
{
	if (!s->bytes)
		return 0;
	s->bytes[AT_SHUTDOWN] = 1;
	le32_put(s->bytes + AT_CLEAN_BOOT_ID, status_file_boot_id(s));
	heartbeat(s, utc);
	return store(s);
}

uint32_t status_file_boot_id(const struct status_file *s)
{
	return s->bytes ? le32_get(s->bytes + AT_BOOT_ID) : 0;
}
