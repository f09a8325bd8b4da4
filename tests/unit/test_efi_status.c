/* SPDX-License-Identifier: GPL-2.0-or-later */
/* EFI_STATUS and enum err, in both directions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "efi/status.h"
#include "storage/err.h"

static void every_err_survives_the_round_trip(void **state)
{
	(void)state;
	assert_int_equal(status_from_err(0), EFI_SUCCESS);
	assert_int_equal(status_to_err(EFI_SUCCESS), 0);
	for (int err = ERR_IO; err <= ERR_INTERNAL; err++) {
		EFI_STATUS status = status_from_err(-err);

		assert_true(EFI_ERROR(status));
		if (err == ERR_AMBIGUOUS || err == ERR_NOT_STORED)
			assert_int_equal(status, EFI_ABORTED);
		else
			assert_int_equal(status_to_err(status), -err);
	}
}

static void every_status_is_an_error(void **state)
{
	(void)state;
	for (EFI_STATUS n = 1; n < 64; n++) {
		assert_true(status_to_err(EFIERR(n)) < 0);
		assert_true(strlen(status_text(EFIERR(n))) > 0);
		/* A warning is not success either. */
		assert_int_equal(status_to_err(n), -ERR_IO);
	}
	assert_string_equal(status_text(EFI_NO_MAPPING), "no mapping");
	assert_string_equal(status_text(EFI_SUCCESS), "success");
	assert_string_equal(status_text(EFIERR(60)), "unknown status");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_err_survives_the_round_trip),
		cmocka_unit_test(every_status_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
