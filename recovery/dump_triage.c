/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TRIAGE_DUMP64 at 0x2000, all offsets from the dump's start:
 *
 *   04 u32 size of the dump		08 u32 offset of "TRGD" or "DGRT"
 *   18 u32 unloaded drivers		28 u32 call stack   2C u32 its size
 *   30 u32 driver list	34 u32 count	38 u32 strings	    3C u32 their size
 *
 * A driver, 0x90 bytes: 00 u32 its name; 38 u64 base; 48 u32 size; 88 u32
 * timestamp.  A name: u32 characters, then as many of UTF-16.  Unloaded
 * drivers: u32 count, from +8 on 0x38 bytes each, 12 characters at 10.
 */
#include "recovery/dump_triage.h"

#include <string.h>

#include "storage/bytes.h"
#include "storage/err.h"
#include "storage/utf8.h"

#define TRIAGE_AT DUMP_HEADER_BYTES

#define DRIVER_BYTES	 0x90
#define DRIVER_BASE	 0x38
#define DRIVER_SIZE	 0x48
#define DRIVER_TIMESTAMP 0x88
#define NAME_MAX_UNITS	 1024

#define UNLOADED_HEAD  8
#define UNLOADED_BYTES 0x38
#define UNLOADED_NAME  0x10
#define UNLOADED_UNITS 12
#define UNLOADED_MAX   512

static bool is_inside(const struct triage *t, uint64_t at, uint64_t bytes)
{
	return at <= t->len && bytes <= t->len - at;
}

/* --- The drivers --------------------------------------------------------- */

static const uint8_t *driver_at(const struct triage *t, uint32_t i)
{
	return t->bytes + t->driver_list + (size_t)i * DRIVER_BYTES;
}

static int check_drivers(const struct triage *t)
{
	uint32_t i;

	if (t->driver_count > DUMP_MAX_MODULES)
		return -ERR_TOO_LARGE;
	if (!is_inside(t, t->driver_list,
		    (uint64_t)t->driver_count * DRIVER_BYTES))
		return -ERR_TRUNCATED;
	for (i = 0; i < t->driver_count; i++) {
		uint32_t at = le32_get(driver_at(t, i));
		uint32_t units;

		if (!is_inside(t, at, 4))
			return -ERR_TRUNCATED;
		units = le32_get(t->bytes + at);
		if (units > NAME_MAX_UNITS)
			return -ERR_CORRUPT;
		if (!is_inside(t, (uint64_t)at + 4, 2 * (uint64_t)units))
			return -ERR_TRUNCATED;
	}
	return 0;
}

static int check_unloaded(struct triage *t)
{
	if (!t->unloaded_list)
		return 0;
	if (!is_inside(t, t->unloaded_list, UNLOADED_HEAD))
		return -ERR_TRUNCATED;
	t->unloaded_count = le32_get(t->bytes + t->unloaded_list);
	if (t->unloaded_count > UNLOADED_MAX)
		return -ERR_CORRUPT;
	if (!is_inside(t, t->unloaded_list,
		    UNLOADED_HEAD +
			    (uint64_t)t->unloaded_count * UNLOADED_BYTES))
		return -ERR_TRUNCATED;
	return 0;
}

static bool is_valid_mark(const uint8_t *b)
{
	return !memcmp(b, "TRGD", 4) || !memcmp(b, "DGRT", 4);
}

int triage_check(const void *bytes, size_t len, struct triage *ret)
{
	struct triage t = {.bytes = bytes, .len = len};
	const uint8_t *b;
	int err;

	if (len < TRIAGE_MIN_BYTES)
		return -ERR_TRUNCATED;
	b = t.bytes + TRIAGE_AT;
	t.size_of_dump = le32_get(b + 0x04);
	t.valid_offset = le32_get(b + 0x08);
	t.unloaded_list = le32_get(b + 0x18);
	t.call_stack_offset = le32_get(b + 0x28);
	t.call_stack_bytes = le32_get(b + 0x2C);
	t.driver_list = le32_get(b + 0x30);
	t.driver_count = le32_get(b + 0x34);
	if (t.size_of_dump < TRIAGE_MIN_BYTES)
		return -ERR_CORRUPT;
	/* What lies behind its own end belongs to somebody else. */
	if (t.len < t.size_of_dump)
		return -ERR_TRUNCATED;
	t.len = t.size_of_dump;
	if (!is_inside(&t, t.valid_offset, 4) ||
		!is_valid_mark(t.bytes + t.valid_offset) ||
		!is_inside(&t, t.call_stack_offset, t.call_stack_bytes))
		return -ERR_CORRUPT;
	err = check_drivers(&t);
	if (err == 0)
		err = check_unloaded(&t);
	if (err == 0)
		*ret = t;
	return err;
}

void triage_driver(const struct triage *t, uint32_t i, struct dump_module *ret)
{
	const uint8_t *d = driver_at(t, i);
	const uint8_t *name = t->bytes + le32_get(d);

	utf8_from_utf16(name + 4, le32_get(name), ret->name, sizeof(ret->name));
	ret->base = le64_get(d + DRIVER_BASE);
	ret->size = le32_get(d + DRIVER_SIZE);
	ret->timestamp = le32_get(d + DRIVER_TIMESTAMP);
}

void triage_unloaded(const struct triage *t, uint32_t i, char *ret, size_t cap)
{
	utf8_from_utf16(t->bytes + t->unloaded_list + UNLOADED_HEAD +
				(size_t)i * UNLOADED_BYTES + UNLOADED_NAME,
		UNLOADED_UNITS, ret, cap);
}

size_t triage_stack(const struct triage *t, uint64_t *words, size_t max)
{
	size_t count = t->call_stack_bytes / 8;
	size_t i;

	if (count > max)
		count = max;
	for (i = 0; i < count; i++)
		words[i] = le64_get(t->bytes + t->call_stack_offset + 8 * i);
	return count;
}

bool triage_find(
	const struct triage *t, uint64_t address, struct dump_module *ret)
{
	uint32_t i;

	for (i = 0; i < t->driver_count; i++) {
		const uint8_t *d = driver_at(t, i);
		uint64_t base = le64_get(d + DRIVER_BASE);

		if (address < base ||
			address - base >= le32_get(d + DRIVER_SIZE))
			continue;
		triage_driver(t, i, ret);
		return true;
	}
	return false;
}
