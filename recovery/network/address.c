/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/network/address.h"

#include <stdio.h>
#include <string.h>

#include "storage/ascii.h"
#include "storage/err.h"

#define IP4_DIGITS 3
#define IP6_DIGITS 4

bool net_address_is_set(const struct net_address *a)
{
	uint8_t any = 0;

	for (size_t i = 0; i < sizeof(a->bytes); i++)
		any |= a->bytes[i];
	return any != 0;
}

void net_address_text(
	const struct net_address *a, char ret[NET_ADDRESS_TEXT_BYTES])
{
	const uint8_t *b = a->bytes;
	size_t len = 0;

	ret[0] = '\0';
	if (!net_address_is_set(a))
		return;
	if (!a->is_ip6) {
		(void)snprintf(ret, NET_ADDRESS_TEXT_BYTES, "%u.%u.%u.%u", b[0],
			b[1], b[2], b[3]);
		return;
	}
	/* The last colon gives way to the NUL. */
	for (size_t i = 0; i < NET_IP6_BYTES; i += 2, len += 5)
		(void)snprintf(ret + len, NET_ADDRESS_TEXT_BYTES - len,
			"%02x%02x:", b[i], b[i + 1]);
}

void net_ip4_set(struct net_address *a, const uint8_t *bytes)
{
	memset(a, 0, sizeof(*a));
	memcpy(a->bytes, bytes, NET_IP4_BYTES);
}

static unsigned int digit_value(char c)
{
	c = ascii_lower(c);
	if (c >= '0' && c <= '9')
		return (unsigned int)(c - '0');
	return c >= 'a' && c <= 'f' ? (unsigned int)(c - 'a') + 10 : 16;
}

/* At most @max digits from @*at on; false if there is none, or one more. */
static bool number_take(const char *text, size_t len, size_t *at,
	unsigned int base, unsigned int max, unsigned int *ret)
{
	unsigned int value = 0;
	unsigned int digits = 0;

	while (*at < len && digits < max && digit_value(text[*at]) < base) {
		value = value * base + digit_value(text[*at]);
		(*at)++;
		digits++;
	}
	*ret = value;
	return digits > 0 && (*at == len || digit_value(text[*at]) >= base);
}

int net_ip4_parse(const char *text, size_t len, struct net_address *ret)
{
	uint8_t bytes[NET_IP4_BYTES];
	unsigned int value;
	size_t at = 0;

	for (size_t i = 0; i < NET_IP4_BYTES; i++) {
		if (i > 0 && (at == len || text[at++] != '.'))
			return -ERR_UNSUPPORTED;
		if (!number_take(text, len, &at, 10, IP4_DIGITS, &value) ||
			value > UINT8_MAX)
			return -ERR_UNSUPPORTED;
		bytes[i] = (uint8_t)value;
	}
	if (at != len)
		return -ERR_UNSUPPORTED;
	net_ip4_set(ret, bytes);
	return 0;
}

/* Two colons at @at, which stand for as many zeros as there is room for? */
static bool is_gap(const char *text, size_t len, size_t at)
{
	return len - at >= 2 && text[at] == ':' && text[at + 1] == ':';
}

/*
 * The groups into @bytes; *@ret_gap is how many bytes come before the gap, or
 * NET_IP6_BYTES without one.  Returns how many bytes there are, 0 if the text
 * is none.
 */
static size_t groups_take(
	const char *text, size_t len, uint8_t *bytes, size_t *ret_gap)
{
	size_t used = 0;
	size_t at = 0;
	unsigned int value;

	*ret_gap = NET_IP6_BYTES;
	while (at < len) {
		if (used == NET_IP6_BYTES)
			return 0;
		if (is_gap(text, len, at) && *ret_gap == NET_IP6_BYTES) {
			*ret_gap = used;
			at += 2;
			if (at == len)
				return used;
		} else if (used > 0 && text[at++] != ':') {
			return 0;
		}
		if (!number_take(text, len, &at, 16, IP6_DIGITS, &value))
			return 0;
		bytes[used++] = (uint8_t)(value >> 8);
		bytes[used++] = (uint8_t)value;
	}
	return used;
}

int net_ip6_parse(const char *text, size_t len, struct net_address *ret)
{
	uint8_t bytes[NET_IP6_BYTES];
	size_t gap;
	size_t used = groups_take(text, len, bytes, &gap);
	bool has_gap = gap < NET_IP6_BYTES;

	/* "::" alone is all zeros, which is nobody's address. */
	if (!used || has_gap == (used == NET_IP6_BYTES))
		return -ERR_UNSUPPORTED;
	if (!has_gap)
		gap = used;
	memset(ret, 0, sizeof(*ret));
	ret->is_ip6 = true;
	memcpy(ret->bytes, bytes, gap);
	memcpy(ret->bytes + NET_IP6_BYTES - (used - gap), bytes + gap,
		used - gap);
	return 0;
}
