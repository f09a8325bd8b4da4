/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Each kind of evidence as members of a report line: the same in the report of
 * a run and in what "loopbreaker evidence" prints.  Field names are those of
 * docs/report.md, "Sources".
 */
#ifndef RECOVERY_EVIDENCE_REPORT_H
#define RECOVERY_EVIDENCE_REPORT_H

#include "recovery/blame.h"
#include "recovery/boot_config.h"
#include "recovery/boot_log.h"
#include "recovery/boot_status.h"
#include "recovery/bugcheck.h"
#include "recovery/dump_modules.h"
#include "recovery/hive_replay.h"
#include "recovery/note.h"
#include "recovery/record.h"
#include "recovery/report.h"

/** evidence_report_boot_status - the area of \Windows\bootstat.dat */
void evidence_report_boot_status(
	struct report_line *l, const struct boot_status *s);

/**
 * evidence_report_boot_log - a boot log: its ring as the object "log", the
 * returned launches, the loops that ended in Automatic Repair, the last events
 *
 * Times are the PC's clock, without a zone.
 */
void evidence_report_boot_log(
	struct report_line *l, const struct boot_log *log);

/** evidence_report_boot_run - a run of launches that nobody saw succeed */
void evidence_report_boot_run(
	struct report_line *l, const struct boot_log_run *run);

/** evidence_report_bugcheck - the stop code; nothing if there is none */
void evidence_report_bugcheck(struct report_line *l, const struct bugcheck *b);

/** evidence_report_note - the health note */
void evidence_report_note(struct report_line *l, const struct health_note *n);

/** evidence_report_record - Loopbreaker's own record */
void evidence_report_record(struct report_line *l, const struct record *r);

/* What belongs to a file and is no part of it; all of it may be absent. */
struct evidence_beside {
	struct disk *logs[HIVE_LOGS]; /* of a registry hive */
	const char *const *drivers;   /* services, or files, to look up in it */
	size_t driver_count;
};

/**
 * evidence_report_replay - a hive's sequence numbers, and what its logs do
 * @ret: for the caller to read, and to hive_replay_close() in any case
 *
 * Returns 0 or as hive_replay_open().
 */
int evidence_report_replay(struct report_line *l, struct disk *primary,
	const struct evidence_beside *b, struct hive_replay *ret);

/**
 * evidence_report_hive - a registry hive, as its logs make it
 *
 * Returns 0, also for a hive that is neither SYSTEM nor SOFTWARE; otherwise as
 * hive_replay_open(), hive_open() and what reads the facts.
 */
int evidence_report_hive(struct report_line *l, struct disk *primary,
	const struct evidence_beside *b);

/**
 * evidence_report_boot_config - what matters of it for the next start
 * @c: SOURCE_READ
 */
void evidence_report_boot_config(
	struct report_line *l, const struct boot_config *c);

/**
 * evidence_report_bcd - a boot configuration with its loaders
 *
 * One that is damaged has the member "error".  Returns 0, or why what the boot
 * manager itself is told, or the list of objects, could not be read.
 */
int evidence_report_bcd(struct report_line *l, struct bcd *b);

/**
 * evidence_report_dump - a kernel dump
 * @m: its modules; or NULL
 */
void evidence_report_dump(
	struct report_line *l, const struct dump *d, struct dump_modules *m);

/**
 * evidence_report_blame - whom a dump names
 * @err: what ended the search early; or 0
 */
void evidence_report_blame(
	struct report_line *l, const struct blame *b, int err);

#endif
