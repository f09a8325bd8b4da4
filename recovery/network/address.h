/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses of IPv4 and IPv6, and their text.  Own code: inet_pton() is POSIX,
 * and the firmware has nothing like it.
 */
#ifndef RECOVERY_NETWORK_ADDRESS_H
#define RECOVERY_NETWORK_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NET_IP4_BYTES 4
#define NET_IP6_BYTES 16

struct net_address {
	bool is_ip6;
	uint8_t bytes[NET_IP6_BYTES]; /* network order; of IPv4 the first 4 */
};

/** net_address_is_set - false for all zeros, which nobody has */
bool net_address_is_set(const struct net_address *a);

#define NET_ADDRESS_TEXT_BYTES 40 /* with the closing NUL */

/**
 * net_address_text - "192.0.2.1", or all eight groups of IPv6 with four digits
 *
 * Empty for all zeros.
 */
void net_address_text(
	const struct net_address *a, char ret[NET_ADDRESS_TEXT_BYTES]);

/** net_ip4_set - the IPv4 address at @bytes, NET_IP4_BYTES long */
void net_ip4_set(struct net_address *a, const uint8_t *bytes);

/**
 * net_ip4_parse - "192.0.2.1", and nothing before or behind it
 * @text: @len bytes
 *
 * Returns 0, or -ERR_UNSUPPORTED for anything else (a name, say).
 */
int net_ip4_parse(const char *text, size_t len, struct net_address *ret);

/**
 * net_ip6_parse - "2001:db8::1" (RFC 4291, section 2.2), as net_ip4_parse()
 *
 * Neither with a zone nor with an IPv4 address at its end.
 */
int net_ip6_parse(const char *text, size_t len, struct net_address *ret);

#endif
