/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Paths as operators give them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/order_path.h"
#include "storage/err.h"

static struct order_path p;

static void takes_paths_apart(void **state)
{
	static const struct {
		const char *path;
		const char *folder;
		const char *name;
		const char *original;
		uint32_t hold_id; /* 0 = not a held file */
	} paths[] = {
		{"Windows/System32/x.sys", "Windows/System32", "x.sys", "x.sys",
			0},
		{"C:\\Windows\\System32\\x.sys", "Windows/System32", "x.sys",
			"x.sys", 0},
		{"d:x.sys", "", "x.sys", "x.sys", 0},
		{"/Windows//System32\\/x.sys", "Windows/System32", "x.sys",
			"x.sys", 0},
		{"x.sys", "", "x.sys", "x.sys", 0},
		{"Windows/x.sys/", "Windows", "x.sys", "x.sys", 0},
		{"Windows/x.sys.held-0000002a", "Windows",
			"x.sys.held-0000002a", "x.sys", 0x2a},
		{"Windows/x.sys.held-2a", "Windows", "x.sys.held-2a",
			"x.sys.held-2a", 0},
		{"Windows/...", "Windows", "...", "...", 0},
		{"Windows/.x", "Windows", ".x", ".x", 0},
		{"Windows/x.", "Windows", "x.", "x.", 0},
		{"Gr\xc3\xbc\xc3\x9f"
		 "e/\xe2\x82\xac.sys",
			"Gr\xc3\xbc\xc3\x9f"
			"e",
			"\xe2\x82\xac.sys", "\xe2\x82\xac.sys", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		char full[300] = "";

		memset(&p, 0xa5, sizeof(p));
		assert_int_equal(order_path_parse(paths[i].path, &p), 0);
		assert_string_equal(p.folder, paths[i].folder);
		assert_string_equal(p.name, paths[i].name);
		assert_string_equal(p.original, paths[i].original);
		assert_int_equal(p.is_held, paths[i].hold_id != 0);
		assert_int_equal(p.hold_id, paths[i].hold_id);
		strcat(strcat(strcat(full, p.folder), "/"), p.name);
		assert_string_equal(p.full, full);
	}
}

static void the_rule_takes_that_file_only(void **state)
{
	(void)state;
	assert_int_equal(order_path_parse("C:\\Windows\\a.sys", &p), 0);
	assert_string_equal(p.rule.folder, "Windows");
	assert_int_equal(p.rule.pattern_count, 1);
	assert_true(rule_matches(&p.rule, "a.sys"));
	assert_true(rule_matches(&p.rule, "A.SYS"));
	assert_false(rule_matches(&p.rule, "a.sys2"));
	assert_false(rule_matches(&p.rule, "ba.sys"));
	assert_false(rule_matches(&p.rule, "a.sys.held-0000002a"));
	assert_int_equal(order_path_parse("a.sys.held-0000002a", &p), 0);
	assert_true(rule_matches(&p.rule, "a.sys"));
}

static void rejects_what_is_no_file(void **state)
{
	static const char *const paths[] = {"", "/", "\\\\", "C:", "C:\\", ".",
		"..", "a/../b", "a/./b", "a/..", "*", "a/*.sys", "a?/b",
		"a/\xff", "\xc3", "a/\xed\xa0\x80"};

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (order_path_parse(paths[i], &p) != -ERR_CORRUPT)
			fail_msg("\"%s\"", paths[i]);
}

/* At every length: accepted whole, or rejected. */
static void long_paths(void **state)
{
	static char path[3 * ORDER_PATH_BYTES];
	unsigned int accepted = 0;

	(void)state;
	for (size_t len = 1; len < sizeof(path) - 1; len++) {
		int err;

		memset(path, 'x', len);
		path[len] = '\0';
		path[len / 2] = '/'; /* half folder, half name */
		err = order_path_parse(path, &p);
		if (len == 1) {
			assert_int_equal(err, -ERR_CORRUPT);
			continue;
		}
		if (err == 0) {
			accepted++;
			assert_int_equal(
				strlen(p.folder) + strlen(p.name) + 1, len);
		} else {
			assert_int_equal(err, -ERR_TOO_LARGE);
			assert_true(len >= ORDER_PATH_BYTES);
		}
	}
	assert_true(accepted > ORDER_PATH_BYTES);
	/* Many parts. */
	for (size_t len = 1; len < sizeof(path) - 1; len++) {
		path[len - 1] = len % 2 ? 'y' : '/';
		path[len] = '\0';
		if (order_path_parse(path, &p) == 0)
			assert_int_equal(strlen(p.name), 1);
		else
			assert_true(len >= ORDER_PATH_BYTES);
	}
}

/* Where a moved file lies now, and its own folder. */
static void a_moved_file(void **state)
{
	(void)state;
	assert_int_equal(
		order_path_parse("C:\\A\\B.held-0000002a\\x.sys", &p), 0);
	assert_string_equal(p.folder, "A/B");
	assert_string_equal(p.rule.folder, "A/B");
	assert_string_equal(p.original, "x.sys");
	assert_string_equal(p.full, "A/B.held-0000002a/x.sys");
	assert_true(p.is_held);
	assert_int_equal(p.hold_id, 0x2a);
	assert_int_equal(order_path_parse("B.held-0000002b/x.sys", &p), 0);
	assert_string_equal(p.folder, "B");
	assert_int_equal(p.hold_id, 0x2b);
	/* Further up it is somebody's folder. */
	assert_int_equal(order_path_parse("B.held-0000002b/C/x.sys", &p), 0);
	assert_string_equal(p.folder, "B.held-0000002b/C");
	assert_false(p.is_held);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_paths_apart),
		cmocka_unit_test(the_rule_takes_that_file_only),
		cmocka_unit_test(rejects_what_is_no_file),
		cmocka_unit_test(long_paths),
		cmocka_unit_test(a_moved_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
