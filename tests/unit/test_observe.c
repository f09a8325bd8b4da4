/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Observing with too little memory: known, or known to be unknown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/observe.h"
#include "storage/err.h"
#include "storage/ntfs_lib.h"
#include "tests/support/failalloc.h"
#include "tests/support/july_run.h"

static const struct july in_use = {
	.journal = "--version 2.0 --committed Windows/System32/ntoskrnl.exe=2"};

static struct windows w;
static struct observation seen;

static int teardown(void **state)
{
	observe_free(&seen);
	windows_close(&w);
	return pc_teardown(state);
}

static void find(void)
{
	windows_close(&w);
	assert_int_equal(windows_find(&w, &pc.machine.platform, WINDOWS_MARKER,
				 NULL, NULL),
		WINDOWS_ONE);
	observe_free(&seen);
	memset(&seen, 0, sizeof(seen));
}

static void observe(void)
{
	observe_volume(&seen, &w, pc.policy.rules, pc.policy.rule_count);
}

/* A journal that was not followed to its end hides what is on the disk. */
static void expect_all_or_unknown(uint64_t n)
{
	const struct evidence *e = &seen.evidence;

	if (e->was_replayed && e->deliveries_state == SOURCE_READ) {
		assert_int_equal(e->deliveries->delivery_count, 3);
		return;
	}
	if (seen.err == 0 || e->deliveries ||
		e->deliveries_state == SOURCE_READ)
		fail_msg("allocation %d: believed", (int)n);
	if (!e->was_replayed)
		assert_int_equal(e->journal, JOURNAL_UNREADABLE);
}

static void failing_allocations(void **state)
{
	unsigned int unreadable = 0;
	bool was_hit = true;

	(void)state;
	pc_start(&in_use);
	for (uint64_t n = 1; was_hit; n++) {
		find();
		failalloc_arm(n, false);
		observe();
		was_hit = failalloc_disarm();
		expect_all_or_unknown(n);
		unreadable += seen.evidence.journal == JOURNAL_UNREADABLE;
		assert_true(was_hit || seen.err == 0);
	}
	assert_true(unreadable > 10);
}

/* Before the journal is replayed, the volume has to be closed. */
static void a_volume_that_does_not_close(void **state)
{
	struct disk *overlay;
	char byte;

	(void)state;
	pc_start(&in_use);
	find();
	ntfs_inode_mark_dirty(w.stack->volume.ntfs->vol_ni);
	overlay = &w.stack->overlay.disk;
	assert_int_equal(disk_read(overlay, 0, &byte, 1), 0);
	failalloc_arm(1, true);
	assert_int_equal(disk_write(overlay, 0, &byte, 1), -ERR_NO_MEMORY);
	assert_true(failalloc_disarm());
	observe();
	assert_int_equal(seen.evidence.journal, JOURNAL_UNREADABLE);
	assert_int_equal(seen.journal_err, -ERR_NO_MEMORY);
	assert_int_equal(seen.evidence.deliveries_state, SOURCE_ABSENT);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, pc_setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(failing_allocations),
		TEST(a_volume_that_does_not_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
