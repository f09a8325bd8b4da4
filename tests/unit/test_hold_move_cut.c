/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The power cut at any moment of a hold that moves files, or of its undo: each
 * subset of what a phase writes is on the disk, or many random ones.
 */
#include <setjmp.h>
#include <stdarg.h>
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
#include "tests/support/list_rig.h"
#include "tests/support/prng.h"

#define AWAY	 "D" RIG_SUFFIX
#define MAX_CUTS 64 /* of one phase */

static void read_list(void)
{
	assert_int_equal(list_rig_read(&moving, 1), 0);
}

/* --- One file ------------------------------------------------------------- */

/* What a write takes to the disk at once: a record, or an index block. */
struct piece {
	uint64_t off;
	size_t len;
};

static size_t find_pieces(const unsigned char *from, const unsigned char *to,
	uint64_t size, struct piece *ret, size_t max)
{
	size_t count = 0;

	for (uint64_t block = 0; block < size; block += 4096) {
		size_t len = memcmp(to + block, "FILE", 4) ? 4096 : 1024;

		if (!memcmp(from + block, to + block, 4096))
			continue;
		for (uint64_t off = block; off < block + 4096; off += len) {
			if (!memcmp(from + off, to + off, len))
				continue;
			assert_true(count < max);
			ret[count].off = off;
			ret[count++].len = len;
		}
	}
	return count;
}

static int one_phase(const char *name, enum hold_phase p, bool is_undo)
{
	char held[DELIVERY_NAME_BYTES];

	assert_int_equal(
		hold_moved_name("D", name, RIG_HOLD_ID, held, sizeof(held)), 0);
	if (is_undo)
		return hold_undo_phase(&rig_volume.volume, p, "D", held);
	return hold_apply_phase(
		&rig_volume.volume, p, HOLD_MOVED, "D", name, RIG_HOLD_ID);
}

/* Whatever is on the disk: the file is whole, in one of its two places. */
static void expect_reachable(const char *name, uint64_t record)
{
	static const char *const folders[] = {"D", AWAY};
	char path[2 * DELIVERY_NAME_BYTES];
	unsigned int places = 0;

	for (size_t i = 0; i < 2; i++) {
		ntfs_inode *ni;

		snprintf(path, sizeof(path), "%s/%s", folders[i], name);
		/* Not every folder leads somewhere. */
		if (ntfs_inode_open_path(&rig_volume.volume, path, &ni) < 0)
			continue;
		assert_int_equal(ni->mft_no, record);
		assert_int_equal(ntfs_inode_shut(&rig_volume.volume, ni, 0), 0);
		places++;
	}
	assert_true(places > 0);
}

/* As a run opens a volume: where the $MFT grew, its mirror may be behind. */
static void mount_mending(void)
{
	struct mounted *m = &rig_volume;

	assert_int_equal(
		overlay_open(&m->overlay, &m->slice.disk, OVERLAY_MAX_BYTES),
		0);
	assert_int_equal(volume_open_mending(&m->volume, &m->overlay.disk), 0);
}

/*
 * Some of removing the folder got to the disk: the file is at home, and not
 * listed as held.
 */
static void expect_tidied(const char *name)
{
	char path[2 * DELIVERY_NAME_BYTES];

	snprintf(path, sizeof(path), "D/%s", name);
	assert_int_equal(volume_exists(&rig_volume.volume, path), 1);
	read_list();
	assert_int_equal(list.held_count, 0);
	assert_int_equal(
		delivery_list_find_halves(&rig_volume.volume, &list, &list), 0);
	assert_int_equal(list.held_count, 0);
}

/* Some pieces of the phase got to the disk: done again, all is well. */
static void finish_from(const unsigned char *from, const unsigned char *to,
	const struct piece *pieces, size_t count, uint64_t mask,
	const char *name, enum hold_phase phase, bool is_undo, uint64_t record)
{
	mounted_unmount(&rig_volume);
	memcpy(rig_volume.bytes, from, rig_volume.size);
	for (size_t i = 0; i < count; i++)
		if (mask >> i & 1)
			memcpy(rig_volume.bytes + pieces[i].off,
				to + pieces[i].off, pieces[i].len);
	mount_mending();
	expect_reachable(name, record);
	if (is_undo && phase == HOLD_TIDY) {
		expect_tidied(name);
	} else if (is_undo) {
		char held[DELIVERY_NAME_BYTES];
		int err;

		assert_int_equal(hold_moved_name("D", name, RIG_HOLD_ID, held,
					 sizeof(held)),
			0);
		err = hold_undo(&rig_volume.volume, "D", held);
		if (err < 0)
			fail_msg("undo %s, mask %d: %s", name, (int)mask,
				err_text(err));
		mounted_keep(&rig_volume);
		assert_int_equal(
			hold_verify(&rig_volume.volume, "D", name, held), 0);
	} else {
		rig_hold("D", name);
	}
	expect_reachable(name, record);
}

static void cut_phase(const unsigned char *from, const unsigned char *to,
	const char *name, enum hold_phase phase, bool is_undo, uint64_t record)
{
	struct piece pieces[MAX_CUTS];
	size_t count = find_pieces(from, to, rig_volume.size, pieces, MAX_CUTS);
	struct prng random = {.state = count};
	uint64_t masks = count < 7 ? 1ull << count : 100;

	for (uint64_t i = 0; i < masks; i++) {
		uint64_t mask = count < 7 ? i : prng_next(&random);

		finish_from(from, to, pieces, count, mask, name, phase, is_undo,
			record);
	}
}

static void cut_all(const char *name, bool is_undo)
{
	unsigned char *states[HOLD_PHASE_COUNT + 1];
	char path[2 * DELIVERY_NAME_BYTES];
	uint64_t record;

	snprintf(path, sizeof(path), "D/%s", name);
	record = rig_record_of(path);
	if (is_undo)
		rig_hold("D", name);
	states[0] = rig_snapshot();
	for (enum hold_phase p = HOLD_MAKE; p < HOLD_PHASE_COUNT; p++) {
		assert_int_equal(one_phase(name, p, is_undo), 0);
		mounted_keep(&rig_volume);
		states[p + 1] = rig_snapshot();
	}
	rig_expect_sound();
	for (enum hold_phase p = HOLD_MAKE; p < HOLD_PHASE_COUNT; p++)
		cut_phase(states[p], states[p + 1], name, p, is_undo, record);
	for (enum hold_phase p = HOLD_MAKE; p <= HOLD_PHASE_COUNT; p++)
		free(states[p]);
}

static void cut_anywhere(void **state)
{
	static const char *const names_to_cut[] = {
		RIG_CHANNEL, "posix-name.sys", "README"};

	for (size_t i = 0; i < 3; i++)
		for (int is_undo = 0; is_undo < 2; is_undo++) {
			rig_setup_moving(state);
			cut_all(names_to_cut[i], is_undo);
		}
}

/* --- Many files at once --------------------------------------------------- */

/* More than the record of the folder beside has room for. */
#define BATCH 40

static int batch_phase(enum hold_phase p)
{
	char name[16];
	int err = 0;

	for (int i = 0; err == 0 && i < BATCH; i++) {
		snprintf(name, sizeof(name), "file%02d.sys", i);
		err = one_phase(name, p, false);
	}
	return err;
}

/* Whatever is beside, their own folder has all of them. */
static void expect_batch_at_home(void)
{
	char path[24];

	for (int i = 0; i < BATCH; i++) {
		snprintf(path, sizeof(path), "D/file%02d.sys", i);
		assert_int_equal(volume_exists(&rig_volume.volume, path), 1);
	}
}

/* Done again after a cut: whole, or refused before a file has left. */
static void finish_batch(enum hold_phase cut)
{
	int err = 0;

	if (cut <= HOLD_ENTER)
		expect_batch_at_home();
	for (enum hold_phase p = HOLD_MAKE; !err && p < HOLD_PHASE_COUNT; p++)
		err = batch_phase(p);
	if (cut == HOLD_ENTER && err == -ERR_CORRUPT) {
		(void)volume_close(&rig_volume.volume);
		overlay_close(&rig_volume.overlay);
		mounted_mount(&rig_volume);
		expect_batch_at_home();
		return;
	}
	assert_int_equal(err, 0);
	read_list();
	assert_int_equal(list.delivery_count, 0);
	assert_int_equal(list.held_count, BATCH);
}

static void cut_batch_phase(const unsigned char *from, const unsigned char *to,
	enum hold_phase phase)
{
	struct piece pieces[MAX_CUTS];
	size_t count = find_pieces(from, to, rig_volume.size, pieces, MAX_CUTS);
	struct prng random = {.state = count};
	uint64_t masks = count < 7 ? 1ull << count : 100;

	for (uint64_t i = 0; i < masks; i++) {
		uint64_t mask = count < 7 ? i : prng_next(&random);

		mounted_unmount(&rig_volume);
		memcpy(rig_volume.bytes, from, rig_volume.size);
		for (size_t k = 0; k < count; k++)
			if (mask >> k & 1)
				memcpy(rig_volume.bytes + pieces[k].off,
					to + pieces[k].off, pieces[k].len);
		mount_mending();
		finish_batch(phase);
	}
}

static void cut_batch(void **state)
{
	unsigned char *states[HOLD_PHASE_COUNT + 1];
	char manifest[2000] = "";
	size_t used = 0;

	(void)state;
	for (int i = 0; i < BATCH; i++)
		used += (size_t)sprintf(
			manifest + used, "file /D/file%02d.sys text x\n", i);
	rig_open(manifest);
	states[0] = rig_snapshot();
	for (enum hold_phase p = HOLD_MAKE; p < HOLD_PHASE_COUNT; p++) {
		assert_int_equal(batch_phase(p), 0);
		mounted_keep(&rig_volume);
		states[p + 1] = rig_snapshot();
	}
	rig_expect_sound();
	for (enum hold_phase p = HOLD_MAKE; p < HOLD_PHASE_COUNT; p++)
		cut_batch_phase(states[p], states[p + 1], p);
	for (enum hold_phase p = HOLD_MAKE; p <= HOLD_PHASE_COUNT; p++)
		free(states[p]);
}

/* --- In between ----------------------------------------------------------- */

/* Half of it, either way: still a delivery, until it is on hold only. */
static void halves(void **state)
{
	struct volume *v = &rig_volume.volume;

	(void)state;
	for (enum hold_phase p = HOLD_MAKE; p <= HOLD_ENTER; p++) {
		assert_int_equal(one_phase(RIG_CHANNEL, p, false), 0);
		mounted_keep(&rig_volume);
	}
	read_list();
	assert_int_equal(list.delivery_count, 8);
	assert_int_equal(list.held_count, 0);
	assert_int_equal(delivery_list_find_halves(v, &list, &list), 0);
	assert_int_equal(list.held_count, 1);
	assert_string_equal(list.held[0].name, "../" AWAY "/" RIG_CHANNEL);
	assert_int_equal(list.held[0].hold_id, RIG_HOLD_ID);
	rig_undo("D", RIG_CHANNEL);
	rig_expect_sound();
	assert_int_equal(volume_exists(v, AWAY), 0);
}

/* An entry whose folder never got to the disk. */
static void an_entry_that_leads_nowhere(void **state)
{
	unsigned char *before = rig_snapshot();
	uint64_t record;

	(void)state;
	assert_int_equal(one_phase(RIG_CHANNEL, HOLD_MAKE, false), 0);
	mounted_keep(&rig_volume);
	record = rig_record_of(AWAY);
	rig_mix(rig_volume.bytes, before, record);
	read_list();
	assert_int_equal(list.delivery_count, 8);
	rig_hold("D", RIG_CHANNEL);
	free(before);
}

#define TEST(test)                                                             \
	cmocka_unit_test_setup_teardown(                                       \
		test, rig_setup_moving, list_rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(cut_anywhere),
		TEST(cut_batch),
		TEST(halves),
		TEST(an_entry_that_leads_nowhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
