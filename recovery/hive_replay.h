/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A registry hive as it is with its transaction logs, as a disk for
 * recovery/hive.h: after a crash its newest keys are often nowhere else.
 *
 * Nothing is written, and the hive is not loaded either: a table says which of
 * its bytes are to be read from which log, and where.
 *
 * Sources: msuhanov/regf, "Windows registry file format specification".
 */
#ifndef RECOVERY_HIVE_REPLAY_H
#define RECOVERY_HIVE_REPLAY_H

#include "recovery/hive_log.h"

#define HIVE_LOGS 2 /* .LOG1, .LOG2 */

enum hive_replay_state {
	HIVE_CLEAN,    /* the logs were not needed, and not read */
	HIVE_REPLAYED, /* the disk shows the hive with its logs */
	HIVE_STALE     /* it is dirty, but no log fits: shown as it is */
};

struct hive_replay {
	struct disk disk; /* first member; read only */
	struct disk *primary;
	struct disk *logs[HIVE_LOGS];
	struct hive_extents extents;
	uint8_t head[HIVE_HEAD_BYTES]; /* what the disk begins with */
	enum hive_replay_state state;
	uint32_t entries;	 /* of the logs, that were applied */
	int log_errs[HIVE_LOGS]; /* why that log cannot be used; or 0 */
};

/**
 * hive_replay_open - find out what the logs change
 * @primary:  the hive's file
 * @log1, @log2: NULL where there is none; must outlive @r, as must @primary
 *
 * A hive is dirty if the last write to it was interrupted.  New logs apply in
 * the order of their numbers, the second only if it goes on where the first one
 * ends; of old ones, the newest.  Where the hive's own base block is broken,
 * the newest log's takes its place.
 *
 * Returns 0, whatever @r->state is; otherwise nobody knows what the hive says:
 * -ERR_NOT_FOUND or -ERR_CORRUPT if it has no valid base block, nor a log that
 * does; -ERR_UNSUPPORTED; -ERR_TOO_LARGE; -ERR_NO_MEMORY; -ERR_IO.
 * hive_replay_close() is valid either way.
 */
int hive_replay_open(struct hive_replay *r, struct disk *primary,
	struct disk *log1, struct disk *log2);

/** hive_replay_close - accepts a zeroed one */
void hive_replay_close(struct hive_replay *r);

#endif
