/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The log, a ring of entries behind a header:
 *
 *   00 u32 version	04 u32 start	08 u32 size	0C u32 next
 *   10 u32 first (version 4; older logs begin at start)
 *
 * An entry:
 *
 *   00 u64 seconds since some start	08 GUID of the program
 *   18 u32 size of the entry		1C u32 level
 *   20 u32 application			24 u32 event
 *   28 data:
 *	01 INIT		8 u16: year month day hour minute second ms weekday;
 *			of a loader then +18 u32 boot id,
 *			+1C u8 good shut_down attempts checkpoint
 *	11 LAUNCH	GUID, u32 start type, UTF-16 path
 *	12 RETURN	GUID, u32 NTSTATUS, u32 flags
 *	13 LOAD_FAILED	u32 NTSTATUS, UTF-16 path
 *	31 LAUNCH_OS	u32 boot id (version 4)
 *
 * (Offsets of data count from the entry.)  An entry that does not fit before
 * the end of the ring goes to its start; the gap is zero or too small.
 */
#include "recovery/boot_log.h"

#include <string.h>

#include "storage/bytes.h"
#include "storage/err.h"
#include "storage/filetime.h"

#define HEADER_BYTES   0x14
#define VERSION_OLDEST 2
#define VERSION_NEWEST 4
#define VERSION_RING   4 /* since then there is a "first" */
#define ENTRY_BYTES    0x28
#define ENTRY_SIZE     0x18
#define ENTRY_LEVEL    0x1C
#define ENTRY_PROGRAM  0x20
#define ENTRY_EVENT    0x24

#define EVENT_INIT	  0x01
#define EVENT_LAUNCH	  0x11
#define EVENT_RETURN	  0x12
#define EVENT_LOAD_FAILED 0x13
#define EVENT_LAUNCH_OS	  0x31

/* --- The ring ------------------------------------------------------------- */

/* Bytes that entries may occupy, header included. */
static uint32_t ring_end(const struct boot_log *log)
{
	return (uint32_t)log->len;
}

/* The size of the entry at @offset; 0 if none can begin there. */
static uint32_t entry_size(const struct boot_log *log, uint32_t offset)
{
	uint32_t left = ring_end(log) - offset;
	uint32_t size;

	if (left < ENTRY_BYTES)
		return 0;
	size = le32_get(log->bytes + offset + ENTRY_SIZE);
	return size < ENTRY_BYTES || size > left ? 0 : size;
}

/*
 * The next entry from @offset on: 1 with its place and size, 0 at the end, or
 * -ERR_CORRUPT.  @has_turned: the end of the ring was passed before.
 */
static int entry_find(const struct boot_log *log, uint32_t *offset,
	bool *has_turned, uint32_t *ret_size)
{
	uint32_t size;

	/* Before a turn all entries lie beyond it. */
	if (*offset == log->next)
		return 0;
	size = entry_size(log, *offset);
	if (!size && log->is_wrapped && !*has_turned) {
		*has_turned = true;
		*offset = log->start;
		if (*offset == log->next)
			return 0;
		size = entry_size(log, *offset);
	}
	if (!size)
		return -ERR_CORRUPT;
	/* On the last stretch no entry reaches beyond its end. */
	if ((*has_turned || !log->is_wrapped) && size > log->next - *offset)
		return -ERR_CORRUPT;
	*ret_size = size;
	return 1;
}

/* Walk over all frames, counting. */
static int entries_count(struct boot_log *log)
{
	uint32_t offset = log->first;
	bool has_turned = false;
	uint32_t size;
	int found;

	for (;;) {
		found = entry_find(log, &offset, &has_turned, &size);
		if (found <= 0)
			return found;
		log->entries++;
		offset += size;
	}
}

static bool offset_is_sane(const struct boot_log *log, uint32_t offset)
{
	return offset >= log->start && offset <= ring_end(log);
}

int boot_log_check(const void *bytes, size_t len, struct boot_log *ret)
{
	struct boot_log log = {.bytes = bytes};
	uint32_t size;
	int err;

	if (len < HEADER_BYTES)
		return -ERR_TRUNCATED;
	log.version = le32_get(log.bytes);
	if (log.version < VERSION_OLDEST || log.version > VERSION_NEWEST)
		return -ERR_UNSUPPORTED;
	log.start = le32_get(log.bytes + 0x04);
	size = le32_get(log.bytes + 0x08);
	log.next = le32_get(log.bytes + 0x0C);
	log.first = log.version < VERSION_RING ? log.start
					       : le32_get(log.bytes + 0x10);
	if (size > BOOT_LOG_MAX_BYTES || log.start > size ||
		log.start <
			(log.version < VERSION_RING ? 0x10 : HEADER_BYTES) ||
		log.next > size || log.first > size)
		return -ERR_CORRUPT;
	log.size = size;
	log.len = len < size ? len : size;
	log.is_wrapped = log.first > log.next;
	if (log.len < size && (log.is_wrapped || log.next > log.len))
		return -ERR_TRUNCATED;
	if (!offset_is_sane(&log, log.next) || !offset_is_sane(&log, log.first))
		return -ERR_CORRUPT;
	err = entries_count(&log);
	if (err < 0)
		return err;
	*ret = log;
	return 0;
}

/* --- Events --------------------------------------------------------------- */

/* Data byte @at of an entry of @size bytes: is there room for @bytes? */
static bool has_data(uint32_t size, uint32_t at, uint32_t bytes)
{
	return at <= size && bytes <= size - at;
}

static uint64_t read_time(const uint8_t *e)
{
	struct civil_time t = {
		.year = le16_get(e + 0x28),
		.month = le16_get(e + 0x2A),
		.day = le16_get(e + 0x2C),
		.hour = le16_get(e + 0x2E),
		.minute = le16_get(e + 0x30),
		.second = le16_get(e + 0x32),
	};

	return filetime_from_civil(&t);
}

/* ASCII as it is, everything else as '?': paths are shown, never opened. */
static void read_path(const uint8_t *e, uint32_t size, uint32_t at, char *ret)
{
	size_t used = 0;

	while (has_data(size, at, 2) && used < BOOT_LOG_PATH_BYTES - 1) {
		uint16_t unit = le16_get(e + at);

		if (!unit)
			break;
		ret[used++] = unit >= 0x20 && unit < 0x7F ? (char)unit : '?';
		at += 2;
	}
	ret[used] = '\0';
}

static void read_init(const struct boot_log *log, const uint8_t *e,
	uint32_t size, struct boot_log_event *ret)
{
	if (!has_data(size, 0x28, 16))
		return;
	ret->kind = BOOT_LOG_INIT;
	ret->time = read_time(e);
	if (log->version < VERSION_RING ||
		ret->application != BOOT_LOG_LOADER || !has_data(size, 0x40, 8))
		return;
	ret->boot_id = le32_get(e + 0x40);
	ret->has_status = true;
	ret->succeeded = e[0x44] != 0;
	ret->shut_down = e[0x45] != 0;
	ret->attempts = e[0x46];
	ret->checkpoint = e[0x47] != 0;
}

static void read_launch(
	const uint8_t *e, uint32_t size, struct boot_log_event *ret)
{
	if (!has_data(size, 0x28, BOOT_LOG_GUID_BYTES + 4))
		return;
	ret->kind = BOOT_LOG_LAUNCH;
	memcpy(ret->guid, e + 0x28, BOOT_LOG_GUID_BYTES);
	ret->start_type = le32_get(e + 0x38);
	read_path(e, size, 0x3C, ret->path);
}

static void read_return(
	const uint8_t *e, uint32_t size, struct boot_log_event *ret)
{
	if (!has_data(size, 0x28, BOOT_LOG_GUID_BYTES + 8))
		return;
	ret->kind = BOOT_LOG_RETURN;
	memcpy(ret->guid, e + 0x28, BOOT_LOG_GUID_BYTES);
	ret->status = le32_get(e + 0x38);
	ret->flags = le32_get(e + 0x3C);
}

static void read_load_failed(
	const uint8_t *e, uint32_t size, struct boot_log_event *ret)
{
	if (!has_data(size, 0x28, 4))
		return;
	ret->kind = BOOT_LOG_LOAD_FAILED;
	ret->status = le32_get(e + 0x28);
	read_path(e, size, 0x2C, ret->path);
}

static void read_launch_os(const struct boot_log *log, const uint8_t *e,
	uint32_t size, struct boot_log_event *ret)
{
	ret->kind = BOOT_LOG_LAUNCH_OS;
	if (log->version >= VERSION_RING && has_data(size, 0x28, 4))
		ret->boot_id = le32_get(e + 0x28);
}

/* What is too short for its kind stays "other". */
static void read_event(const struct boot_log *log, uint32_t offset,
	uint32_t size, struct boot_log_event *ret)
{
	const uint8_t *e = log->bytes + offset;

	memset(ret, 0, sizeof(*ret));
	ret->level = le32_get(e + ENTRY_LEVEL);
	ret->application = le32_get(e + ENTRY_PROGRAM);
	ret->event = le32_get(e + ENTRY_EVENT);
	switch (ret->event) {
	case EVENT_INIT:
		read_init(log, e, size, ret);
		break;
	case EVENT_LAUNCH:
		read_launch(e, size, ret);
		break;
	case EVENT_RETURN:
		read_return(e, size, ret);
		break;
	case EVENT_LOAD_FAILED:
		read_load_failed(e, size, ret);
		break;
	case EVENT_LAUNCH_OS:
		read_launch_os(log, e, size, ret);
		break;
	default:
		break;
	}
}

bool boot_log_next(const struct boot_log *log, struct boot_log_place *place,
	struct boot_log_event *ret)
{
	uint32_t offset = place->seen ? place->offset : log->first;
	/* After the turn every place lies before the oldest entry. */
	bool has_turned = log->is_wrapped && offset < log->first;
	uint32_t size;

	if (place->seen == log->entries ||
		entry_find(log, &offset, &has_turned, &size) != 1)
		return false;
	read_event(log, offset, size, ret);
	place->offset = offset + size;
	place->seen++;
	return true;
}
