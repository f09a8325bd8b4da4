/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "storage/bitlocker/recovery_password.h"

#include <stdbool.h>
#include <string.h>

#include "storage/bytes.h"
#include "storage/crypto/secret.h"

#define FACTOR 11

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_white(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* What keyboards of other layouts and people put between groups. */
static bool is_divider(char c)
{
	return c == '-' || c == '.' || c == ':' || c == ',' || c == '_' ||
	       c == ' ' || c == '\t';
}

enum recovery_group recovery_group_check(
	const char *text, size_t len, uint16_t *ret_value)
{
	uint32_t value = 0;
	size_t i;

	for (i = 0; i < len; i++)
		if (!is_digit(text[i]))
			return RECOVERY_GROUP_NO_DIGIT;
	if (len < RECOVERY_PASSWORD_GROUP_DIGITS)
		return RECOVERY_GROUP_SHORT;
	if (len > RECOVERY_PASSWORD_GROUP_DIGITS)
		return RECOVERY_GROUP_LONG;
	for (i = 0; i < len; i++)
		value = value * 10 + (uint32_t)(text[i] - '0');
	if (value % FACTOR != 0)
		return RECOVERY_GROUP_MISTYPED;
	if (value / FACTOR > UINT16_MAX)
		return RECOVERY_GROUP_TOO_LARGE;
	*ret_value = (uint16_t)(value / FACTOR);
	return RECOVERY_GROUP_GOOD;
}

const char *recovery_group_text(enum recovery_group g)
{
	switch (g) {
	case RECOVERY_GROUP_GOOD:
		return "it is good";
	case RECOVERY_GROUP_SHORT:
		return "it has fewer than six digits";
	case RECOVERY_GROUP_LONG:
		return "there are more digits than there should be";
	case RECOVERY_GROUP_NO_DIGIT:
		return "there is something that is no digit";
	case RECOVERY_GROUP_MISTYPED:
		return "a digit of it is wrong";
	case RECOVERY_GROUP_TOO_LARGE:
		return "a digit of it is wrong: it is too large";
	}
	return "it is not known what is wrong";
}

/* Up to the next divider, but no more than @max. */
static size_t group_length(const char *text, size_t len, size_t max)
{
	size_t i = 0;

	while (i < len && i < max && !is_divider(text[i]))
		i++;
	return i;
}

enum recovery_group recovery_password_parse(const char *text, size_t len,
	uint8_t ret[RECOVERY_PASSWORD_BYTES], unsigned int *ret_group)
{
	uint8_t bytes[RECOVERY_PASSWORD_BYTES] = {0};
	enum recovery_group g = RECOVERY_GROUP_GOOD;
	unsigned int group;
	size_t max;

	while (len && is_white(text[len - 1]))
		len--;
	while (len && is_white(*text))
		text++, len--;
	/* Where somebody divides, a group may also be too long. */
	max = group_length(text, len, len) < len
		      ? len
		      : RECOVERY_PASSWORD_GROUP_DIGITS;
	for (group = 1; group <= RECOVERY_PASSWORD_GROUPS; group++) {
		size_t part = group_length(text, len, max);
		uint16_t value = 0;

		g = recovery_group_check(text, part, &value);
		if (g != RECOVERY_GROUP_GOOD)
			break;
		le16_put(bytes + 2 * (size_t)(group - 1), value);
		text += part;
		len -= part;
		if (group == RECOVERY_PASSWORD_GROUPS)
			continue;
		while (len && is_divider(*text))
			text++, len--;
	}
	if (g == RECOVERY_GROUP_GOOD && len)
		g = RECOVERY_GROUP_LONG;
	if (g == RECOVERY_GROUP_GOOD)
		memcpy(ret, bytes, sizeof(bytes));
	else
		*ret_group = group;
	secret_wipe(bytes, sizeof(bytes));
	return g;
}

const char *recovery_password_text(const uint8_t bytes[RECOVERY_PASSWORD_BYTES],
	char buf[RECOVERY_PASSWORD_TEXT_BYTES])
{
	char *to = buf;
	size_t group;

	for (group = 0; group < RECOVERY_PASSWORD_GROUPS; group++) {
		uint32_t value = (uint32_t)le16_get(bytes + 2 * group) * FACTOR;
		uint32_t unit;

		for (unit = 100000; unit; unit /= 10)
			*to++ = (char)('0' + value / unit % 10);
		*to++ = '-';
	}
	to[-1] = '\0';
	return buf;
}
