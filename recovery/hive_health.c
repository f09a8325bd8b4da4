/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bin: 00 "hbin"  04 u32 offset of itself  08 u32 its size, a multiple of 4096;
 * from 20 on cells.
 */
#include "recovery/hive_health.h"

#include <stdlib.h>
#include <string.h>

#include "quarantine/delivery.h"
#include "storage/bytes.h"
#include "storage/err.h"

#define PIECE_BYTES (256u << 10) /* read at a time */

static const char *const sign_names[] = {
	[HIVE_SIGN_MISSING] = "missing",
	[HIVE_SIGN_UNREADABLE] = "unreadable",
	[HIVE_SIGN_BROKEN] = "broken",
	[HIVE_SIGN_CUT] = "cut",
	[HIVE_SIGN_SIZE] = "size",
	[HIVE_SIGN_STALE] = "stale",
	[HIVE_SIGN_LOG] = "log",
	[HIVE_SIGN_BIN] = "bin",
	[HIVE_SIGN_TXR] = "txr",
};

_Static_assert(sizeof(sign_names) / sizeof(sign_names[0]) == HIVE_SIGN_COUNT,
	"each sign has a name");

const char *hive_sign_name(enum hive_sign s)
{
	return sign_names[s];
}

static void note(struct hive_health *h, const char *hive, enum hive_sign sign,
	uint32_t number)
{
	struct hive_finding *f = &h->findings[h->count];

	if (h->count == HIVE_HEALTH_MAX_FINDINGS)
		return;
	f->sign = sign;
	f->hive = hive;
	f->number = number;
	h->count++;
}

static void note_err(struct hive_health *h, const char *hive, int err)
{
	enum hive_sign sign = HIVE_SIGN_BROKEN;

	if (err == -ERR_IO || err == -ERR_NO_MEMORY)
		sign = HIVE_SIGN_UNREADABLE;
	else if (err == -ERR_TRUNCATED)
		sign = HIVE_SIGN_CUT;
	note(h, hive, sign, (uint32_t)-err);
}

void hive_health_note_open(struct hive_health *health, const char *name,
	const struct disk *primary, const struct hive_replay *r, int err)
{
	uint32_t i;

	if (!primary || !primary->size_bytes) {
		note(health, name, HIVE_SIGN_MISSING, 0);
		return;
	}
	if (primary->size_bytes % HIVE_BIN_BYTES)
		note(health, name, HIVE_SIGN_SIZE, 0);
	if (err < 0)
		note_err(health, name, err);
	if (err == 0 && r->state == HIVE_STALE)
		note(health, name, HIVE_SIGN_STALE, 0);
	for (i = 0; i < HIVE_LOGS; i++)
		if (r->log_errs[i] == -ERR_CORRUPT)
			note(health, name, HIVE_SIGN_LOG, i + 1);
}

/* The bins that begin in this piece; *@next: where the one after them does. */
static bool bins_are_good(const uint8_t *piece, uint32_t at, uint32_t len,
	uint32_t all, uint32_t *next)
{
	while (*next < at + len) {
		const uint8_t *bin = piece + (*next - at);
		uint32_t size = le32_get(bin + 8);

		if (memcmp(bin, "hbin", 4) != 0 || le32_get(bin + 4) != *next ||
			!size || size % HIVE_BIN_BYTES || size > all - *next)
			return false;
		*next += size;
	}
	return true;
}

void hive_health_check_bins(
	struct hive_health *health, const char *name, struct disk *d)
{
	uint8_t *piece = malloc(PIECE_BYTES);
	uint8_t head[HIVE_HEAD_BYTES];
	struct hive_base base;
	uint32_t next = 0;
	uint32_t at;
	int err = piece ? 0 : -ERR_NO_MEMORY;

	if (err == 0)
		err = disk_read(d, 0, head, sizeof(head));
	if (err == 0)
		err = hive_base_check(head, &base);
	for (at = 0;
		err == 0 && at < base.bins_bytes && at < HIVE_HEALTH_BINS_BYTES;
		at += PIECE_BYTES) {
		uint32_t len = base.bins_bytes - at;

		if (len > PIECE_BYTES)
			len = PIECE_BYTES;
		err = disk_read(d, HIVE_BASE_BYTES + (uint64_t)at, piece, len);
		if (err == 0 && !bins_are_good(piece, at, len, base.bins_bytes,
					&next)) {
			note(health, name, HIVE_SIGN_BIN,
				HIVE_BASE_BYTES + next);
			break;
		}
	}
	if (err < 0)
		note_err(health, name, err);
	free(piece);
}

int hive_health_check_txr(
	struct hive_health *health, struct volume *v, uint32_t build)
{
	/* Not held by anybody: listed with what lists deliveries. */
	static const struct rule txr = {
		.vendor = "",
		.folder = HIVE_HEALTH_TXR_FOLDER,
		.patterns = {"*.TxR.*.regtrans-ms", "*.TxR.blf"},
		.pattern_count = 2,
	};
	struct delivery_list files = {.delivery_count = 0};
	int err;

	if (build < HIVE_HEALTH_TXR_BUILD)
		return 0;
	err = delivery_list_read(v, &txr, 1, &files, NULL);
	if (err == 0 && files.delivery_count)
		note(health, "TxR", HIVE_SIGN_TXR,
			(uint32_t)files.delivery_count);
	delivery_list_free(&files);
	return err;
}

/* What the number is depends on the sign. */
static void put_number(struct report_line *l, const struct hive_finding *f)
{
	switch (f->sign) {
	case HIVE_SIGN_UNREADABLE:
	case HIVE_SIGN_BROKEN:
		report_string(l, "error", err_text((int)f->number));
		break;
	case HIVE_SIGN_LOG:
		report_number(l, "log", f->number);
		break;
	case HIVE_SIGN_BIN:
		report_number(l, "offset", f->number);
		break;
	case HIVE_SIGN_TXR:
		report_number(l, "files", f->number);
		break;
	default:
		break;
	}
}

void hive_health_report(struct report_line *l, const struct hive_health *h)
{
	size_t i;

	report_array_begin(l, "registry_signs");
	for (i = 0; i < h->count; i++) {
		const struct hive_finding *f = &h->findings[i];

		report_object_begin(l, NULL);
		if (*f->hive)
			report_string(l, "hive", f->hive);
		report_string(l, "sign", hive_sign_name(f->sign));
		put_number(l, f);
		report_object_end(l);
	}
	report_array_end(l);
}
