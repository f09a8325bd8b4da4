/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CRC-32 as in IEEE 802.3, zlib and GPT, for our own small structures.
 *
 * Own code, because no library that is linked offers one: mbedtls has none,
 * and the one inside libblkid is a private symbol of that library.  Without a
 * table: it never sees more than a few hundred bytes.
 */
#ifndef STORAGE_CRC32_H
#define STORAGE_CRC32_H

#include <stddef.h>
#include <stdint.h>

/** crc32_of - the checksum of @len bytes; 0xCBF43926 for "123456789" */
uint32_t crc32_of(const void *bytes, size_t len);

#endif
