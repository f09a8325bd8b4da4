/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The failure note as bytes:
 *
 *   00 u32 magic "LBF1"
 *   04 u32 kind		08 u32 count
 *   0C u32 flags: bit 0 = was_seen, bit 1 = is_inside
 *   10 u32 program		14 u32 exception
 *   18 u64 address
 *   20 zero, 12 bytes
 *   2C u32 CRC-32 of all before
 */
#include "recovery/failure.h"

#include <string.h>

#include "storage/bytes.h"
#include "storage/crc32.h"
#include "storage/err.h"

#define FAILURE_MAGIC 0x3146424Cu /* "LBF1" */

#define FLAG_WAS_SEEN  0x1u
#define FLAG_IS_INSIDE 0x2u

#define OFF_CRC (FAILURE_BYTES - 4)

uint32_t failure_program(const char *version)
{
	return crc32_of(version, strlen(version));
}

static bool values_are_sane(const uint8_t *b)
{
	static const uint8_t zero[12];
	uint32_t kind = le32_get(b + 0x04);
	uint32_t count = le32_get(b + 0x08);

	return kind > FAILURE_NONE && kind <= FAILURE_CUT_OFF && count >= 1 &&
	       count <= FAILURE_MAX &&
	       !(le32_get(b + 0x0C) & ~(FLAG_WAS_SEEN | FLAG_IS_INSIDE)) &&
	       !memcmp(b + 0x20, zero, sizeof(zero));
}

int failure_check(const void *bytes, size_t len, struct failure *ret)
{
	const uint8_t *b = bytes;
	uint32_t flags;

	if (len < FAILURE_BYTES)
		return -ERR_TRUNCATED;
	if (len > FAILURE_BYTES)
		return -ERR_TOO_LARGE;
	if (le32_get(b) != FAILURE_MAGIC ||
		le32_get(b + OFF_CRC) != crc32_of(b, OFF_CRC) ||
		!values_are_sane(b))
		return -ERR_CORRUPT;
	flags = le32_get(b + 0x0C);
	*ret = (struct failure){
		.kind = (enum failure_kind)le32_get(b + 0x04),
		.count = le32_get(b + 0x08),
		.was_seen = (flags & FLAG_WAS_SEEN) != 0,
		.program = le32_get(b + 0x10),
		.exception = le32_get(b + 0x14),
		.is_inside = (flags & FLAG_IS_INSIDE) != 0,
		.address = le64_get(b + 0x18),
	};
	return 0;
}

void failure_encode(const struct failure *f, void *bytes)
{
	uint8_t *b = bytes;

	memset(b, 0, FAILURE_BYTES);
	le32_put(b, FAILURE_MAGIC);
	le32_put(b + 0x04, (uint32_t)f->kind);
	le32_put(b + 0x08, f->count);
	le32_put(b + 0x0C, (f->was_seen ? FLAG_WAS_SEEN : 0) |
				   (f->is_inside ? FLAG_IS_INSIDE : 0));
	le32_put(b + 0x10, f->program);
	le32_put(b + 0x14, f->exception);
	le64_put(b + 0x18, f->address);
	le32_put(b + OFF_CRC, crc32_of(b, OFF_CRC));
}

void failure_follow(const struct failure *before, struct failure *now)
{
	uint32_t count = before->count;

	if (before->kind == FAILURE_NONE || before->program != now->program)
		count = 0;
	now->count = count < FAILURE_MAX ? count + 1 : FAILURE_MAX;
	now->was_seen = false;
}

void failure_foresee(const struct failure *before, enum failure_kind kind,
	uint32_t program, struct failure *ret)
{
	struct failure f = {.kind = kind, .program = program};

	failure_follow(before, &f);
	f.was_seen = true;
	*ret = f;
}

bool failure_is_foreseen(enum failure_kind kind)
{
	return kind == FAILURE_UNFINISHED || kind == FAILURE_CUT_OFF;
}

bool failure_allows_run(const struct failure *f, uint32_t program)
{
	if (f->kind == FAILURE_NONE || f->program != program)
		return true;
	return f->was_seen && f->count < FAILURE_MAX;
}

const char *failure_text(enum failure_kind kind)
{
	switch (kind) {
	case FAILURE_NONE:
		return "came through";
	case FAILURE_EXCEPTION:
		return "crashed (CPU exception)";
	case FAILURE_STACK:
		return "crashed (damaged stack)";
	case FAILURE_HANG:
		return "hung";
	case FAILURE_UNFINISHED:
		return "was cut off while it changed the disk";
	case FAILURE_CUT_OFF:
		return "was cut off";
	case FAILURE_UNKNOWN:
		break;
	}
	return "failed in a way it could not note down";
}

const char *failure_name(enum failure_kind kind)
{
	switch (kind) {
	case FAILURE_NONE:
		return "none";
	case FAILURE_EXCEPTION:
		return "exception";
	case FAILURE_STACK:
		return "stack";
	case FAILURE_HANG:
		return "hang";
	case FAILURE_UNFINISHED:
		return "unfinished";
	case FAILURE_CUT_OFF:
		return "cut-off";
	case FAILURE_UNKNOWN:
		break;
	}
	return "unknown";
}

void failure_report(
	struct report_line *line, const char *key, const struct failure *f)
{
	report_string(line, key, failure_name(f->kind));
	report_number(line, "exception", f->exception);
	report_hex(line, "address", f->address);
	report_bool(line, "inside", f->is_inside);
	report_number(line, "count", f->count);
}
