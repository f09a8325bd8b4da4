/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "quarantine/change_journal.h"

#include <stdlib.h>
#include <string.h>

#include "storage/err.h"

struct reading {
	struct disk *j;
	void (*visit)(void *ctx, const struct change_record *record);
	void *ctx;
	uint8_t *piece;
	struct change_span span;
};

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/*
 * Is the page at @off in use?  1 with the time of its first record, UINT64_MAX
 * if none can be read; 0 if it was given back to the volume: zeros.
 */
static int first_time(struct reading *r, uint64_t off, uint64_t *ret_time)
{
	struct change_record record = {.changed_at = 0};
	bool is_known = false;
	size_t pos = 0;
	int step;

	step = disk_read(r->j, off, r->piece, CHANGE_JOURNAL_PAGE_BYTES);
	if (step < 0)
		return step;
	do {
		step = change_record_check(r->piece + pos,
			CHANGE_JOURNAL_PAGE_BYTES - pos, off + pos, &record,
			&is_known);
		pos += step > 0 ? (size_t)step : 0;
	} while (step > 0 && !is_known);
	*ret_time = is_known ? record.changed_at : UINT64_MAX;
	return step < 0 || pos;
}

/*
 * Where to begin: each step back is four times as long, until a record is old
 * enough, or what lies there was given back to the volume.  A page that cannot
 * be read hides what lies before it no more than what comes after.
 */
static int find_start(struct reading *r, uint64_t since, uint64_t *ret_start)
{
	uint64_t end = r->j->size_bytes;
	uint64_t back = CHANGE_JOURNAL_PIECE_BYTES;
	uint64_t time = 0;
	uint64_t start;
	int found;

	for (;;) {
		back = smaller(back, CHANGE_JOURNAL_MAX_BYTES);
		start = back < end ? end - back : 0;
		start -= start % CHANGE_JOURNAL_PAGE_BYTES;
		if (!start || back == CHANGE_JOURNAL_MAX_BYTES)
			break;
		found = first_time(r, start, &time);
		if (found < 0)
			return found;
		if (!found || time < since)
			break;
		back *= 4;
	}
	*ret_start = start;
	return 0;
}

static void look_at_page(
	struct reading *r, const uint8_t *page, size_t len, uint64_t off)
{
	struct change_record record;
	size_t pos = 0;
	bool is_known;
	int step;

	for (; pos < len; pos += (size_t)step) {
		step = change_record_check(
			page + pos, len - pos, off + pos, &record, &is_known);
		if (step < 0)
			r->span.damaged++;
		if (step <= 0)
			return;
		if (!is_known)
			continue;
		if (!r->span.records++)
			r->span.from = record.changed_at;
		r->span.until = record.changed_at;
		r->visit(r->ctx, &record);
	}
}

static int read_from(struct reading *r, uint64_t off)
{
	uint64_t end = r->j->size_bytes;
	int err;

	while (off < end) {
		size_t len =
			(size_t)smaller(CHANGE_JOURNAL_PIECE_BYTES, end - off);
		size_t pos;

		err = disk_read(r->j, off, r->piece, len);
		if (err < 0)
			return err;
		for (pos = 0; pos < len; pos += CHANGE_JOURNAL_PAGE_BYTES)
			look_at_page(r, r->piece + pos,
				(size_t)smaller(
					CHANGE_JOURNAL_PAGE_BYTES, len - pos),
				off + pos);
		off += len;
	}
	return 0;
}

int change_journal_read(struct disk *j, uint64_t since,
	void (*visit)(void *ctx, const struct change_record *record), void *ctx,
	struct change_span *ret_span)
{
	struct reading r = {.j = j, .visit = visit, .ctx = ctx};
	uint64_t start = 0;
	int err;

	r.piece = malloc(CHANGE_JOURNAL_PIECE_BYTES);
	if (!r.piece)
		return -ERR_NO_MEMORY;
	err = find_start(&r, since, &start);
	if (err == 0)
		err = read_from(&r, start);
	if (err == 0)
		*ret_span = r.span;
	free(r.piece);
	return err;
}
