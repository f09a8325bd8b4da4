/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The first thing in a run: finishing what an earlier one began.
 */
#ifndef RECOVERY_RESUME_H
#define RECOVERY_RESUME_H

#include "recovery/platform.h"
#include "recovery/record.h"
#include "storage/meter.h"

enum resume {
	RESUME_GO_ON, /* nothing is unfinished any more, or can be finished */
	RESUME_WAITS  /* a dry run has to leave it unfinished, and knows
			 nothing about the volume */
};

/**
 * resume_interrupted - finish a commit of which there is a redo record
 * @is_dry_run: write nothing
 * @counts:	what it takes is added to
 * @ret_record: the record as stored now, if something was interrupted
 *
 * What the record (recovery/record.h) says about it is cleared once it is
 * finished or was found to be beyond that; what became of it is said.  Returns
 * an enum resume; or an error, said, if the disk failed, or the store: nothing
 * else is to be done with them.
 */
int resume_interrupted(const struct platform *p, bool is_dry_run,
	struct disk_counts *counts, struct record *ret_record);

#endif
