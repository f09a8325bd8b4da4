/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Holds that move a file out of its folder, on real NTFS volumes: listing, hold
 * and undo, and the power cut at any moment of them.
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
#include "tests/support/hold_rig.h"
#include "tests/support/ntfs_peek.h"
#include "tests/support/prng.h"

#define AWAY	 "D" RIG_SUFFIX
#define BESIDE	 "../" AWAY "/"
#define MAX_CUTS 64 /* of one phase */

static const struct rule rule = {
	.vendor = "Vendor",
	.folder = "D",
	.hold = RULE_HOLD_MOVE,
	.patterns = {"*.sys"},
	.pattern_count = 1,
};

static struct delivery_list list;

static int setup(void **state)
{
	(void)rig_setup(state);
	rig_style = HOLD_MOVED;
	return 0;
}

static int teardown(void **state)
{
	delivery_list_free(&list);
	return rig_teardown(state);
}

static void read_list(const struct rule *r)
{
	delivery_list_free(&list);
	assert_int_equal(
		delivery_list_read(&rig_volume.volume, r, 1, &list, NULL), 0);
}

/* --- Names ---------------------------------------------------------------- */

static void names(void **state)
{
	char buf[HOLD_NAME_BYTES];
	const char *original;
	uint32_t id;

	(void)state;
	assert_int_equal(
		hold_moved_name("A/B c", "x.sys", 0x2a, buf, sizeof(buf)), 0);
	assert_string_equal(buf, "../B c.held-0000002a/x.sys");
	assert_true(hold_is_moved(buf));
	assert_int_equal(hold_parse_any(buf, &id, &original), 5);
	assert_string_equal(original, "x.sys");
	assert_int_equal(id, 0x2a);
	assert_int_equal(hold_parse_any("x.held-0000002b", &id, &original), 1);
	assert_int_equal(id, 0x2b);
	for (size_t cap = 0; cap <= strlen("../B c.held-0000002a/x.sys"); cap++)
		assert_int_equal(
			hold_moved_name("A/B c", "x.sys", 0x2a, buf, cap),
			-ERR_TOO_LARGE);
	assert_int_equal(hold_parse_any("../x.held-0000002a", &id, NULL), 0);
	assert_int_equal(hold_parse_any("../x/y", &id, NULL), 0);
	assert_int_equal(hold_parse_any("../x.held-0000002a/", &id, NULL), 0);
	assert_int_equal(hold_parse_any("..", &id, NULL), 0);
}

/* --- There and back ------------------------------------------------------- */

static void there_and_back(void **state)
{
	char *before = rig_describe();
	uint64_t records[RIG_NAMES];
	char path[2 * DELIVERY_NAME_BYTES];

	(void)state;
	for (size_t i = 0; i < RIG_NAMES; i++) {
		snprintf(path, sizeof(path), "D/%s", rig_names[i]);
		records[i] = rig_record_of(path);
		rig_hold("D", rig_names[i]);
		rig_expect_sound();
		assert_int_equal(volume_exists(&rig_volume.volume, path), 0);
		snprintf(path, sizeof(path), AWAY "/%s", rig_names[i]);
		assert_int_equal(rig_record_of(path), records[i]);
	}
	/* The short name went along. */
	assert_int_equal(
		volume_exists(&rig_volume.volume, "D/C-0000~1.SYS"), 0);
	assert_int_equal(rig_record_of(AWAY "/C-0000~1.SYS"), records[0]);
	for (size_t i = 0; i < RIG_NAMES; i++) {
		assert_int_equal(volume_exists(&rig_volume.volume, AWAY), 1);
		rig_undo("D", rig_names[i]);
		rig_expect_sound();
	}
	/* The folder is gone with its last file. */
	assert_int_equal(volume_exists(&rig_volume.volume, AWAY), 0);
	for (size_t i = 0; i < RIG_NAMES; i++) {
		snprintf(path, sizeof(path), "D/%s", rig_names[i]);
		assert_int_equal(rig_record_of(path), records[i]);
	}
	free(before);
}

/* What a hold leaves alone: every byte of the file's record but parents. */
static void only_the_parent_changes(void **state)
{
	uint64_t number = rig_record_of("D/" RIG_CHANNEL);
	uint64_t place =
		peek_record_place(rig_volume.bytes, rig_volume.size, number);
	unsigned char *before = rig_snapshot();
	unsigned int changed = 0;

	(void)state;
	rig_hold("D", RIG_CHANNEL);
	for (size_t i = 0; i < 1024; i++)
		changed += before[place + i] != rig_volume.bytes[place + i];
	/* Two references, and the update sequence number. */
	assert_in_range(changed, 1, 2 * 8 + 2 + 4);
	rig_undo("D", RIG_CHANNEL);
	for (size_t i = 0; i < 1024; i++)
		if (before[place + i] != rig_volume.bytes[place + i])
			/* The update sequence: at 48, and at the sectors' ends
			 */
			assert_true((i >= 48 && i < 54) || i % 512 >= 510);
	free(before);
}

/* --- Listing -------------------------------------------------------------- */

static void moved_files_are_listed(void **state)
{
	(void)state;
	read_list(&rule);
	assert_int_equal(list.delivery_count, 8);
	rig_hold("D", RIG_CHANNEL);
	rig_hold("D", "csagent.sys");
	read_list(&rule);
	assert_int_equal(list.delivery_count, 6);
	assert_int_equal(list.held_count, 2);
	assert_string_equal(list.held[0].name, BESIDE RIG_CHANNEL);
	assert_int_equal(list.held[0].hold_id, RIG_HOLD_ID);
	assert_ptr_equal(list.held[0].rule, &rule);
	assert_string_equal(list.held[1].name, BESIDE "csagent.sys");
	rig_undo("D", RIG_CHANNEL);
	rig_undo("D", "csagent.sys");
	read_list(&rule);
	assert_int_equal(list.delivery_count, 8);
	assert_int_equal(list.held_count, 0);
}

/* Files of that name, folders of others, files that no rule means. */
static void what_else_lies_beside(void **state)
{
	(void)state;
	rig_open("file /D/a.sys text a\nfile /D.held-00000001 text x\n"
		 "file /D.held-00000002/b.sys text b\n"
		 "file /D.held-00000002/b.txt text no\n"
		 "file /D.held-00000002/c.sys.held-00000002 text no\n"
		 "dir /D.held-00000002/folder.sys\n"
		 "dir /D.held-00000003\nfile /E.held-00000004/d.sys text d\n"
		 "file /D/e.sys.held-00000005 text e\n");
	read_list(&rule);
	assert_int_equal(list.delivery_count, 1);
	assert_int_equal(list.held_count, 2);
	assert_string_equal(list.held[0].name, "e.sys.held-00000005");
	assert_string_equal(list.held[1].name, "../D.held-00000002/b.sys");
}

/* --- Refused -------------------------------------------------------------- */

static int hold(const char *folder, const char *name)
{
	int err = hold_apply(
		&rig_volume.volume, HOLD_MOVED, folder, name, RIG_HOLD_ID);

	(void)volume_close(&rig_volume.volume);
	overlay_close(&rig_volume.overlay);
	mounted_mount(&rig_volume);
	return err;
}

static void refused(void **state)
{
	char manifest[8000] = "file /D/a.sys text a\nfile /" AWAY " text x\n";
	char name[300];
	size_t n;

	(void)state;
	rig_open(manifest);
	assert_int_equal(hold("D", "a.sys"), -ERR_EXISTS);
	rig_open("file /D/a.sys text a\ndir /D/b.sys\nfile /c.sys text c\n"
		 "dir /E\n");
	assert_int_equal(hold("D", "b.sys"), -ERR_UNSUPPORTED);
	assert_int_equal(hold("D", "none.sys"), -ERR_NOT_FOUND);
	assert_int_equal(hold("none", "a.sys"), -ERR_NOT_FOUND);
	assert_int_equal(hold("", "c.sys"), -ERR_UNSUPPORTED);
	rig_link("D/a.sys", "E", "second.sys");
	assert_int_equal(hold("D", "a.sys"), -ERR_UNSUPPORTED);
	/* Another folder's index is not made to grow. */
	n = 0;
	for (int i = 0; i < 12; i++)
		n += (size_t)sprintf(manifest + n,
			"file /P/%c%060d.dat text x\n", 'a' + i, i);
	sprintf(manifest + n, "file /P/D/a.sys text a\n");
	for (int more = 0; more < 40; more++) {
		int err;

		sprintf(name, "file /P/z%0*d text x\n", more % 50 + 1, more);
		strcat(manifest, name);
		rig_open(manifest);
		err = hold("P/D", "a.sys");
		if (err == -ERR_NO_SPACE)
			return;
		assert_int_equal(err, 0);
	}
	fail_msg("no index was ever full");
}

/* A new file of that name, or with that short name, has come since. */
static void a_new_file_is_not_replaced(void **state)
{
	(void)state;
	rig_open("file /D/a.sys text new\nfile /" AWAY "/a.sys text old\n"
		 "file /D/b-new.sys text new\ndosname /D/b-new.sys B~1.SYS\n"
		 "file /" AWAY "/b-old.sys text old\n"
		 "dosname /" AWAY "/b-old.sys B~1.SYS\n");
	assert_int_equal(hold_undo(&rig_volume.volume, "D", BESIDE "a.sys"),
		-ERR_EXISTS);
	assert_true(overlay_is_empty(&rig_volume.overlay));
	assert_int_equal(hold_undo(&rig_volume.volume, "D", BESIDE "b-old.sys"),
		-ERR_EXISTS);
}

/* --- The power cut -------------------------------------------------------- */

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
	read_list(&rule);
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
			setup(state);
			cut_all(names_to_cut[i], is_undo);
		}
}

/* Half of it, either way: still a delivery, until it is on hold only. */
static void halves(void **state)
{
	struct volume *v = &rig_volume.volume;

	(void)state;
	for (enum hold_phase p = HOLD_MAKE; p <= HOLD_ENTER; p++) {
		assert_int_equal(one_phase(RIG_CHANNEL, p, false), 0);
		mounted_keep(&rig_volume);
	}
	read_list(&rule);
	assert_int_equal(list.delivery_count, 8);
	assert_int_equal(list.held_count, 0);
	assert_int_equal(delivery_list_find_halves(v, &list, &list), 0);
	assert_int_equal(list.held_count, 1);
	assert_string_equal(list.held[0].name, BESIDE RIG_CHANNEL);
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
	read_list(&rule);
	assert_int_equal(list.delivery_count, 8);
	rig_hold("D", RIG_CHANNEL);
	free(before);
}

static void failures(void **state)
{
	(void)state;
	rig_fail_each(RIG_CHANNEL, false);
	rig_fail_each(RIG_CHANNEL, true);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		TEST(there_and_back),
		TEST(only_the_parent_changes),
		TEST(moved_files_are_listed),
		TEST(what_else_lies_beside),
		TEST(refused),
		TEST(a_new_file_is_not_replaced),
		TEST(cut_anywhere),
		TEST(halves),
		TEST(an_entry_that_leads_nowhere),
		TEST(failures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
