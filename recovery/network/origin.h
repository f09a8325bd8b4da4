/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where on the network the program came from, and what the files beside it are
 * called there.
 *
 * A firmware that starts a program from a server tells of it in three ways: a
 * device path (efi/network_path.h), a DHCP answer (recovery/network/dhcp.h),
 * and in either a URL.  All lead to one struct net_origin: how files are
 * fetched, from whom, and what comes before their names.  The files are called
 * as on a stick, and lie in the folder that the program was in: the last part
 * of its path is replaced.
 */
#ifndef RECOVERY_NETWORK_ORIGIN_H
#define RECOVERY_NETWORK_ORIGIN_H

#include "recovery/network/address.h"

/* Longer paths and URLs are not followed; with the closing NUL. */
#define NET_BASE_BYTES 512
/* ... and of a whole name, with the longest name of a file. */
#define NET_NAME_BYTES (NET_BASE_BYTES + 64)

enum net_transport {
	NET_NOWHERE, /* not from a network, or nobody says from where */
	NET_TFTP,
	NET_HTTP /* HTTPS, too: the URL says which */
};

struct net_origin {
	enum net_transport transport;
	/* Of HTTP all zeros where the URL has a name. */
	struct net_address server;
	uint16_t port; /* of HTTP */
	/* "pxe/", or "http://server/pxe/"; printable ASCII */
	char base[NET_BASE_BYTES];
	/* What DHCP names; or all zeros. */
	struct net_address log_server;
	struct net_address router;
};

/**
 * net_url_check - where the file @url came from
 * @url: @len hostile bytes, no NUL at their end
 *
 * http:// and https:// with any host; tftp:// with an address, because nobody
 * looks up names for TFTP.  A query and a fragment are dropped, a user's name
 * is refused.  Returns 0; -ERR_UNSUPPORTED, -ERR_CORRUPT (not printable ASCII,
 * no host), -ERR_TOO_LARGE.  *@ret is written only on success; what DHCP names
 * stays as it is.
 */
int net_url_check(const char *url, size_t len, struct net_origin *ret);

/**
 * net_file_check - the same for the name of a file on a TFTP server
 * @path: @len hostile bytes; folders end in '/' or, on Windows' servers, '\'
 *
 * Spaces are allowed.  Only the base is written.
 */
int net_file_check(const char *path, size_t len, struct net_origin *ret);

/**
 * net_origin_name - what @file is called there, with a closing NUL
 * @file: up to 63 characters
 *
 * Returns @ret.
 */
const char *net_origin_name(
	const struct net_origin *o, const char *file, char ret[NET_NAME_BYTES]);

#endif
