/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One transaction log of a registry hive: which of the hive's bytes it has
 * newer ones of, and where.  Of either format: that of Windows 8.1 and later
 * (entries with hashes), and the older one (a map of dirty sectors).
 *
 * Which logs apply to a hive, and in which order: recovery/hive_replay.h.
 *
 * Sources: msuhanov/regf, "Windows registry file format specification"; checked
 * against hives that Windows 7 and 10 have recovered.
 */
#ifndef RECOVERY_HIVE_LOG_H
#define RECOVERY_HIVE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recovery/hive_cell.h"

#define HIVE_LOG_MAX_BYTES   (64u << 20)
#define HIVE_LOG_MAX_EXTENTS 16384 /* in all logs of a hive; 256 KiB */

/* Bytes of the bins that are in a log. */
struct hive_extent {
	uint32_t at; /* from the first bin on */
	uint32_t len;
	uint32_t log_at;
	uint32_t log; /* number of the log */
};

/* Later ones replace earlier ones. */
struct hive_extents {
	struct hive_extent *list; /* owned; hive_extents_free() */
	size_t count;
	size_t room;
};

struct hive_log {
	struct disk *disk; /* not owned */
	uint32_t number;   /* for the extents: 0 is LOG1 */
	struct hive_base base;
	bool is_old;
};

/**
 * hive_log_open - check the base block of a log
 * @d: NULL or empty: there is none
 *
 * Returns 0; -ERR_NOT_FOUND if there is none, or an empty one; -ERR_CORRUPT if
 * it is no log, or was being written when the power went; -ERR_UNSUPPORTED for
 * a version that is not known; -ERR_TOO_LARGE; -ERR_IO.  Nothing needs closing.
 */
int hive_log_open(struct hive_log *l, struct disk *d, uint32_t number);

/* What all entries of a log make of the hive. */
struct hive_log_sum {
	uint32_t entries;	/* 0: it changes nothing */
	uint32_t next_sequence; /* of the entry that would come now */
	uint32_t bins_bytes;	/* of the hive, after the last entry */
};

/**
 * hive_log_collect - add to @e what the log has
 *
 * Entries count from the first one up to a bad hash, a gap in their numbers, or
 * the end.  A map of dirty sectors counts as one entry, or, if not all of its
 * sectors are there, as none.
 *
 * Returns 0; -ERR_TOO_LARGE for more than HIVE_LOG_MAX_EXTENTS; -ERR_NO_MEMORY;
 * -ERR_IO: then nobody knows, and @e is as before.
 */
int hive_log_collect(const struct hive_log *l, struct hive_extents *e,
	struct hive_log_sum *ret);

void hive_extents_free(struct hive_extents *e);

#endif
