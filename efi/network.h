/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The network that the program was started from: the files beside it on the
 * server, and datagrams with the report.
 *
 * Nothing is set up: card, address and server are those of the start, which the
 * firmware's PXE still knows.  Files come by TFTP (efi/tftp.h), datagrams go
 * through PXE.  The time that all of it takes is counted, and once it is over,
 * or something was not answered, nothing more is asked: a server that is gone
 * costs its time once.  A start by HTTP leaves no PXE behind; its files are not
 * fetched yet.
 */
#ifndef EFI_NETWORK_H
#define EFI_NETWORK_H

#include <efi.h>
#include <efipxebc.h>

#include "efi/network_path.h"
#include "efi/tftp.h"

/* What all files may take together, before anything is decided. */
#define NETWORK_FETCH_LIMIT_MS 20000
/* ... and all datagrams, once Windows is next. */
#define NETWORK_SEND_LIMIT_MS 5000

struct network {
	struct tftp tftp; /* also whose firmware and clock it is */
	EFI_PXE_BASE_CODE_PROTOCOL *pxe; /* NULL: there is no network */
	struct network_path path;
	struct net_origin origin;
	uint64_t fetch_left_ms; /* 0: no more files */
	uint64_t send_left_ms;
};

/**
 * network_open - where were we started from?
 *
 * Asks the firmware only.  All three must outlive @n; nothing has to be closed.
 */
void network_open(struct network *n, const struct firmware *fw,
	const struct clock *clock, struct watchdog *watchdog);

/** network_has_files - is there a server that has files? */
bool network_has_files(const struct network *n);

/**
 * network_get - a file beside the program
 *
 * As tftp_read(); -ERR_IO without asking once that has failed or the time is
 * over.
 */
int network_get(struct network *n, const char *file, void *buf, size_t cap,
	size_t *ret_len);

/**
 * network_send - a datagram to the log server's port for syslog
 *
 * To the log server that DHCP has named, or the one we came from.  Returns 0
 * if the firmware has sent it, or -ERR_IO; then and after the time is over, at
 * once from then on.
 */
int network_send(struct network *n, const void *bytes, size_t len);

#endif
