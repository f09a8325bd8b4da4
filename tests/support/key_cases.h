/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cases of test_key_text and test_key_csv: what is written, what is to come
 * out.
 */
#ifndef TESTS_SUPPORT_KEY_CASES_H
#define TESTS_SUPPORT_KEY_CASES_H

#include <stdlib.h>

#include "tests/support/exact.h"
#include "tests/support/key_sample.h"

#define KEY_CASE_BYTES 16384

struct key_case {
	const char *about;
	const char *pattern; /* of key_sample_write() */
	/*
	 * "1=2@3": key 1 for identifier 2 in row 3; "1~2" for its first eight
	 * digits, "1?" for none; "!g5@3": fault g, r, d, k or p (enum
	 * key_fault_kind in this order: GROUPS, GROUP, DIGITS, NO_KEY, PAIRS)
	 * with number 5 in row 3.  With a space behind each.
	 */
	const char *expected;
	const char *file; /* or NULL: "keys" */
};

typedef int key_case_parse(
	const struct key_source *source, const struct key_sink *sink);

/** key_case_read - parse @len bytes in a block of exactly their size */
static inline int key_case_read(key_case_parse *parse, const char *name,
	const void *bytes, size_t len, struct key_sample *ret)
{
	const struct key_sink sink = key_sample_sink(ret);
	void *exact = exact_copy(bytes, len);
	struct key_memory memory;
	int err;

	key_memory_open(&memory, name, exact, len);
	err = parse(&memory.source, &sink);
	free(exact);
	return err;
}

/** key_case_describe - as in .expected; keys first; returns @buf */
const char *key_case_describe(const struct key_sample *s, char *buf);

/** key_case_run - run all cases in every encoding; fails with what differs */
void key_case_run(
	const struct key_case *cases, size_t count, key_case_parse *parse);

/** key_case_run_stopped - the sink takes one key of @pattern and no more */
void key_case_run_stopped(const char *pattern, key_case_parse *parse);

#endif
