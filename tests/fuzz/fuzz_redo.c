/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * redo_check() on any bytes, and on a record that was made of them.  What it
 * accepts is walked through, and finished on an empty volume of that size.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "storage/bytes.h"
#include "storage/err.h"
#include "storage/redo_finish.h"
#include "tests/support/emudisk.h"

#define MAX_VOLUME_BYTES (1u << 20)
#define VOLUME_BLOCKS	 16
#define EMPTY_SUM	 0xB2AA7578u /* CRC-32 of 512 zeros */
#define MADE_BYTES	 8192

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every byte that a reader may look at. */
static void walk(const struct redo *r)
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i < r->row_count; i++) {
		struct redo_row row = redo_row_get(r, i);

		sum += row.data[0] + row.data[r->block_bytes - 1];
		sum += le32_get(row.sums);
	}
	for (uint32_t i = 0; i < r->witness_count; i++)
		sum += redo_witness_get(r, i).sum;
	if (sum == 0x4C425245) /* so that it is not left out */
		abort();
}

/* Refused, or finished to exactly what the record says. */
static void try_finish(const struct redo *r)
{
	struct commit_counts counts;
	enum redo_state state;
	struct emudisk e;
	int err;

	if (r->place.size_bytes > MAX_VOLUME_BYTES)
		return;
	if (emudisk_open(&e, r->place.size_bytes, r->block_bytes) < 0)
		abort();
	err = redo_compare(r, &e.disk, &state);
	if (err == 0 && state == REDO_BEGUN) {
		if (redo_finish(r, &e.disk, NULL, NULL, &counts) < 0 ||
			redo_compare(r, &e.disk, &state) < 0 ||
			state != REDO_DONE)
			abort();
	} else if (e.counts.writes) {
		abort();
	}
	emudisk_close(&e);
}

static void check(const uint8_t *bytes, size_t size)
{
	struct redo r;

	if (redo_check(bytes, size, &r) < 0)
		return;
	walk(&r);
	try_finish(&r);
}

/* What the input has no more of is zero. */
struct input {
	const uint8_t *data;
	size_t size;
};

static uint8_t next(struct input *in)
{
	in->size -= in->size > 0;
	return in->size ? *in->data++ : 0;
}

/* A record of a small volume, most of which is right. */
static size_t make_record(struct input *in, uint8_t *b)
{
	uint32_t witnesses = next(in) % 4;
	uint32_t rows = 1 + next(in) % 8;
	uint8_t *at = b + 0x50 + witnesses * 16;
	uint32_t epoch = 0;
	size_t len;

	memcpy(b, "LBREDO1\n", 8);
	le32_put(b + 0x0C, 512);
	memcpy(b + 0x10, "disk", 4);
	le64_put(b + 0x40, VOLUME_BLOCKS * 512 - next(in));
	le32_put(b + 0x48, rows);
	le32_put(b + 0x4C, witnesses);
	for (uint32_t i = 0; i < witnesses; i++)
		b[0x50 + i * 16] = next(in) % (VOLUME_BLOCKS + 1);
	for (uint32_t i = 0; i < rows; i++, at += 20) {
		epoch += next(in) % 3;
		at[0] = next(in) % (VOLUME_BLOCKS + 1);
		le32_put(at + 8, epoch);
		if (next(in) % 2) /* as the empty volume has it */
			le32_put(at + 16, EMPTY_SUM);
	}
	for (uint32_t i = 0; i < rows * 512; i += 1 + next(in))
		at[i] = next(in);
	len = (size_t)(at - b) + rows * 512;
	le32_put(b + 0x08, (uint32_t)(len + DIGEST_BYTES));
	if (digest_make(b, len, b + len) < 0)
		abort();
	return len + DIGEST_BYTES;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	uint8_t b[MADE_BYTES] = {0};

	check(data, size);
	check(b, make_record(&in, b));
	return 0;
}
