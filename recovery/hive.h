/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The keys of a registry hive (SYSTEM, SOFTWARE, BCD): read only, and never
 * more of it in memory than the cell that is looked at.
 *
 * Own code, because no library reads a damaged hive, or one whose newest
 * changes are still in its logs, within a bounded amount of memory.  Hives are
 * not written, ever.
 *
 * A hive is a disk here: a file of a volume, or what recovery/hive_log.h makes
 * of it and its logs.  Put a cache (storage/cache.h) between, as a look-up
 * reads many small pieces.  Every number in a hive is hostile: each one is
 * checked where it is used, no list is longer than its bound, nothing is
 * recursive, and following subkeys cannot go round in circles by itself,
 * because a path says how deep to go.
 *
 * Sources: msuhanov/regf, "Windows registry file format specification"; read
 * back hives of Windows 7 and 10.
 */
#ifndef RECOVERY_HIVE_H
#define RECOVERY_HIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "storage/disk.h"

#define HIVE_BASE_BYTES	 4096	      /* before the first bin */
#define HIVE_MAX_BYTES	 (512u << 20) /* of a whole hive */
#define HIVE_MAX_SUBKEYS 16384	      /* of one key */
#define HIVE_MAX_LEAVES	 256	      /* lists that they are spread over */
#define HIVE_MAX_VALUES	 4096	      /* of one key */
/*
 * Cells looked at since hive_open(), in all: looking at all 700 services of a
 * SYSTEM takes 12,000.  The other bounds multiply where somebody wants
 * them to; this one ends it within a second.
 */
#define HIVE_MAX_CELLS	2000000
#define HIVE_NAME_BYTES 766 /* 255 characters as UTF-8, with NUL */

/* Cells are named by their offset from the first bin. */
struct hive_key {
	uint32_t cell;
	uint32_t subkey_count; /* at most HIVE_MAX_SUBKEYS */
	uint32_t subkey_list;
	uint32_t value_count; /* at most HIVE_MAX_VALUES */
	uint32_t value_list;
	uint64_t written; /* FILETIME */
	char name[HIVE_NAME_BYTES];
};

struct hive {
	struct disk *disk; /* not owned */
	uint32_t bins_bytes;
	uint32_t minor;	     /* version 1.x */
	uint32_t cells_left; /* of HIVE_MAX_CELLS; then -ERR_TOO_LARGE */
	bool is_dirty;	     /* the newest changes are in the logs, or lost */
	struct hive_key root;
};

/**
 * hive_open - check the base block and the root key of the hive on @d
 * @d: read only; must outlive @h; not owned
 *
 * A dirty hive opens: it shows what was last written to the file itself.
 *
 * Returns 0; -ERR_NOT_FOUND if it is no hive; -ERR_TRUNCATED if the file ends
 * before its bins do; -ERR_CORRUPT; -ERR_UNSUPPORTED for another version, or a
 * log; -ERR_TOO_LARGE; -ERR_IO.  Nothing needs closing.
 */
int hive_open(struct hive *h, struct disk *d);

/**
 * hive_find - the key at @path below @from
 * @from: &h->root, or any other key; may be @ret
 * @path: UTF-8, "Control\\CrashControl"; "" is @from itself
 *
 * ASCII letters match whatever their case, as for Windows; other characters
 * match themselves.  Where a list of subkeys has hashes, only keys whose hash
 * fits are read, as Windows does.
 *
 * Returns 0; -ERR_NOT_FOUND; or what kept it from knowing: -ERR_CORRUPT,
 * -ERR_TOO_LARGE, -ERR_IO and the like.
 */
int hive_find(struct hive *h, const struct hive_key *from, const char *path,
	struct hive_key *ret);

/* --- All subkeys of a key --------------------------------------------------
 */

/* What is left of a list in a cell. */
struct hive_list {
	uint64_t at; /* its next entry, on the hive's disk */
	uint32_t left;
	uint32_t entry_bytes;
	bool is_hashed;
};

struct hive_walk {
	struct hive *hive;
	struct hive_list lists; /* of lists of subkeys, if they are so many */
	struct hive_list subkeys;
	uint32_t left; /* subkeys that are still to come, in all */
	uint32_t hash; /* only those that may have this one; 0 = all */
	int err;
};

/**
 * hive_walk_begin - before the first subkey of @k
 *
 * Usual loop:
 *
 *	hive_walk_begin(&walk, h, &key);
 *	while ((err = hive_walk_next(&walk, &subkey)) > 0)
 *		...
 */
void hive_walk_begin(
	struct hive_walk *w, struct hive *h, const struct hive_key *k);

/**
 * hive_walk_next - the next subkey, in the hive's order (sorted by name)
 *
 * Returns 1; 0 after the last one; negative if a list or subkey is damaged: the
 * walk ends there.
 */
int hive_walk_next(struct hive_walk *w, struct hive_key *ret);

#endif
