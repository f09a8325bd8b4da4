/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine's own name: the UUID in its SMBIOS tables (DMTF DSP0134), which
 * stays when the disk is changed and Windows installed anew.
 */
#ifndef EFI_SMBIOS_H
#define EFI_SMBIOS_H

#include "efi/firmware.h"

#define SMBIOS_ID_BYTES	      16
#define SMBIOS_MAX_BYTES      0x100000u
#define SMBIOS_MAX_STRUCTURES 4096u

/**
 * smbios_id_check - the UUID of the first "System Information" structure
 * @table: @len hostile bytes: structures, each with its strings
 *
 * Returns 0; -ERR_NOT_FOUND if there is none, or one that says "not set" (all
 * bits 0 or 1); -ERR_TRUNCATED; -ERR_CORRUPT.
 */
int smbios_id_check(
	const void *table, size_t len, uint8_t ret_id[SMBIOS_ID_BYTES]);

/**
 * smbios_id_get - the UUID that the firmware's tables tell
 *
 * As smbios_id_check(); -ERR_NOT_FOUND if there are no tables.
 */
int smbios_id_get(const struct firmware *fw, uint8_t ret_id[SMBIOS_ID_BYTES]);

#endif
