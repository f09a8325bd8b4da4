/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Folders whose index is sound, small ones and trees of blocks, Windows' own,
 * and what cannot be found out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "quarantine/hold.h"
#include "storage/err.h"
#include "tests/support/failalloc.h"
#include "tests/support/index_rig.h"

/* --- Sound ones ----------------------------------------------------------- */

static void sound(void **state)
{
	(void)state;
	open_volume();
	assert_int_equal(index_check(""), 0);
	assert_int_equal(index_check(SMALL), 0);
	assert_int_equal(index_check(MEDIUM), 0);
	assert_int_equal(index_check(LARGE), 0);
	/* A tree of three levels, or the cases above prove little. */
	assert_true(header(LARGE)[HAS_CHILDREN] & 1);
	assert_true(le64_get(attribute(LARGE, INDEX_ALLOCATION_TYPE) +
			     DATA_SIZE) > 20 * BLOCK_BYTES);
	assert_int_equal(
		hold_apply(&rig.volume, HOLD_FILE, LARGE, LARGE_NAME, 7), 0);
	assert_int_equal(index_check(LARGE), 0);
}

/* Blocks that are smaller than a cluster, and several times as large. */
static void other_clusters(void **state)
{
	const uint32_t clusters[] = {512, 1024, 8192, 65536};

	(void)state;
	for (size_t i = 0; i < sizeof(clusters) / sizeof(clusters[0]); i++) {
		mounted_open(&rig,
			&(struct image_plan){.size_bytes = 64u << 20,
				.manifest = "dir /Large\nfiller /Large 300\n",
				.cluster_bytes = clusters[i]});
		assert_int_equal(index_check(""), 0);
		assert_int_equal(index_check(LARGE), 0);
		if (clusters[i] == 512) {
			/* Not at the beginning of a block. */
			mounted_unmount(&rig);
			le64_put(child(first(header(LARGE))),
				le64_get(child(first(header(LARGE)))) + 1);
			mounted_mount(&rig);
			assert_int_equal(index_check(LARGE), -ERR_CORRUPT);
		}
		mounted_close(&rig);
	}
}

/* --- What nobody could find out ------------------------------------------- */

static void failures(void **state)
{
	ntfs_inode *dir;
	uint64_t nth = 0;
	int err;

	(void)state;
	open_volume();
	assert_int_equal(ntfs_inode_open_path(&rig.volume, LARGE, &dir), 0);
	do {
		failalloc_arm(++nth, false);
		err = folder_index_check(&rig.volume, dir);
		if (failalloc_disarm())
			assert_true(err < 0 && err != -ERR_CORRUPT);
		else
			assert_int_equal(err, 0);
	} while (err < 0);
	assert_true(nth > 3);
	assert_int_equal(ntfs_inode_shut(&rig.volume, dir, 0), 0);
	mounted_close(&rig);

	open_volume();
	assert_int_equal(ntfs_inode_open_path(&rig.volume, LARGE, &dir), 0);
	rig.disk.bad_from = (uint64_t)(leaf() - rig.disk.bytes);
	rig.disk.bad_to = rig.disk.bad_from + 1;
	assert_int_equal(folder_index_check(&rig.volume, dir), -ERR_IO);
	assert_int_equal(ntfs_inode_shut(&rig.volume, dir, 0), 0);
}

/* More blocks than anybody needs. */
static void too_large(void **state)
{
	unsigned char *a;

	(void)state;
	open_volume();
	mounted_unmount(&rig);
	a = attribute(LARGE, INDEX_ALLOCATION_TYPE);
	for (size_t i = 0; i < 3; i++) /* allocated, data, initialized */
		le64_put(a + DATA_SIZE - 8 + 8 * i,
			(FOLDER_INDEX_MAX_BLOCKS + 1ull) * BLOCK_BYTES);
	mounted_mount(&rig);
	assert_int_equal(index_check(LARGE), -ERR_TOO_LARGE);
}

/* Every folder of volumes that Windows has made. */
static void made_by_windows(void **state)
{
	static const struct {
		const char *name;
		uint64_t start;
	} real[] = {
		{"win10-clean-ads-40m.dd", 0},
		{"win10-index-2k-mbr-30m.raw", 65536},
		{"win10-si-vs-fn-mbr-1g.raw", 65536},
		{"win10-2Mclusters-mbr-1g.raw", 65536},
	};
	unsigned int folders = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(real) / sizeof(real[0]); i++) {
		if (!mounted_fixture(&rig, real[i].name, real[i].start))
			continue;
		mounted_mount(&rig);
		for (u64 n = FILE_root; n < 200; n++) {
			ntfs_inode *ni = ntfs_inode_open(rig.volume.ntfs, n);

			if (ni && ni->mrec->flags & MFT_RECORD_IS_DIRECTORY) {
				assert_int_equal(
					folder_index_check(&rig.volume, ni), 0);
				folders++;
			}
			if (ni)
				assert_int_equal(
					ntfs_inode_shut(&rig.volume, ni, 0), 0);
		}
		mounted_close(&rig);
	}
	if (folders)
		printf("counted: %u folders made by Windows\n", folders);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(sound, index_rig_teardown),
		cmocka_unit_test_teardown(other_clusters, index_rig_teardown),
		cmocka_unit_test_teardown(failures, index_rig_teardown),
		cmocka_unit_test_teardown(too_large, index_rig_teardown),
		cmocka_unit_test_teardown(made_by_windows, index_rig_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
