/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Holds and undoes on a made volume, and looks at what is left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "quarantine/delivery.h"
#include "quarantine/hold.h"
#include "storage/err.h"
#include "storage/ntfs_inode.h"
#include "tests/support/failalloc.h"
#include "tests/support/hold_rig.h"
#include "tests/support/ntfs_peek.h"
#include "tests/support/volume_check.h"

#define RECORD_BYTES 1024

const char *const rig_names[RIG_NAMES] = {RIG_CHANNEL, "posix-name.sys",
	"csagent.sys", "README", "hidden-and-system.sys", "streams.sys",
	"\xc3\x9cml\xc3\xa4ut-\xe2\x82\xac-\xf0\x9f\x98\x80.sys", "empty.sys",
	"name without extension"};

struct mounted rig_volume;
enum hold_style rig_style;

void rig_open(const char *manifest)
{
	struct image_plan plan = {.manifest = manifest};

	mounted_close(&rig_volume);
	mounted_open(&rig_volume, &plan);
}

int rig_setup(void **state)
{
	(void)state;
	rig_style = HOLD_FILE;
	rig_open(RIG_MANIFEST);
	return 0;
}

int rig_setup_moving(void **state)
{
	(void)rig_setup(state);
	rig_style = HOLD_MOVED;
	return 0;
}

int rig_teardown(void **state)
{
	(void)state;
	mounted_close(&rig_volume);
	return 0;
}

/*
 * An index that has to grow takes clusters; whether they are booked is checked
 * by rig_expect_sound().
 */
char *rig_describe(void)
{
	char *all = peek_describe(rig_volume.bytes, rig_volume.size);
	char *rest = peek_without(all, "record 6 attribute 0x80 ");

	free(all);
	return rest;
}

void rig_expect_sound(void)
{
	volume_check_sound(rig_volume.bytes, rig_volume.size);
}

void rig_expect(const char *expected, const char *what)
{
	char *now = rig_describe();
	char *difference = peek_difference(expected, now);

	if (difference[0])
		fail_msg("%s\n%s", what, difference);
	free(difference);
	free(now);
	rig_expect_sound();
}

uint64_t rig_record_of(const char *path)
{
	ntfs_inode *ni;
	uint64_t number;

	assert_int_equal(
		ntfs_inode_open_path(&rig_volume.volume, path, &ni), 0);
	number = ni->mft_no;
	assert_int_equal(ntfs_inode_shut(&rig_volume.volume, ni, 0), 0);
	return number;
}

static void name_held(const char *name, char held[DELIVERY_NAME_BYTES])
{
	int err = rig_style == HOLD_MOVED
			  ? hold_moved_name("D", name, RIG_HOLD_ID, held,
				    DELIVERY_NAME_BYTES)
			  : hold_name(name, RIG_HOLD_ID, held,
				    DELIVERY_NAME_BYTES);

	assert_int_equal(err, 0);
}

void rig_hold(const char *folder, const char *name)
{
	struct volume *v = &rig_volume.volume;
	char held[DELIVERY_NAME_BYTES];
	int err = hold_apply(v, rig_style, folder, name, RIG_HOLD_ID);

	if (err < 0)
		fail_msg("hold %s: %s", name, err_text(err));
	mounted_keep(&rig_volume);
	name_held(name, held);
	assert_int_equal(hold_verify(v, folder, held, name), 0);
	assert_int_equal(hold_verify(v, folder, name, held), -ERR_NOT_STORED);
}

void rig_undo(const char *folder, const char *name)
{
	struct volume *v = &rig_volume.volume;
	char held[DELIVERY_NAME_BYTES];
	int err;

	name_held(name, held);
	err = hold_undo(v, folder, held);
	if (err < 0)
		fail_msg("undo %s: %s", name, err_text(err));
	mounted_keep(&rig_volume);
	assert_int_equal(hold_verify(v, folder, name, held), 0);
}

int rig_try_move(const char *folder, const char *name)
{
	int err = hold_apply(
		&rig_volume.volume, HOLD_MOVED, folder, name, RIG_HOLD_ID);

	mounted_unmount(&rig_volume);
	mounted_mount(&rig_volume);
	return err;
}

unsigned char *rig_snapshot(void)
{
	unsigned char *copy = malloc(rig_volume.size);

	assert_non_null(copy);
	return memcpy(copy, rig_volume.bytes, rig_volume.size);
}

void rig_mix(const unsigned char *index, const unsigned char *record,
	uint64_t number)
{
	uint64_t place = peek_record_place(index, rig_volume.size, number);

	mounted_unmount(&rig_volume);
	memcpy(rig_volume.bytes, index, rig_volume.size);
	memcpy(rig_volume.bytes + place, record + place, RECORD_BYTES);
	mounted_mount(&rig_volume);
}

/*
 * What only one half of says a time: an index entry that had to be made anew
 * from the record.
 */
void rig_converge(const char *name, bool is_undo)
{
	char path[DELIVERY_NAME_BYTES];
	unsigned char *from, *to;
	char *target;
	uint64_t number;

	snprintf(path, sizeof(path), "D/%s", name);
	number = rig_record_of(path);
	if (is_undo)
		rig_hold("D", name);
	from = rig_snapshot();
	if (is_undo)
		rig_undo("D", name);
	else
		rig_hold("D", name);
	to = rig_snapshot();
	target = rig_describe();
	/* The record was written, the index was not. */
	rig_mix(from, to, number);
	if (is_undo)
		rig_undo("D", name);
	else
		rig_hold("D", name);
	rig_expect(target, name);
	if (!is_undo) {
		/* The index was written, the record was not. */
		rig_mix(to, from, number);
		rig_hold("D", name);
		rig_expect(target, name);
		rig_undo("D", name);
	}
	free(from);
	free(to);
	free(target);
}

/* Hold or undo D/@name; @before is the name it has until then. */
static void change_record(const char *name, const char *before,
	void (*change)(const char *folder, const char *name))
{
	char path[DELIVERY_NAME_BYTES];
	unsigned char *from, *to;
	uint64_t number;

	snprintf(path, sizeof(path), "D/%s", before);
	number = rig_record_of(path);
	from = rig_snapshot();
	change("D", name);
	to = rig_snapshot();
	rig_mix(from, to, number);
	free(from);
	free(to);
}

void rig_hold_half(const char *name)
{
	change_record(name, name, rig_hold);
}

void rig_undo_half(const char *name)
{
	char held[DELIVERY_NAME_BYTES];

	name_held(name, held);
	change_record(name, held, rig_undo);
}

void rig_link(const char *path, const char *folder, const char *name)
{
	struct volume *v = &rig_volume.volume;
	ntfs_inode *dir, *ni;
	ntfschar *units = NULL;
	int len = ntfs_mbstoucs(name, &units);

	assert_true(len > 0);
	assert_int_equal(ntfs_inode_open_path(v, path, &ni), 0);
	assert_int_equal(ntfs_inode_open_path(v, folder, &dir), 0);
	assert_int_equal(ntfs_link(ni, dir, units, (u8)len), 0);
	free(units);
	assert_int_equal(ntfs_inode_shut(v, ni, 0), 0);
	assert_int_equal(ntfs_inode_shut(v, dir, 0), 0);
	mounted_keep(&rig_volume);
}

/* --- Failures ------------------------------------------------------------- */

/* One hold or undo, and how it is checked. */
struct change {
	const char *name;
	char held[DELIVERY_NAME_BYTES];
	bool is_undo;
};

static int make_change(const struct change *c)
{
	struct volume *v = &rig_volume.volume;

	return c->is_undo ? hold_undo(v, "D", c->held)
			  : hold_apply(v, rig_style, "D", c->name, RIG_HOLD_ID);
}

static int verify_change(const struct change *c)
{
	return hold_verify(&rig_volume.volume, "D",
		c->is_undo ? c->name : c->held, c->is_undo ? c->held : c->name);
}

/* Whatever the volume has become in memory. */
static void forget(void)
{
	(void)volume_close(&rig_volume.volume);
	overlay_close(&rig_volume.overlay);
	mounted_mount(&rig_volume);
}

static bool fail_allocation(const struct change *c, uint64_t n)
{
	bool was_hit;
	int err;

	failalloc_arm(n, false);
	err = make_change(c);
	was_hit = failalloc_disarm();
	assert_true(was_hit || err == 0);
	if (err == 0) {
		mounted_remount(&rig_volume);
		assert_int_equal(verify_change(c), 0);
	}
	forget();
	return was_hit;
}

static void fail_read(const struct change *c, uint64_t n)
{
	int err;

	emudisk_reset(&rig_volume.disk);
	emudisk_plan_fault(
		&rig_volume.disk, EMUDISK_READ, EMUDISK_FAIL, n, false);
	err = make_change(c);
	emudisk_reset(&rig_volume.disk);
	if (err == 0) {
		mounted_remount(&rig_volume);
		assert_int_equal(verify_change(c), 0);
	} else {
		assert_int_equal(err, -ERR_IO);
	}
	forget();
}

/* Verified with too little memory it is not known, but never false. */
static void fail_verifying(const struct change *c)
{
	bool was_hit = true;

	assert_int_equal(make_change(c), 0);
	for (uint64_t n = 1; was_hit; n++) {
		int err;

		mounted_remount(&rig_volume);
		failalloc_arm(n, false);
		err = verify_change(c);
		was_hit = failalloc_disarm();
		assert_int_equal(err, was_hit ? -ERR_NO_MEMORY : 0);
	}
	forget();
}

void rig_fail_each(const char *name, bool is_undo)
{
	struct change c = {.name = name, .is_undo = is_undo};
	uint64_t reads, n;

	name_held(name, c.held);
	if (is_undo)
		rig_hold("D", name);
	for (n = 1; fail_allocation(&c, n); n++)
		;
	assert_true(n > 20);
	fail_verifying(&c);
	emudisk_reset(&rig_volume.disk);
	assert_int_equal(make_change(&c), 0);
	reads = rig_volume.disk.counts.reads;
	forget();
	for (n = 1; n <= reads; n++)
		fail_read(&c, n);
}
