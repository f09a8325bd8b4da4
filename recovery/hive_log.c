/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * New format, from 512 on, each entry at a multiple of 512:
 *
 *	00 "HvLE"  04 u32 size	0C u32 sequence	 10 u32 size of the bins
 *	14 u32 pages  18 u64 hash of all from 28 on  20 u64 hash of 00..1F
 *	28 for each page: u32 where, u32 size; then the pages
 *
 * Old format: 512 "DIRT"  516 one bit for each 512 bytes of the bins; from the
 * next multiple of 512 on those whose bit is set.
 */
#include "recovery/hive_log.h"

#include <stdlib.h>
#include <string.h>

#include "recovery/marvin.h"
#include "storage/bytes.h"
#include "storage/err.h"

#define SECTOR_BYTES 512
#define WINDOW_BYTES (256u << 10) /* read at a time */

#define ENTRY_BYTES	0x28 /* before the references */
#define ENTRY_HASHED	0x20 /* of these, by the second hash */
#define REFERENCE_BYTES 8

#define FIRST_EXTENTS 256

/* --- Extents ---------------------------------------------------------------
 */

static int extents_add(struct hive_extents *e, const struct hive_extent *x)
{
	struct hive_extent *last = e->count ? &e->list[e->count - 1] : NULL;

	/* Neighbours in the hive and in the log are one. */
	if (last && last->log == x->log && last->at + last->len == x->at &&
		last->log_at + last->len == x->log_at) {
		last->len += x->len;
		return 0;
	}
	if (e->count == HIVE_LOG_MAX_EXTENTS)
		return -ERR_TOO_LARGE;
	if (e->count == e->room) {
		size_t room = e->room ? 2 * e->room : FIRST_EXTENTS;
		void *list = realloc(e->list, room * sizeof(*e->list));

		if (!list)
			return -ERR_NO_MEMORY;
		e->list = list;
		e->room = room;
	}
	e->list[e->count++] = *x;
	return 0;
}

void hive_extents_free(struct hive_extents *e)
{
	free(e->list);
	memset(e, 0, sizeof(*e));
}

/* --- Reading a log from its beginning to its end ---------------------------
 */

struct window {
	struct disk *disk;
	uint8_t *bytes;
	uint64_t at;
	size_t len;
};

/* The sector at @at, which is a multiple of its size. */
static int window_get(struct window *w, uint64_t at, const uint8_t **ret)
{
	uint64_t left = w->disk->size_bytes;
	int err;

	if (at > left || left - at < SECTOR_BYTES)
		return -ERR_TRUNCATED;
	if (at - w->at >= w->len) {
		left -= at;
		w->len = 0;
		if (left > WINDOW_BYTES)
			left = WINDOW_BYTES;
		left -= left % SECTOR_BYTES;
		err = disk_read(w->disk, at, w->bytes, (size_t)left);
		if (err < 0)
			return err;
		w->at = at;
		w->len = (size_t)left;
	}
	*ret = w->bytes + (at - w->at);
	return 0;
}

/* --- New format ------------------------------------------------------------
 */

struct entry {
	uint64_t at;
	uint32_t size;
	uint32_t sequence;
	uint32_t bins_bytes;
	uint32_t pages;
	uint32_t data; /* of the next page, from @at on */
	uint8_t hash[MARVIN_BYTES];
};

/* Is there an entry at the beginning of this sector? */
static bool entry_check(const uint8_t *b, uint64_t left, struct entry *ret)
{
	struct marvin m;

	if (memcmp(b, "HvLE", 4) != 0)
		return false;
	ret->size = le32_get(b + 0x04);
	ret->sequence = le32_get(b + 0x0C);
	ret->bins_bytes = le32_get(b + 0x10);
	ret->pages = le32_get(b + 0x14);
	memcpy(ret->hash, b + 0x18, sizeof(ret->hash));
	marvin_start(&m);
	marvin_add(&m, b, ENTRY_HASHED);
	if (!marvin_is(&m, b + ENTRY_HASHED))
		return false;
	if (ret->size < SECTOR_BYTES || ret->size % SECTOR_BYTES ||
		ret->size > left)
		return false;
	if (!ret->bins_bytes || ret->bins_bytes % HIVE_BIN_BYTES ||
		ret->bins_bytes > HIVE_MAX_BYTES - HIVE_BASE_BYTES)
		return false;
	if (ret->pages > (ret->size - ENTRY_BYTES) / REFERENCE_BYTES)
		return false;
	ret->data = ENTRY_BYTES + ret->pages * REFERENCE_BYTES;
	return true;
}

/*
 * The references in the sector that begins @off bytes into the entry.
 * -ERR_CORRUPT if they promise more than the entry has.
 */
static int take_references(struct hive_extents *e, uint32_t log,
	struct entry *entry, uint32_t off, const uint8_t *sector)
{
	uint32_t end = ENTRY_BYTES + entry->pages * REFERENCE_BYTES;
	uint32_t i = off ? 0 : ENTRY_BYTES;

	for (; i < SECTOR_BYTES && off + i < end; i += REFERENCE_BYTES) {
		struct hive_extent x = {
			.at = le32_get(sector + i),
			.len = le32_get(sector + i + 4),
			.log_at = (uint32_t)entry->at + entry->data,
			.log = log,
		};
		int err;

		if (x.at > HIVE_MAX_BYTES || x.len > entry->size - entry->data)
			return -ERR_CORRUPT;
		entry->data += x.len;
		err = x.len ? extents_add(e, &x) : 0;
		if (err < 0)
			return err;
	}
	return 0;
}

/* 1 if the entry is whole and right; its extents are in @e then. */
static int take_entry(struct window *w, struct hive_extents *e, uint32_t log,
	struct entry *entry)
{
	struct marvin m;
	const uint8_t *sector;
	uint32_t off;
	int err;

	marvin_start(&m);
	for (off = 0; off < entry->size; off += SECTOR_BYTES) {
		size_t skip = off ? 0 : ENTRY_BYTES;

		err = window_get(w, entry->at + off, &sector);
		if (err == 0)
			err = take_references(e, log, entry, off, sector);
		if (err < 0)
			return err == -ERR_CORRUPT ? 0 : err;
		marvin_add(&m, sector + skip, SECTOR_BYTES - skip);
	}
	return marvin_is(&m, entry->hash);
}

static int collect_entries(struct window *w, const struct hive_log *l,
	struct hive_extents *e, struct hive_log_sum *sum)
{
	struct entry entry = {.at = HIVE_HEAD_BYTES};
	const uint8_t *sector;
	int err;

	for (;;) {
		size_t before = e->count;

		err = window_get(w, entry.at, &sector);
		if (err < 0)
			return err == -ERR_TRUNCATED ? 0 : err;
		if (!entry_check(
			    sector, l->disk->size_bytes - entry.at, &entry) ||
			entry.sequence != sum->next_sequence)
			return 0;
		err = take_entry(w, e, l->number, &entry);
		/* No entry's pages are neighbours of another's: all that it
		 * has added stands at the end. */
		if (err <= 0) {
			e->count = before;
			return err;
		}
		sum->entries++;
		sum->next_sequence++;
		sum->bins_bytes = entry.bins_bytes;
		entry.at += entry.size;
	}
}

/* --- Old format ------------------------------------------------------------
 */

static int take_bits(
	struct hive_extents *e, struct hive_extent *next, uint8_t bits)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < 8 && err == 0; i++, next->at += SECTOR_BYTES)
		if (bits >> i & 1) {
			err = extents_add(e, next);
			next->log_at += SECTOR_BYTES;
		}
	return err;
}

static int collect_sectors(struct window *w, const struct hive_log *l,
	struct hive_extents *e, struct hive_log_sum *sum)
{
	uint32_t map_end =
		HIVE_HEAD_BYTES + 4 + l->base.bins_bytes / SECTOR_BYTES / 8;
	struct hive_extent next = {.len = SECTOR_BYTES, .log = l->number};
	const uint8_t *sector = NULL;
	uint32_t at;
	int err = 0;

	next.log_at =
		(map_end + SECTOR_BYTES - 1) / SECTOR_BYTES * SECTOR_BYTES;
	for (at = HIVE_HEAD_BYTES; err == 0 && at < map_end; at++) {
		if (at % SECTOR_BYTES == 0)
			err = window_get(w, at, &sector);
		if (err < 0)
			return err == -ERR_TRUNCATED ? 0 : err;
		if (at == HIVE_HEAD_BYTES && memcmp(sector, "DIRT", 4) != 0)
			return 0;
		if (at >= HIVE_HEAD_BYTES + 4)
			err = take_bits(e, &next, sector[at % SECTOR_BYTES]);
	}
	if (err < 0 || next.log_at > l->disk->size_bytes)
		return err;
	sum->entries = 1;
	sum->next_sequence++;
	return 0;
}

/* --- One log ---------------------------------------------------------------
 */

int hive_log_open(struct hive_log *l, struct disk *d, uint32_t number)
{
	struct hive_log opened = {.disk = d, .number = number};
	uint8_t head[HIVE_HEAD_BYTES];
	int err;

	if (!d || !d->size_bytes)
		return -ERR_NOT_FOUND;
	if (d->size_bytes > HIVE_LOG_MAX_BYTES)
		return -ERR_TOO_LARGE;
	if (d->size_bytes < sizeof(head))
		return -ERR_CORRUPT;
	err = disk_read(d, 0, head, sizeof(head));
	if (err == 0)
		err = hive_base_check(head, &opened.base);
	if (err < 0)
		return err == -ERR_NOT_FOUND ? -ERR_CORRUPT : err;
	opened.is_old = opened.base.file == HIVE_FILE_LOG_OLD ||
			opened.base.file == HIVE_FILE_LOG_OLDEST;
	if ((!opened.is_old && opened.base.file != HIVE_FILE_LOG) ||
		hive_base_is_dirty(&opened.base))
		return -ERR_CORRUPT;
	*l = opened;
	return 0;
}

int hive_log_collect(const struct hive_log *l, struct hive_extents *e,
	struct hive_log_sum *ret)
{
	struct hive_log_sum sum = {
		.next_sequence = l->base.sequence,
		.bins_bytes = l->base.bins_bytes,
	};
	struct window w = {.disk = l->disk};
	size_t before = e->count;
	int err;

	w.bytes = malloc(WINDOW_BYTES);
	if (!w.bytes)
		return -ERR_NO_MEMORY;
	err = l->is_old ? collect_sectors(&w, l, e, &sum)
			: collect_entries(&w, l, e, &sum);
	free(w.bytes);
	if (err < 0 || !sum.entries)
		e->count = before;
	if (err == 0)
		*ret = sum;
	return err;
}
