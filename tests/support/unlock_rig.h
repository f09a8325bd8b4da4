/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BitLocker volumes on one disk, and what there is to open them, for tests of
 * recovery/unlock.h without a run around it.  Failures are failed assertions.
 */
#ifndef TESTS_SUPPORT_UNLOCK_RIG_H
#define TESTS_SUPPORT_UNLOCK_RIG_H

#include "recovery/unlock_parts.h"
#include "tests/support/bitlocker_maker.h"
#include "tests/support/emudisk.h"
#include "tests/support/fake_machine.h"

#define UNLOCK_RIG_VOLUMES 6
#define UNLOCK_RIG_BYTES   (2u << 20) /* of each, one behind the other */
#define UNLOCK_RIG_FILES   260

#define UNLOCK_RIG_DIGITS                                                      \
	"000011-000022-000033-000044-000055-000066-000077-720885"
/* Valid as digits, but of nobody. */
#define UNLOCK_RIG_OTHER_DIGITS                                                \
	"000121-000121-000121-000121-000121-000121-000121-000121"

struct unlock_rig {
	struct fake_machine machine;
	struct unlock unlock;
	struct emudisk disk;
	struct bitlocker_made made[UNLOCK_RIG_VOLUMES];
	struct fake_key_file files[UNLOCK_RIG_FILES];
};

extern struct unlock_rig rig;

/** unlock_rig_start, unlock_rig_stop - for cmocka: a disk full of zeros */
int unlock_rig_start(void **state);
int unlock_rig_stop(void **state);

/** unlock_rig_make - encrypt place @i; each should have another seed */
void unlock_rig_make(size_t i, const struct bitlocker_plan *plan);

/** unlock_rig_damage_fvek - its wrapped key in all copies; right checksums */
void unlock_rig_damage_fvek(size_t i);

/** unlock_rig_note - unlock_note() of place @i, "volume @i" */
const struct unlock_volume *unlock_rig_note(size_t i);

/** unlock_rig_forget - all volumes and files, and what was said */
void unlock_rig_forget(void);

/** unlock_rig_put_file - one more that may hold keys; nothing is copied */
struct fake_key_file *unlock_rig_put_file(
	const char *name, const void *bytes, size_t len);

/** unlock_rig_put_startup_key - that of secret @i; one at a time */
void unlock_rig_put_startup_key(
	const char *name, const struct bitlocker_plan *plan, size_t i);

/** unlock_rig_add_line - to the text of a table: ID of secret @i, @digits */
void unlock_rig_add_line(char *text, size_t cap,
	const struct bitlocker_plan *plan, size_t i, const char *digits);

/** unlock_rig_answer - what is typed, whatever is asked for */
void unlock_rig_answer(const char *const *secrets, size_t count);

#endif
