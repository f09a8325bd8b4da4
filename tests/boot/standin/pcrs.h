/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The TPM's platform configuration registers as Windows finds them, which is
 * what BitLocker's key hangs on.
 */
#ifndef TESTS_BOOT_STANDIN_PCRS_H
#define TESTS_BOOT_STANDIN_PCRS_H

#include "efi/firmware.h"

#define PCR_BYTES 32 /* of the SHA-256 bank */

/**
 * pcrs_read - read one register of the SHA-256 bank
 *
 * Returns 0; -ERR_NOT_FOUND if there is no TPM; -ERR_IO.
 */
int pcrs_read(const struct firmware *fw, unsigned int number,
	uint8_t ret_digest[PCR_BYTES]);

#endif
