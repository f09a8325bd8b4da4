/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine's own name: the UUID in its SMBIOS tables (DMTF DSP0134), which
 * stays when the disk is changed and Windows installed anew; and what is on its
 * label.
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

enum smbios_text {
	SMBIOS_MODEL, /* "Product Name" */
	SMBIOS_SERIAL
};

/**
 * smbios_text_check - a text of the first "System Information" structure
 * @ret: @cap bytes, at least 1; a longer text is cut, any bytes may be in it
 *
 * Returns 0; -ERR_NOT_FOUND if it says none; as smbios_id_check().
 */
int smbios_text_check(const void *table, size_t len, enum smbios_text which,
	char *ret, size_t cap);

/** smbios_text_get - the same from the firmware's tables */
int smbios_text_get(const struct firmware *fw, enum smbios_text which,
	char *ret, size_t cap);

#endif
