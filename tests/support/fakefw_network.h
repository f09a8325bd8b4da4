/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A network card of the fake firmware, from which the program was started, and
 * a server that may lie: MTFTP and PXE's base code.
 */
#ifndef TESTS_SUPPORT_FAKEFW_NETWORK_H
#define TESTS_SUPPORT_FAKEFW_NETWORK_H

#include <efi.h>
#include <efipxebc.h>

#include "efi/mtftp.h"
#include "tests/support/fakefw.h"

#define FAKEFW_BLOCK_BYTES   512
#define FAKEFW_MAX_DATAGRAMS 256

struct fakefw_served {
	const char *name; /* NULL: the last */
	const void *bytes;
	size_t len;
};

struct fakefw_server {
	EFI_SERVICE_BINDING binding; /* first member */
	struct mtftp mtftp;
	EFI_PXE_BASE_CODE_PROTOCOL pxe;
	EFI_PXE_BASE_CODE_MODE mode;
	const struct fakefw_served *files;

	/* How it lies. */
	bool is_silent;		  /* answers nothing */
	bool never_ends;	  /* its files go on and on */
	bool ends_twice;	  /* and says so twice */
	size_t dies_after;	  /* blocks; 0: never */
	uint64_t drip_ms;	  /* what a block takes */
	UINT16 error;		  /* of an ERROR packet, instead of a file */
	bool has_no_packet;	  /* ... which the driver does not show */
	uint64_t claimed;	  /* the size that the driver says; 0: right */
	EFI_STATUS create_status; /* what CreateChild says instead */
	EFI_STATUS configure_status;
	EFI_STATUS read_status; /* what ReadFile says at once */
	EFI_STATUS end_status;	/* with which it ends */
	EFI_STATUS udp_status;
	uint64_t udp_ms;	   /* what a datagram takes */
	void (*on_datagram)(void); /* the first; or NULL */

	/* What has happened. */
	unsigned int children;
	unsigned int requests;
	unsigned int configured; /* and not reset */
	struct mtftp4_config config;
	struct mtftp6_config config6; /* of IPv6 */
	char name[600];		      /* asked for last */
	char block_size[8];	      /* ... with that option */
	size_t datagrams;
	char *datagram[FAKEFW_MAX_DATAGRAMS];
	uint8_t datagram_to[16];
	uint16_t datagram_port;

	/* private */
	bool is_ip6;
	struct fakefw_handle *card;
	struct fakefw_handle *child;
	struct mtftp_token *token; /* under way */
	const struct fakefw_served *file;
	size_t blocks;
	uint64_t next; /* ticks at which the next block comes */
	uint64_t silent_until;
};

/**
 * fakefw_network_add - the card with its drivers, and the handle that the
 * program was started from
 * @path: of that handle: the card's, and an IPv4() node
 *
 * The DHCP answer names 10.0.2.2 and "pxe/loopbreaker.efi".  Returns the
 * handle; fakefw_network_end() frees what was received.
 */
struct fakefw_handle *fakefw_network_add(
	struct fakefw *f, struct fakefw_server *s);

/**
 * fakefw_network_use_ip6 - the same, but everything is of IPv6
 *
 * The DHCP answer names "tftp://[2001:db8::2]/pxe/loopbreaker.efi".
 */
void fakefw_network_use_ip6(struct fakefw_server *s);

void fakefw_network_end(struct fakefw_server *s);

#endif
