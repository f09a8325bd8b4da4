/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads and allocations that fail while a journal with every known operation
 * is replayed: it ends with an error, the disk is not written, and the volume
 * can be opened again.
 *
 * LOOPBREAKER_DEEP tries each of them, otherwise one in SHALLOW_STEP.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "storage/err.h"
#include "tests/support/failalloc.h"
#include "tests/support/journaled.h"

#define MANIFEST_BYTES 131072
#define SHALLOW_STEP   13

static const char *const journals[] = {
	"--version 1.1 --operation all", "--version 2.0 --operation all"};

static char manifest[MANIFEST_BYTES];
static unsigned char *original; /* the disk */
static unsigned char *redone;	/* what is seen through the overlay */

static uint64_t step(void)
{
	return getenv("LOOPBREAKER_DEEP") ? 1 : SHALLOW_STEP;
}

static int read_manifest(void **state)
{
	size_t len;
	FILE *f = popen("python3 tests/support/journal_operations.py "
			"--manifest",
		"r");

	(void)state;
	if (!f)
		return -1;
	len = fread(manifest, 1, sizeof(manifest) - 1, f);
	return pclose(f) || !len || len == sizeof(manifest) - 1 ? -1 : 0;
}

static unsigned char *copy_of_disk(struct disk *disk)
{
	unsigned char *copy = malloc(journaled.size);

	assert_non_null(copy);
	assert_int_equal(disk_read(disk, 0, copy, journaled.size), 0);
	return copy;
}

/* The volume, and what is expected; returns how many reads a replay takes. */
static uint64_t begin(const char *journal)
{
	struct replay_result result;
	uint64_t reads;

	journaled_make(manifest, journal);
	original = copy_of_disk(&journaled.slice.disk);
	emudisk_reset(&journaled.disk);
	assert_int_equal(journaled_replay(&result), 0);
	reads = journaled.disk.counts.reads;
	redone = copy_of_disk(&journaled.overlay.disk);
	overlay_close(&journaled.overlay);
	return reads;
}

static void end(void)
{
	free(original);
	free(redone);
}

/* All or nothing was redone, nothing was written, nothing stays open. */
static void judge(const char *what, uint64_t n, int err)
{
	unsigned char *now;

	if (err == 0) {
		now = copy_of_disk(&journaled.overlay.disk);
		if (memcmp(now, redone, journaled.size))
			fail_msg("%s:%d: half a replay", what, (int)n);
		free(now);
	}
	overlay_close(&journaled.overlay);
	if (journaled.disk.counts.writes ||
		memcmp(journaled.bytes, original, journaled.size))
		fail_msg("%s:%d: the disk was written", what, (int)n);
	mounted_mount(&journaled);
	mounted_unmount(&journaled);
}

static void failing_reads(void **state)
{
	struct replay_result result;
	unsigned int count = 0;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		uint64_t reads = begin(journals[i]);

		assert_true(reads > 50);
		for (uint64_t n = 1 + i; n <= reads; n += step()) {
			int err;

			emudisk_reset(&journaled.disk);
			emudisk_plan_fault(&journaled.disk, EMUDISK_READ,
				EMUDISK_FAIL, n, n % 2);
			err = journaled_replay(&result);
			emudisk_plan_fault(&journaled.disk, EMUDISK_READ,
				EMUDISK_FAIL, 0, false);
			if (err != -ERR_IO)
				fail_msg("read:%d: %d", (int)n, err);
			judge("read", n, err);
			count++;
		}
		end();
	}
	printf("counted: %u failing reads in a replay of every operation\n",
		count);
}

static void failing_allocations(void **state)
{
	struct replay_result result;
	unsigned int count = 0;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		bool was_hit = true;

		begin(journals[i]);
		for (uint64_t n = 1 + i; was_hit; n += step()) {
			int err;

			emudisk_reset(&journaled.disk);
			assert_int_equal(overlay_open(&journaled.overlay,
						 &journaled.slice.disk,
						 OVERLAY_MAX_BYTES),
				0);
			failalloc_arm(n, n % 2);
			err = journal_replay(&journaled.overlay,
				&journaled.overlay.disk, &result);
			was_hit = failalloc_disarm();
			assert_true(was_hit || err == 0);
			judge("allocation", n, err);
			count += was_hit;
		}
		end();
	}
	printf("counted: %u failing allocations in a replay of every "
	       "operation\n",
		count);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(failing_reads, journaled_close),
		cmocka_unit_test_teardown(failing_allocations, journaled_close),
	};

	return cmocka_run_group_tests(tests, read_manifest, NULL);
}
