/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The checks of crypto_check.h as tests of cmocka, for each engine. */
#ifndef TESTS_SUPPORT_CRYPTO_GROUP_H
#define TESTS_SUPPORT_CRYPTO_GROUP_H

#include <stddef.h>

#include "storage/crypto/engine.h"
#include "tests/support/crypto_check.h"

/**
 * crypto_group_run - every check, with C and with what @best says
 *
 * If that is C, too, its second half is reported as skipped.  Returns what
 * cmocka_run_group_tests() does.
 */
int crypto_group_run(const char *name, const struct crypto_check *checks,
	size_t count, enum crypto_engine best);

#endif
