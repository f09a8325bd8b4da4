/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole runs over the PC of July 2024 (july.h): what is held, what is written,
 * what is said.  Every run is watched: no write before the front was told, and
 * no call to a disk that is not counted.  Failures are failed assertions.
 */
#ifndef TESTS_SUPPORT_JULY_RUN_H
#define TESTS_SUPPORT_JULY_RUN_H

#include <stdbool.h>

#include "recovery/run.h"
#include "tests/support/july.h"

struct july_run {
	struct emudisk disk;
	struct fake_machine machine;
	struct policy policy;
	struct outcome outcome;	 /* of the last run */
	const struct july *july; /* what is on the disk */
};

extern struct july_run pc;

extern const struct order pc_no_order;
extern const struct order pc_undo_all;

extern const struct july pc_bare;
extern const struct july pc_with_table;

/* Disks on which two files are to be held. */
#define PC_CRASHES 7
extern const struct july pc_crashes[PC_CRASHES];

/** pc_setup, pc_teardown - for cmocka: the built-in policy, and no disk yet */
int pc_setup(void **state);
int pc_teardown(void **state);

/** pc_start - another disk, in a machine that knows nothing */
void pc_start(const struct july *j);

/** pc_stop - without the disk */
void pc_stop(void);

/** pc_run, pc_run_with - start it, without faults */
enum verdict pc_run(void);
enum verdict pc_run_with(const struct order *order);

/** pc_describe - the Windows volume (ntfs_peek.h); to be freed */
char *pc_describe(void);

/** pc_other_changes - since @before, but for names; to be freed */
char *pc_other_changes(const char *before);

/** pc_is_there - is there a file of that name? */
bool pc_is_there(const char *name);

/** pc_expect_sound - nothing for a file system check to complain of */
void pc_expect_sound(void);

/** pc_expect_held - of JULY_BAD and JULY_OTHER; everything else is there */
void pc_expect_held(bool bad, bool other);

/** pc_expect_nothing_written - by the last run */
void pc_expect_nothing_written(void);

/** pc_expect_untouched - a run ends like this, and changes nothing */
void pc_expect_untouched(enum verdict expected);

#endif
