/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "linux/machine_name.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Exactly @len bytes in hexadecimal, with any of @passed in between. */
static int parse(const char *text, const char *passed, uint8_t *ret, size_t len)
{
	size_t digits = 0;
	char pair[3] = "";

	for (; *text; text++) {
		if (strchr(passed, *text))
			continue;
		if (!strchr("0123456789abcdefABCDEF", *text) ||
			digits == 2 * len)
			return -1;
		pair[digits % 2] = *text;
		if (digits++ % 2)
			ret[digits / 2 - 1] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return digits == 2 * len ? 0 : -1;
}

int machine_name_uuid(const char *text, uint8_t id[SHARE_ID_BYTES])
{
	static const uint8_t place[SHARE_ID_BYTES] = {
		3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
	uint8_t shown[SHARE_ID_BYTES];
	size_t i;

	if (parse(text, "-", shown, sizeof(shown)) < 0)
		return -1;
	for (i = 0; i < sizeof(shown); i++)
		id[place[i]] = shown[i];
	return 0;
}

int machine_name_mac(const char *text, uint8_t mac[SHARE_MAC_BYTES])
{
	return parse(text, ":-.", mac, SHARE_MAC_BYTES);
}
