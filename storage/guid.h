/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * GUIDs as Windows and UEFI store them: the first three fields little-endian.
 */
#ifndef STORAGE_GUID_H
#define STORAGE_GUID_H

#include <stdbool.h>
#include <stdint.h>

#define GUID_BYTES	16
#define GUID_TEXT_BYTES 37 /* with the closing NUL */

/**
 * guid_text - @guid as "9d4a7cb0-ab9d-4d71-961f-50f1d9c9252f" in @buf
 *
 * Lower case, as libblkid writes it.  Returns @buf.
 */
const char *guid_text(
	const uint8_t guid[GUID_BYTES], char buf[GUID_TEXT_BYTES]);

/**
 * guid_is_none - all bits 0, or all 1
 *
 * So SMBIOS says that a PC has none, or none yet (DSP0134, 7.2.1).
 */
bool guid_is_none(const uint8_t guid[GUID_BYTES]);

#endif
