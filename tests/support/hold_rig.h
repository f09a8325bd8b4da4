/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A folder of files with every kind of name, and holding them: what the tests
 * of hold and undo begin with.  What was changed is judged by ntfs_peek.h,
 * which shares no code with hold.  Failures are failed assertions.
 */
#ifndef TESTS_SUPPORT_HOLD_RIG_H
#define TESTS_SUPPORT_HOLD_RIG_H

#include <stdbool.h>
#include <stdint.h>

#include "quarantine/hold.h"
#include "tests/support/mounted.h"

#define RIG_HOLD_ID 0x2a
#define RIG_SUFFIX  ".held-0000002a"
#define RIG_CHANNEL "C-00000291-00000000-00000032.sys" /* C-0000~1.SYS */

/* What is in the folder D. */
#define RIG_MANIFEST                                                           \
	"clock 133657200000000000\n"                                           \
	"dir /D\n"                                                             \
	"file /D/" RIG_CHANNEL " repeat BAD. 41000\n"                          \
	"dosname /D/" RIG_CHANNEL " C-0000~1.SYS\n"                            \
	"times /D/" RIG_CHANNEL " 133650000000000001 133651000000000002 "      \
	"133652000000000003 133653000000000004\n"                              \
	"file /D/posix-name.sys text posix\n"                                  \
	"file /D/csagent.sys repeat E 5000\n"                                  \
	"dosname /D/csagent.sys csagent.sys\n"                                 \
	"file /D/README text read\n"                                           \
	"dosname /D/README README\n"                                           \
	"file /D/hidden-and-system.sys repeat H 5000\n"                        \
	"flags /D/hidden-and-system.sys hidden system readonly\n"              \
	"file /D/streams.sys text main\n"                                      \
	"stream /D/streams.sys one text first\n"                               \
	"stream /D/streams.sys two repeat 22 9000\n"                           \
	"file \"/D/\xc3\x9cml\xc3\xa4ut-\xe2\x82\xac-\xf0\x9f\x98\x80.sys\" "  \
	"text umlaut\n"                                                        \
	"file /D/empty.sys\n"                                                  \
	"file \"/D/name without extension\" text x\n"                          \
	"dosname \"/D/name without extension\" NAMEWI~1\n"                     \
	"dir /D/folder.sys\n"                                                  \
	"file /D/neighbour.sys text n\n"                                       \
	"dosname /D/neighbour.sys NEIGHB~1.SYS\n"

#define RIG_NAMES 9

/* The names in it that can be held. */
extern const char *const rig_names[RIG_NAMES];

/** rig_setup, rig_teardown - for cmocka: the folder, in rig_volume */
int rig_setup(void **state);
int rig_setup_moving(void **state); /* with rig_style HOLD_MOVED */
int rig_teardown(void **state);
extern struct mounted rig_volume;

/* What rig_hold() and those below put on hold, and how; rig_setup() says files.
 * Files are moved from D only. */
extern enum hold_style rig_style;

/** rig_open - another volume in its place */
void rig_open(const char *manifest);

/** rig_describe - all that a hold must leave alone, and names; to be freed */
char *rig_describe(void);

/** rig_expect_sound - nothing for a file system check to complain of */
void rig_expect_sound(void);

/** rig_expect - the description is @expected, and the volume sound */
void rig_expect(const char *expected, const char *what);

/** rig_record_of - the MFT record of a file */
uint64_t rig_record_of(const char *path);

/** rig_hold, rig_undo - do it, write it to the disk, see that it is so */
void rig_hold(const char *folder, const char *name);
void rig_undo(const char *folder, const char *name);

/** rig_try_move - hold_apply() by moving, of which nothing gets to the disk */
int rig_try_move(const char *folder, const char *name);

/** rig_link - one more name, @name in @folder, for the file @path */
void rig_link(const char *path, const char *folder, const char *name);

/** rig_snapshot - the bytes of the volume; to be freed */
unsigned char *rig_snapshot(void);

/** rig_mix - the volume as in @index, but MFT record @number as in @record */
void rig_mix(const unsigned char *index, const unsigned char *record,
	uint64_t number);

/**
 * rig_converge - cut a hold of D/@name short, or its undo, and do it again
 *
 * As if record and index had reached the disk at different times.
 */
void rig_converge(const char *name, bool is_undo);

/** rig_hold_half - hold D/@name; only the record knows */
void rig_hold_half(const char *name);

/** rig_undo_half - undo a hold in D; only the record has its names back */
void rig_undo_half(const char *name);

/**
 * rig_fail_each - each allocation and each read of a hold in D, or of an undo
 *
 * Whatever fails, all of it is there or it is said that it is not; the volume
 * is as good as before.
 */
void rig_fail_each(const char *name, bool is_undo);

#endif
