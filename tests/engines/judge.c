/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/engines/judge.h"

#include <stdio.h>

#include "storage/crypto/engine.h"
#include "tests/engines/registers_check.h"
#include "tests/support/crypto_check.h"

#define SEED 180

static const char *const engine_names[] = {"C", "instructions"};

/* Returns how many failed. */
static int checks_run(const struct crypto_check *checks, size_t count,
	enum crypto_engine engine)
{
	int failed = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		const char *wrong = checks[i].run(engine, SEED);

		printf("%s - %s, by %s%s%s\n", wrong ? "not ok" : "ok",
			checks[i].name, engine_names[engine], wrong ? ": " : "",
			wrong ? wrong : "");
		failed += wrong != NULL;
	}
	return failed;
}

static int group_run(const char *name, const struct crypto_check *checks,
	size_t count, enum crypto_engine best)
{
	int failed;

	printf("%s %s\n", name, engine_names[best]);
	failed = checks_run(checks, count, CRYPTO_PORTABLE);
	if (best != CRYPTO_PORTABLE)
		failed += checks_run(checks, count, best);
	return failed;
}

int engines_judge(void)
{
	enum crypto_engine aes = crypto_engine_for_aes();
	enum crypto_engine sha256 = crypto_engine_for_sha256();
	int failed =
		group_run("aes", crypto_check_aes, crypto_check_aes_count, aes);

	failed += group_run("sha256", crypto_check_sha256,
		crypto_check_sha256_count, sha256);
	if (aes == CRYPTO_INSTRUCTIONS)
		failed += registers_check_aes();
	if (sha256 == CRYPTO_INSTRUCTIONS)
		failed += registers_check_sha256();
	return failed;
}
