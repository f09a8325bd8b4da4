/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What PCs are called in inventories, as the bytes that firmware draws lots
 * with.
 */
#ifndef LINUX_MACHINE_NAME_H
#define LINUX_MACHINE_NAME_H

#include <stdint.h>

#include "recovery/share.h"

/**
 * machine_name_uuid - "4C4C4544-0035-4710-8056-B4C04F483032", as Windows and
 * dmidecode show it; with or without the hyphens
 *
 * In the SMBIOS table (DSP0134, 7.2.1) the first three groups are numbers with
 * their lowest byte first, and so they are in @id.  Returns 0, or -1 if these
 * are not 32 hexadecimal digits; @id is undefined then.
 */
int machine_name_uuid(const char *text, uint8_t id[SHARE_ID_BYTES]);

/**
 * machine_name_mac - "52:54:00:12:34:56"; colons, hyphens and points are
 * passed over
 *
 * Returns 0, or -1 if these are not 12 hexadecimal digits.
 */
int machine_name_mac(const char *text, uint8_t mac[SHARE_MAC_BYTES]);

#endif
