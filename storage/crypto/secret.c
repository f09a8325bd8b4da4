/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "storage/crypto/secret.h"

#include <mbedtls/platform_util.h>

void secret_wipe(void *bytes, size_t len)
{
	mbedtls_platform_zeroize(bytes, len);
}
