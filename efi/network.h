/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The network that the program was started from: the files beside it on the
 * server, and the report.
 *
 * Nothing is set up: card, address and server are those of the start.  The
 * firmware's PXE still knows them; of a start by HTTP the device path tells.
 * Files come by TFTP (efi/tftp.h) or HTTP (efi/http.h), whatever the program
 * came by; the report goes in datagrams through PXE, or in requests of HTTP.
 * The time that all of it takes is counted, and once it is over, or something
 * was not answered, nothing more is asked: a server that is gone costs its time
 * once.
 */
#ifndef EFI_NETWORK_H
#define EFI_NETWORK_H

#include <efi.h>
#include <efipxebc.h>

#include "efi/network_path.h"
#include "efi/net_link.h"
#include "recovery/policy.h"

/* What all files may take together, as long as no policy says otherwise. */
#define NETWORK_FETCH_LIMIT_MS (POLICY_DEFAULT_NETWORK_SECONDS * 1000)
/* ... and all of the report, once Windows is next. */
#define NETWORK_SEND_LIMIT_MS 5000

/* A message of the report is one of these, and a few of HTTP's are one. */
#define NETWORK_REQUEST_MAX_BYTES 16384

/* What is asked for beside the program, on an HTTP server, takes the report. */
#define NETWORK_REPORT_NAME "report"

/* ... and this on either, behind datagrams; it need not be there. */
#define NETWORK_LAST_NAME "sent"

struct network {
	struct net_link link; /* also whose firmware and clock it is */
	EFI_PXE_BASE_CODE_PROTOCOL *pxe; /* NULL: not started by it */
	bool has_files;
	struct network_path path;
	struct net_origin origin;
	uint64_t fetch_limit_ms;
	uint64_t fetch_left_ms; /* 0: no more files */
	uint64_t send_left_ms;	/* 0: no more of the report */
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
 * network_limit - what all files may take together
 *
 * What they have taken so far counts.  Once no more files are asked for, it
 * changes nothing.
 */
void network_limit(struct network *n, uint64_t limit_ms);

/**
 * network_get - a file beside the program
 *
 * As tftp_read() and http_get(); -ERR_IO without asking once that has failed or
 * the time is over.
 */
int network_get(struct network *n, const char *file, void *buf, size_t cap,
	size_t *ret_len);

/**
 * network_may_send - would network_send() try at all?
 */
bool network_may_send(const struct network *n);

/**
 * network_send_max - the bytes that may go at once, SYSLOG_MAX_BYTES or more
 *
 * If it is more, several messages may, divided by line feeds (RFC 6587, 3.4.2).
 */
size_t network_send_max(const struct network *n);

/**
 * network_send - a part of the report
 *
 * In a datagram to the log server's port for syslog: of the one that DHCP has
 * named, or the one we came from.  Or to NETWORK_REPORT_NAME beside the program
 * on the HTTP server.  Returns 0 if the firmware has sent it, or -ERR_IO; then
 * and after the time is over, at once from then on.
 */
int network_send(struct network *n, const void *bytes, size_t len);

/**
 * network_drain - let the card send what network_send() gave it
 *
 * Quirk Q78: a firmware calls sent what the card has yet to send, and a reset
 * loses that.  NETWORK_LAST_NAME is asked for, and nobody needs it: whatever is
 * answered to what was sent last, the rest was sent before.  Without a server
 * for files nothing is waited for; at most for the rest of the report's time.
 */
void network_drain(struct network *n);

#endif
