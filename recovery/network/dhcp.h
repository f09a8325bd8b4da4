/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a DHCP answer says that the program is to be had: the packet that the
 * firmware's PXE has kept.  RFC 2131 and 2132 for IPv4, RFC 8415 and 5970 for
 * IPv6.  Hostile bytes: whoever is first on the wire may answer.
 */
#ifndef RECOVERY_NETWORK_DHCP_H
#define RECOVERY_NETWORK_DHCP_H

#include "recovery/network/origin.h"

/* What PXE keeps of a packet. */
#define NET_DHCP_MAX_BYTES 1472

/**
 * net_dhcp4_check - from an answer of IPv4
 * @packet: @len bytes, from the "op" field on
 *
 * The file is option 67, or the field of that name where it is not used for
 * options; a URL in it says all.  Otherwise it is fetched by TFTP from the
 * "next server", or where there is none from what option 66 or 54 names.  Of
 * several log servers (option 7) or routers (3) the first is taken; of an
 * option that comes twice the first.
 *
 * Returns 0, with NET_NOWHERE if it names no file, or no server by its address;
 * -ERR_TRUNCATED; -ERR_CORRUPT; -ERR_TOO_LARGE; or as net_url_check().  *@ret
 * is written only on success.
 */
int net_dhcp4_check(const void *packet, size_t len, struct net_origin *ret);

/**
 * net_dhcp6_check - from an answer of IPv6: option 59 is a URL
 *
 * As net_dhcp4_check().  There is no log server.
 */
int net_dhcp6_check(const void *packet, size_t len, struct net_origin *ret);

#endif
