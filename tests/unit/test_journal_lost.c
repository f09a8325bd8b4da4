/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Journals that do not lead back to their oldest record, because a page of
 * them is lost: never taken for replayed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "storage/bytes.h"
#include "storage/err.h"
#include "storage/journal_check.h"
#include "tests/support/journaled.h"

#define COMMITTED                                                              \
	"--committed Windows/a.sys=2 --committed Windows/b.sys=4 "             \
	"--unfinished Windows/c.sys=2"

#define RESTART_AREA 0x18 /* in a restart page */
#define AREA_CLIENTS                                                           \
	0x16		    /* in its area; the oldest LSN of the client first \
			     */
#define NEXT_RECORD    0x18 /* in a page: where a record begins; 0 = nowhere */
#define RECORD_PAGE_OF 0x08 /* in a copy: offset of the page that it is of */

#define MAX_PAGES 8

static const char *const journals[] = {
	"--version 1.1 " COMMITTED, "--version 2.0 " COMMITTED};

static unsigned int record_pages(unsigned int *ret)
{
	unsigned int count = 0;

	for (unsigned int n = 2; n < 64; n++)
		if (!memcmp(journaled_log_page(n), "RCRD", 4)) {
			assert_true(count < MAX_PAGES);
			ret[count++] = n;
		}
	return count;
}

static void lose(unsigned int page)
{
	memset(journaled_log_page(page), 0xff, JOURNAL_PAGE_BYTES);
}

/* As if there were records before the first one. */
static void forget_the_oldest(void)
{
	for (unsigned int n = 0; n < 2; n++) {
		unsigned char *area = journaled_log_page(n);
		unsigned char *client;

		area += le16_get(area + RESTART_AREA);
		client = area + le16_get(area + AREA_CLIENTS);
		le64_put(client, le64_get(client) - 0x100000);
	}
}

static int replay(struct replay_result *ret)
{
	int err = journaled_replay(ret);

	overlay_close(&journaled.overlay);
	return err;
}

/* Every set of pages lost: all that was committed is redone, or nothing. */
static void lost_pages(void **state)
{
	unsigned int list[MAX_PAGES], count, redone = 0, refused = 0;
	struct replay_result result;

	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		journaled_make(JOURNALED_MANIFEST, journals[i / 2]);
		count = record_pages(list);
		assert_true(count > 2);
		for (unsigned int lost = 0; lost < 1u << count; lost++) {
			int err;

			journaled_close(NULL);
			journaled_make(JOURNALED_MANIFEST, journals[i / 2]);
			if (i % 2)
				forget_the_oldest();
			for (unsigned int k = 0; k < count; k++)
				if (lost >> k & 1)
					lose(list[k]);
			err = replay(&result);
			redone += err == 0;
			refused += err < 0;
			if (err == 0)
				assert_int_equal(result.actions, 6);
			assert_true(err == 0 || err == -ERR_UNSUPPORTED ||
				    err == -ERR_CORRUPT);
			assert_false(err == 0 && i % 2);
		}
		journaled_close(NULL);
	}
	printf("counted: journals with lost pages: %u redone, %u refused\n",
		redone, refused);
	assert_true(redone >= 2);
}

/* The copies of the last page say that they are of one behind the end. */
static void copies_of_another_page(void **state)
{
	struct replay_result result;

	(void)state;
	for (int i = 0; i < 3; i++) {
		unsigned char *copies[] = {NULL, NULL};

		journaled_make(JOURNALED_MANIFEST, journals[0]);
		for (unsigned int n = 0; n < 2; n++) {
			copies[n] = journaled_log_page(2 + n);
			le64_put(copies[n] + RECORD_PAGE_OF, 1u << 30);
			le16_put(copies[n] + NEXT_RECORD, 0);
		}
		if (i == 1)
			memcpy(copies[0], copies[1], JOURNAL_PAGE_BYTES);
		if (i == 2)
			memcpy(copies[1], copies[0], JOURNAL_PAGE_BYTES);
		assert_int_equal(replay(&result), -ERR_CORRUPT);
		journaled_close(NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(lost_pages, journaled_close),
		cmocka_unit_test_teardown(
			copies_of_another_page, journaled_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
