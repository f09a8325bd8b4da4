/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Does somebody take a TCP connection there?  UEFI specification 2.10, 28.1. */
#ifndef EFI_TCP_REACH_H
#define EFI_TCP_REACH_H

#include "efi/net_link.h"

/**
 * tcp_reach - connect, and break off
 * @until_ms: clock_milliseconds() at which it is given up
 *
 * Returns 0; -ERR_IO if nobody does, or the firmware cannot connect.
 */
int tcp_reach(const struct net_link *l, const struct net_address *server,
	uint16_t port, uint64_t until_ms);

#endif
