/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SHA-256 by C and by this processor's instructions (crypto_check_sha256.c). */
#include "storage/crypto/engine.h"
#include "tests/support/crypto_check.h"
#include "tests/support/crypto_group.h"

int main(void)
{
	return crypto_group_run("sha256", crypto_check_sha256,
		crypto_check_sha256_count, crypto_engine_for_sha256());
}
