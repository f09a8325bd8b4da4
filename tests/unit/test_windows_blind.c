/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looking for Windows where not everything can be looked at. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "storage/err.h"
#include "storage/ntfs_lib.h"
#include "tests/support/disk_layout.h"
#include "tests/support/failalloc.h"
#include "tests/support/search_rig.h"

/* --- Could not look ------------------------------------------------------- */

static void unreadable_disk(void **state)
{
	(void)state;
	search_add_windows_disk(1, 1);
	search_disks[0].bad_to = UINT64_MAX;
	assert_int_equal(search_find(), WINDOWS_UNREADABLE);
	assert_int_equal(search_found.err, -ERR_IO);
	search_disks[0].bad_to = 0;
	assert_int_equal(search_find(), WINDOWS_ONE);
	windows_close(&search_found);
	/* Another disk may hold another Windows. */
	search_add_windows_disk(2, 2);
	search_disks[1].bad_to = UINT64_MAX;
	assert_int_equal(search_find(), WINDOWS_UNREADABLE);
	assert_int_equal(search_found.err, -ERR_IO);
}

static void damaged_windows(void **state)
{
	struct emudisk *e = search_add_windows_disk(1, 1);

	(void)state;
	search_destroy_root(e, PLACE(0));
	assert_int_equal(search_find(), WINDOWS_UNREADABLE);
	assert_int_equal(search_found.unreadable_volumes, 1);
	assert_int_equal(search_found.err, -ERR_CORRUPT);
}

/*
 * Of two Windows never one, of one never none, whatever cannot be read.
 */
static void every_read_fails(bool has_second)
{
	uint64_t reads[2];

	search_add_windows_disk(1, 1);
	search_put_volume(search_add_gpt_disk(2), PLACE(0),
		has_second ? search_with_windows : search_without_windows, 2);
	assert_int_equal(
		search_find(), has_second ? WINDOWS_SEVERAL : WINDOWS_ONE);
	windows_close(&search_found);
	for (int d = 0; d < 2; d++)
		reads[d] = search_disks[d].counts.reads;
	for (int d = 0; d < 2; d++) {
		assert_true(reads[d] > 5);
		for (uint64_t n = 1; n <= reads[d]; n++) {
			for (int on = 0; on < 2; on++) {
				enum windows_found found;

				emudisk_reset(&search_disks[0]);
				emudisk_reset(&search_disks[1]);
				emudisk_plan_fault(&search_disks[d],
					EMUDISK_READ, EMUDISK_FAIL, n, on);
				found = search_find();
				if (found == WINDOWS_NONE ||
					(has_second && found == WINDOWS_ONE) ||
					(on && found == WINDOWS_ONE))
					fail_msg("find:read %d:%d:%d: %d", d,
						(int)n, on, found);
				windows_close(&search_found);
			}
		}
	}
}

static void failing_reads_with_one(void **state)
{
	(void)state;
	every_read_fails(false);
}

static void failing_reads_with_two(void **state)
{
	(void)state;
	every_read_fails(true);
}

static void failing_allocations(void **state)
{
	bool was_hit = true;

	(void)state;
	search_add_windows_disk(1, 1);
	search_add_windows_disk(2, 2);
	for (uint64_t n = 1; was_hit; n++) {
		enum windows_found found;

		failalloc_arm(n, false);
		found = search_find();
		was_hit = failalloc_disarm();
		if (found != WINDOWS_SEVERAL && found != WINDOWS_UNREADABLE)
			fail_msg("find:allocation:%d: %d", (int)n, found);
		assert_true(was_hit || found == WINDOWS_SEVERAL);
		windows_close(&search_found);
	}
	assert_true(failalloc_count() > 100);
}

/* More NTFS volumes than can be compared: a copy could hide among them. */
static void too_many_volumes(void **state)
{
	static struct layout_gpt_part parts[FIND_MAX_VOLUMES];
	struct emudisk *e;

	(void)state;
	for (size_t i = 0; i < FIND_MAX_VOLUMES; i++)
		parts[i] = (struct layout_gpt_part){layout_type_data,
			PLACE(0) / 512,
			(PLACE(0) + SEARCH_VOLUME_BYTES) / 512 - 1};
	for (unsigned char i = 1; i <= 5; i++) {
		e = search_add_gpt_disk(i);
		search_put_volume(e, PLACE(0), search_without_windows, i);
		if (i == 5)
			break; /* one more than 4 * FIND_MAX_VOLUMES */
		layout_gpt(e, parts, FIND_MAX_VOLUMES, LAYOUT_BOTH);
		layout_gpt_guid(e, i);
	}
	assert_int_equal(search_find(), WINDOWS_UNREADABLE);
	assert_int_equal(search_found.err, -ERR_TOO_LARGE);
	assert_int_equal(search_found.ntfs_volumes, 4 * FIND_MAX_VOLUMES + 1);
}

/* What libntfs-3g still holds when it closes finds no memory any more. */
static void reopened_without_what_was_changed(void **state)
{
	struct stack *k;
	char byte;

	(void)state;
	search_add_windows_disk(1, 1);
	assert_int_equal(search_find(), WINDOWS_ONE);
	k = search_found.stack;
	ntfs_inode_mark_dirty(k->volume.ntfs->vol_ni);
	assert_int_equal(disk_read(&k->overlay.disk, MIB, &byte, 1), 0);
	failalloc_arm(1, true);
	assert_int_equal(
		disk_write(&k->overlay.disk, MIB, &byte, 1), -ERR_NO_MEMORY);
	assert_true(failalloc_disarm());
	assert_int_equal(windows_reopen(&search_found), -ERR_NO_MEMORY);
	assert_null(k->volume.ntfs);
}

#define TEST(test)                                                             \
	cmocka_unit_test_setup_teardown(test, search_setup, search_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(unreadable_disk),
		TEST(damaged_windows),
		TEST(failing_reads_with_one),
		TEST(failing_reads_with_two),
		TEST(failing_allocations),
		TEST(too_many_volumes),
		TEST(reopened_without_what_was_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
