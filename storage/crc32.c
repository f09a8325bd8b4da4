/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reflected CRC-32, one bit at a time. */
#include "storage/crc32.h"

#define POLYNOMIAL 0xEDB88320u /* bit-reversed 0x04C11DB7 */

uint32_t crc32_of(const void *bytes, size_t len)
{
	const uint8_t *b = bytes;
	uint32_t crc = 0xFFFFFFFFu;
	size_t i;
	int bit;

	for (i = 0; i < len; i++) {
		crc ^= b[i];
		for (bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (POLYNOMIAL & (0u - (crc & 1)));
	}
	return ~crc;
}
