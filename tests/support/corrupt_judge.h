/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Did a hold on a damaged volume change what it was to change, and nothing
 * else?  Asks the reader of ntfs_peek.h about the volume before and after.
 */
#ifndef TESTS_SUPPORT_CORRUPT_JUDGE_H
#define TESTS_SUPPORT_CORRUPT_JUDGE_H

#include <stdint.h>

/* All of the same @size; a file on hold is called "X" HELD_SUFFIX. */
struct corrupt_volumes {
	const unsigned char *before; /* damaged */
	const unsigned char *after;
	uint64_t size;
	const char *suffix;
	const char *sound;  /* peek_describe() of the volume without damage */
	const char *usual;  /* peek_difference() of a hold on the sound volume:
			       what a replay may change beside the names */
	unsigned int files; /* that are said to be on hold */
};

/**
 * corrupt_judge_names - only names of files were changed, as a hold does
 *
 * Each file that has another name has the old one and the suffix, in its
 * record and in the index; times, sizes and flags beside the name, all other
 * attributes and the content of all files are as before; a check of the volume
 * has nothing to say that it had not before.  Where record and index of such a
 * file did not agree before, the index may have followed the record.
 *
 * Returns NULL, or what is wrong; the caller frees it.
 */
char *corrupt_judge_names(const struct corrupt_volumes *v);

/**
 * corrupt_judge_move - one file was moved, to a folder beside its own
 *
 * The file called @name is in a new folder of the root directory, with the name
 * and all else that it had; nothing else changed but what keeps account of
 * records and clusters.  Otherwise as corrupt_judge_names(), which also says
 * what is returned.
 */
char *corrupt_judge_move(const struct corrupt_volumes *v, const char *name);

/**
 * corrupt_judge_soundness - what a check complains of, it did before
 *
 * A part of both above.
 */
char *corrupt_judge_soundness(const struct corrupt_volumes *v);

/* corrupt_explain - "@what", and below it @details; the caller frees it */
char *corrupt_explain(const char *what, const char *details);

#endif
