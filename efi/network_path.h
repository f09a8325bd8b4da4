/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the device path of a program that was started from the network tells
 * (UEFI specification 2.10, section 10.3.4): the card, the PC's own address,
 * the URL.  Hostile bytes, like any device path.
 */
#ifndef EFI_NETWORK_PATH_H
#define EFI_NETWORK_PATH_H

#include "recovery/network/origin.h"

#define NETWORK_MAC_BYTES 6

struct network_path {
	bool has_mac; /* of Ethernet */
	uint8_t mac[NETWORK_MAC_BYTES];
	/* All zeros where the path does not say. */
	struct net_address local;
	struct net_address mask;    /* IPv4 */
	struct net_address gateway; /* IPv4 */
	/* NET_NOWHERE if there is no URL, or one that is not understood. */
	struct net_origin origin;
};

/**
 * network_path_check - what the device path at @bytes tells
 * @len: as of devpath_begin()
 *
 * Returns 0; -ERR_NOT_FOUND if no node of it is one of a network; or as
 * devpath_next().  *@ret is written only on success.
 */
int network_path_check(const void *bytes, size_t len, struct network_path *ret);

#endif
