/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finding Windows with too little memory: the right one, or none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "storage/err.h"
#include "tests/support/disk_layout.h"
#include "tests/support/failalloc.h"
#include "tests/support/hive_maker.h"
#include "tests/support/search_rig.h"

static struct made_hive made;

static int teardown(void **state)
{
	hive_free(&made);
	memset(&made, 0, sizeof(made));
	return search_teardown(state);
}

/* The default is on partition 2 of the second disk. */
static void put_config(void)
{
	char text[512];
	const char *words[] = {text, NULL};
	struct fake_file *f = &search_machine.boot_files[BOOT_FILE_BCD];

	(void)snprintf(text, sizeof(text),
		"{'default': 'a', 'loaders': {'a': {'gpt': ("
		"'a0a1a2a3-a4a5-a6a7-a8a9-aaabacadae02', '" LAYOUT_PART_GUID
		"')}}}",
		2);
	hive_make_bcd(&made, words);
	f->bytes = made.primary.bytes;
	f->len = (size_t)made.primary.disk.size_bytes;
}

/* The stack of the first disk goes, and one of the second is opened anew. */
static void the_second_of_two(void **state)
{
	unsigned int failures = 0;
	bool was_hit = true;

	(void)state;
	search_put_volume(
		search_add_gpt_disk(1), PLACE(0), search_with_windows, 1);
	search_put_volume(
		search_add_gpt_disk(2), PLACE(0), search_with_windows, 2);
	put_config();
	for (uint64_t n = 1; was_hit; n++) {
		enum windows_found found;

		windows_close(&search_found);
		failalloc_arm(n, false);
		found = search_find();
		was_hit = failalloc_disarm();
		if (found == WINDOWS_ONE) {
			assert_int_equal(search_found.stack->volume.serial, 2);
			continue;
		}
		assert_true(was_hit);
		assert_null(search_found.stack);
		/* Without the boot configuration there are two. */
		if (found == WINDOWS_SEVERAL) {
			assert_int_equal(search_config.err, -ERR_NO_MEMORY);
			continue;
		}
		assert_int_equal(found, WINDOWS_UNREADABLE);
		assert_int_equal(search_found.err, -ERR_NO_MEMORY);
		failures++;
	}
	assert_true(failures > 10);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, search_setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_second_of_two),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
