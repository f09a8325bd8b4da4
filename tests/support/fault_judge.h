/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is good after a failure (fault_case.h): either what a run without any
 * fault would have left, or a refusal with a sentence.  Counts how cases end.
 */
#ifndef TESTS_SUPPORT_FAULT_JUDGE_H
#define TESTS_SUPPORT_FAULT_JUDGE_H

#include "tests/support/fault_case.h"

enum fault_end {
	FAULT_COMPLETE, /* as without a fault, and it can be undone */
	FAULT_LEFTOVER, /* the same, beside what is left of a folder to move to
			   that was made or removed in part; Windows checks */
	FAULT_REFUSED,	/* with a sentence and no write; the rest unharmed */
	FAULT_PARTIAL,	/* names were lost, no content; Windows checks */
	FAULT_BROKEN,	/* none of these; only where nothing is promised */
	FAULT_ENDS
};

/**
 * fault_expect_cut - right after a power cut, before anything else runs
 *
 * The run reports no success.  Every file has its content and a name from
 * before or from after; nothing else changed; where index and records
 * disagree, VOLUME_IS_DIRTY is set, or the journal is still to be replayed.
 */
void fault_expect_cut(void);

/**
 * fault_expect_recovery - switched on again, Windows has not run in
 * between: one more run comes to a good end, and to a start of Windows
 */
void fault_expect_recovery(void);

/** fault_judge - after a fault: success is success, and failure tells */
void fault_judge(void);

/**
 * fault_end - print how the scenario's cases ended since the last fault_end()
 *
 * They are added to the counts of that axis, which fault_sum() prints.
 */
void fault_end(const char *axis);

/** fault_sum - print the counts of all scenarios since the last fault_sum() */
void fault_sum(const char *axis);

#endif
