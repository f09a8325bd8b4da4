/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QR codes, read back by somebody else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/qr_code.h"
#include "tests/support/qr_reader.h"

#define PIXELS	 3
#define MAX_SIDE ((QR_CODE_MAX_MODULES + 2 * QR_CODE_QUIET_MODULES) * PIXELS)

static uint8_t grey[MAX_SIDE * MAX_SIDE];

static void assert_reads(const char *text)
{
	struct qr_code q;
	char seen[256];
	size_t side;

	assert_true(qr_code_make(&q, text));
	assert_in_range(q.modules, 21, QR_CODE_MAX_MODULES);
	side = (q.modules + 2 * QR_CODE_QUIET_MODULES) * PIXELS;
	for (size_t i = 0; i < side * side; i++) {
		size_t x = i % side / PIXELS;
		size_t y = i / side / PIXELS;

		/* The margin: what wraps around is outside as well. */
		grey[i] = qr_code_is_dark(&q,
				  (unsigned int)(x - QR_CODE_QUIET_MODULES),
				  (unsigned int)(y - QR_CODE_QUIET_MODULES))
				  ? 0
				  : 255;
	}
	assert_true(qr_reader_read(grey, side, side, seen, sizeof(seen)));
	assert_string_equal(seen, text);
}

static void what_it_says_is_read_back(void **state)
{
	char longest[QR_CODE_MAX_TEXT + 2];

	(void)state;
	assert_reads("x");
	assert_reads("9D4A7CB0-AB9D-4D71-961F-50F1D9C9252F");
	assert_reads("LAPTOP-7 (serial 5CD1234) "
		     "9d4a7cb0-ab9d-4d71-961f-50f1d9c9252f");
	memset(longest, 'a', sizeof(longest));
	longest[QR_CODE_MAX_TEXT] = 0;
	assert_reads(longest);
}

static void what_does_not_fit_is_refused(void **state)
{
	char longer[QR_CODE_MAX_TEXT + 2];
	struct qr_code q;

	(void)state;
	assert_false(qr_code_make(&q, ""));
	memset(longer, 'a', sizeof(longer));
	longer[QR_CODE_MAX_TEXT + 1] = 0;
	assert_false(qr_code_make(&q, longer));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_it_says_is_read_back),
		cmocka_unit_test(what_does_not_fit_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
