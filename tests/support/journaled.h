/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small volume with a journal as mkjournal.py makes it, for tests of
 * storage/journal.h.  Failures are failed assertions.
 */
#ifndef TESTS_SUPPORT_JOURNALED_H
#define TESTS_SUPPORT_JOURNALED_H

#include "storage/journal.h"
#include "tests/support/mounted.h"

#define JOURNALED_MANIFEST                                                     \
	"dir /Windows\n"                                                       \
	"file /Windows/a.sys repeat A 9000\n"                                  \
	"file /Windows/b.sys repeat B 9000\n"                                  \
	"file /Windows/c.sys text c\n"

extern struct mounted journaled;

/** journaled_make - another volume; @journal: options of mkjournal.py */
void journaled_make(const char *manifest, const char *journal);

/** journaled_classify - its state; nothing is written */
enum journal_state journaled_classify(void);

/** journaled_replay - journal_replay() on a fresh overlay */
int journaled_replay(struct replay_result *ret);

/** journaled_log_page - page @n of $LogFile, of JOURNAL_PAGE_BYTES bytes */
unsigned char *journaled_log_page(unsigned int n);

/** journaled_close - for cmocka: the teardown of each test */
int journaled_close(void **state);

#endif
