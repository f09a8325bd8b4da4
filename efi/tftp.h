/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole small files from a TFTP server, by the firmware's MTFTP drivers.
 *
 * Not by the base code of PXE, whose Mtftp() does not come back before the
 * server has been silent for 24 seconds, and takes any time from one that sends
 * a packet now and then (EDK2: six tries of four seconds; its callback is only
 * called for packets that arrive).  A token with an event can be given up at
 * any moment.  Nothing is ever written to a server (quirk Q61).
 */
#ifndef EFI_TFTP_H
#define EFI_TFTP_H

#include "efi/net_link.h"

/* So often and so long a server that is silent is asked. */
#define TFTP_TRIES	     3
#define TFTP_TIMEOUT_SECONDS 2

/** tftp_is_there - has the card a driver for servers of that kind? */
bool tftp_is_there(const struct net_link *l, const struct net_address *server);

/**
 * tftp_read - read all of a file
 * @server:   of the same kind as our own address
 * @until_ms: clock_milliseconds() at which it is given up
 *
 * Returns 0 with *@ret_len; -ERR_NOT_FOUND if the server says so;
 * -ERR_TOO_LARGE; -ERR_IO for everything else.  @buf may be changed on failure,
 * and nobody writes to it any more after the return.
 */
int tftp_read(const struct net_link *l, const struct net_address *server,
	const char *name, uint64_t until_ms, void *buf, size_t cap,
	size_t *ret_len);

#endif
