/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs over the locked PC (locked_pc.h) with what a person has for it: files
 * with keys, and keys that are typed.
 */
#ifndef TESTS_SUPPORT_LOCKED_RUN_H
#define TESTS_SUPPORT_LOCKED_RUN_H

#include "tests/support/locked_pc.h"

/* Of the report. */
#define LOCKED_OPENED(way)                                                     \
	"\"event\":\"bitlocker\",\"volume\":\"disk 0, partition 2\","          \
	"\"opened\":\"" way "\""

/* Suspended, and so with a key that lies open. */
extern const struct bitlocker_plan locked_suspended;

/* As a company's PC is: a TPM, and two recovery passwords in the directory. */
extern const struct bitlocker_plan locked_plan;

/* Its protectors, and the passwords of the first two. */
#define LOCKED_FIRST   1
#define LOCKED_SECOND  2
#define LOCKED_STARTUP 3
#define LOCKED_FIRST_DIGITS                                                    \
	"000110-000220-000330-000440-000550-000660-000770-007700"
#define LOCKED_SECOND_DIGITS                                                   \
	"000011-000022-000033-000044-000055-000066-000077-720885"
/* Valid as digits, but of nobody. */
#define LOCKED_WRONG_DIGITS                                                    \
	"000121-000121-000121-000121-000121-000121-000121-000121"

/** locked_begin - locked_start() of pc_with_table, and no files with keys */
void locked_begin(const struct bitlocker_plan *plan);

/** locked_put_file - the only one that may hold keys; @bytes are not copied */
struct fake_key_file *locked_put_file(
	const char *name, const void *bytes, size_t len);

/** locked_put_text - one in the form in which Windows saves a password */
struct fake_key_file *locked_put_text(size_t protector, const char *digits);

/** locked_put_startup_key - that of locked_plan; needs no stretching */
void locked_put_startup_key(void);

/** locked_id_of - a protector of locked_plan, as it is read out */
const char *locked_id_of(size_t protector);

/** locked_answer - what is typed when a key is asked for */
void locked_answer(const char *const *secrets, size_t count);

/** locked_run - over all disks; pc_run() looks at one only */
void locked_run(void);

/**
 * locked_expect_held - held, and nothing but what was to be changed was
 * @opened: LOCKED_OPENED()
 *
 * Reveals the volume.
 */
void locked_expect_held(const char *opened);

/** locked_expect_closed - refused, and both IDs said, to be read out */
void locked_expect_closed(void);

/** locked_expect_silence - no digit of a key is said or reported */
void locked_expect_silence(void);

#endif
