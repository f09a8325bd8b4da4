/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "storage/guid.h"

#include <stdio.h>

#include "storage/bytes.h"

const char *guid_text(const uint8_t guid[GUID_BYTES], char buf[GUID_TEXT_BYTES])
{
	snprintf(buf, GUID_TEXT_BYTES,
		"%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x",
		(unsigned int)le32_get(guid), (unsigned int)le16_get(guid + 4),
		(unsigned int)le16_get(guid + 6), guid[8], guid[9], guid[10],
		guid[11], guid[12], guid[13], guid[14], guid[15]);
	return buf;
}

bool guid_is_none(const uint8_t guid[GUID_BYTES])
{
	for (int i = 1; i < GUID_BYTES; i++)
		if (guid[i] != guid[0])
			return false;
	return guid[0] == 0 || guid[0] == 0xFF;
}
