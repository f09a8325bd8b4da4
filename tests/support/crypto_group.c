/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "tests/support/crypto_group.h"

#define MAX_CHECKS 16
#define SEED	   1619

struct trial {
	const struct crypto_check *check;
	enum crypto_engine engine;
	enum crypto_engine best;
	char name[80];
};

static void trial_run(void **state)
{
	const struct trial *t = *state;
	const char *wrong;

	if (t->engine == CRYPTO_INSTRUCTIONS && t->best == CRYPTO_PORTABLE)
		skip();
	wrong = t->check->run(t->engine, SEED);
	if (wrong)
		fail_msg("%s (seed %d)", wrong, SEED);
}

int crypto_group_run(const char *name, const struct crypto_check *checks,
	size_t count, enum crypto_engine best)
{
	static const char *const engines[] = {"C", "instructions"};
	struct CMUnitTest tests[2 * MAX_CHECKS];
	struct trial trials[2 * MAX_CHECKS];
	size_t i;

	assert_in_range(count, 1, MAX_CHECKS);
	for (i = 0; i < 2 * count; i++) {
		struct trial *t = &trials[i];

		t->check = &checks[i / 2];
		t->engine = i % 2 ? CRYPTO_INSTRUCTIONS : CRYPTO_PORTABLE;
		t->best = best;
		snprintf(t->name, sizeof(t->name), "%s, by %s", t->check->name,
			engines[i % 2]);
		tests[i] =
			(struct CMUnitTest){t->name, trial_run, NULL, NULL, t};
	}
	return _cmocka_run_group_tests(name, tests, 2 * count, NULL, NULL);
}
