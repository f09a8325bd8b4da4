/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole small files from an HTTP server, and texts to one, by the firmware's
 * HTTP driver: over TLS where that has a certificate for it.
 *
 * The driver connects before its Request() comes back, and waits a minute for a
 * server that is gone, or that says nothing over TLS (quirk Q80).  So an
 * address is first tried with a connection of our own, which can be given up;
 * for a name and for TLS the driver has the time that it takes.  Redirections
 * are not followed: files are where the program was.
 */
#ifndef EFI_HTTP_H
#define EFI_HTTP_H

#include "efi/net_link.h"
#include "recovery/network/origin.h"

/** http_is_there - has the card a driver for it? */
bool http_is_there(const struct net_link *l);

/**
 * http_get - read all of a file
 * @url:      of @origin, net_origin_name()
 * @until_ms: clock_milliseconds() at which it is given up
 *
 * Only what says how long it is ("Content-Length") is read.  Returns 0 with
 * *@ret_len; -ERR_NOT_FOUND for the answer 404; -ERR_TOO_LARGE; -ERR_IO for
 * everything else.  @buf may be changed on failure, and nobody writes to it any
 * more after the return.
 */
int http_get(const struct net_link *l, const struct net_origin *origin,
	const char *url, uint64_t until_ms, void *buf, size_t cap,
	size_t *ret_len);

/**
 * http_post - send a text
 *
 * Returns 0 if the server has answered that it is well, or -ERR_IO.
 */
int http_post(const struct net_link *l, const struct net_origin *origin,
	const char *url, uint64_t until_ms, const void *text, size_t len);

#endif
