/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AES by C and by this processor's instructions (crypto_check_aes.c). */
#include "storage/crypto/engine.h"
#include "tests/support/crypto_check.h"
#include "tests/support/crypto_group.h"

int main(void)
{
	return crypto_group_run("aes", crypto_check_aes, crypto_check_aes_count,
		crypto_engine_for_aes());
}
