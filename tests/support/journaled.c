/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/journaled.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define LOG_PAGE 4096

struct mounted journaled;

void journaled_make(const char *manifest, const char *journal)
{
	struct image_plan plan = {.manifest = manifest, .journal = journal};

	mounted_close(&journaled);
	mounted_make(&journaled, &plan);
}

enum journal_state journaled_classify(void)
{
	enum journal_state state = (enum journal_state)99;

	mounted_mount(&journaled);
	assert_int_equal(journal_classify(&journaled.volume, &state), 0);
	assert_true(overlay_is_empty(&journaled.overlay));
	mounted_unmount(&journaled);
	return state;
}

int journaled_replay(struct replay_result *ret)
{
	assert_int_equal(overlay_open(&journaled.overlay, &journaled.slice.disk,
				 OVERLAY_MAX_BYTES),
		0);
	return journal_replay(&journaled.overlay, &journaled.overlay.disk, ret);
}

/* Where page @n of $LogFile lies: it is in one piece on a new volume. */
unsigned char *journaled_log_page(unsigned int n)
{
	for (uint64_t off = 0; off < journaled.size; off += LOG_PAGE)
		if (!memcmp(journaled.bytes + off, "RSTR", 4))
			return journaled.bytes + off + n * LOG_PAGE;
	fail_msg("no restart page");
	return NULL;
}

int journaled_close(void **state)
{
	(void)state;
	mounted_close(&journaled);
	return 0;
}
