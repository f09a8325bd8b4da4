/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "efi/tftp.h"

#include <string.h>

#include "efi/mtftp.h"
#include "storage/err.h"

static const struct net_service services[] = {
	{MTFTP4_BINDING_GUID, MTFTP4_GUID},
	{MTFTP6_BINDING_GUID, MTFTP6_GUID},
};

/* RFC 2348: fits into a frame with any header; servers may leave it at 512. */
static const struct mtftp_option block_size = {
	(const UINT8 *)"blksize", (const UINT8 *)"1428"};

/* A file on its way. */
struct transfer {
	bool is_absent;
	bool is_longer;
	uint64_t left; /* bytes that there is room for */
};

bool tftp_is_there(const struct net_link *l, const struct net_address *server)
{
	return net_service_is_there(l, &services[server->is_ip6]);
}

static EFI_STATUS configure(const struct net_link *l,
	const struct net_address *server, struct mtftp *mtftp)
{
	struct mtftp4_config four = {
		.try_count = TFTP_TRIES,
		.timeout_seconds = TFTP_TIMEOUT_SECONDS,
	};
	struct mtftp6_config six = {
		.try_count = TFTP_TRIES,
		.timeout_seconds = TFTP_TIMEOUT_SECONDS,
	};

	if (server->is_ip6) {
		memcpy(six.station_ip, l->local.bytes, NET_IP6_BYTES);
		memcpy(six.server_ip, server->bytes, NET_IP6_BYTES);
		return mtftp->configure(mtftp, &six);
	}
	memcpy(four.station_ip, l->local.bytes, NET_IP4_BYTES);
	memcpy(four.subnet_mask, l->mask.bytes, NET_IP4_BYTES);
	memcpy(four.gateway_ip, l->router.bytes, NET_IP4_BYTES);
	memcpy(four.server_ip, server->bytes, NET_IP4_BYTES);
	return mtftp->configure(mtftp, &four);
}

/* What the driver only says in a packet; and no more than there is room for. */
static EFI_STATUS EFIAPI packet_look(struct mtftp *this,
	struct mtftp_token *token, UINT16 len, const UINT8 *packet)
{
	struct transfer *transfer = token->context;
	unsigned int opcode;

	(void)this;
	if (len < MTFTP_DATA_HEADER)
		return EFI_SUCCESS;
	opcode = (unsigned int)(packet[0] << 8 | packet[1]);
	if (opcode == MTFTP_OPCODE_ERROR)
		transfer->is_absent =
			!packet[2] && packet[3] == MTFTP_FILE_NOT_FOUND;
	if (opcode != MTFTP_OPCODE_DATA)
		return EFI_SUCCESS;
	len = (UINT16)(len - MTFTP_DATA_HEADER);
	if (len > transfer->left) {
		transfer->is_longer = true;
		return EFI_ABORTED;
	}
	transfer->left -= len;
	return EFI_SUCCESS;
}

static int transfer_result(const struct transfer *transfer,
	const struct mtftp_token *token, size_t cap, size_t *ret_len)
{
	if (transfer->is_longer || token->status == EFI_BUFFER_TOO_SMALL)
		return -ERR_TOO_LARGE;
	if (token->status == EFI_TFTP_ERROR && transfer->is_absent)
		return -ERR_NOT_FOUND;
	if (token->status != EFI_SUCCESS || token->buffer_size > cap)
		return -ERR_IO;
	*ret_len = (size_t)token->buffer_size;
	return 0;
}

static int read_with(const struct net_link *l, const struct net_address *server,
	struct mtftp *mtftp, const char *name, uint64_t until_ms, void *buf,
	size_t cap, size_t *ret_len)
{
	struct transfer transfer = {.left = cap};
	struct mtftp_token token = {
		.status = EFI_NOT_READY,
		.name = (const UINT8 *)name,
		.option_count = 1,
		.options = &block_size,
		.buffer_size = cap,
		.buffer = buf,
		.context = &transfer,
		.check = packet_look,
	};
	struct net_event event;
	bool is_done;

	if (net_event_open(l, &event) < 0)
		return -ERR_IO;
	token.event = event.event;
	is_done = configure(l, server, mtftp) == EFI_SUCCESS &&
		  mtftp->read_file(mtftp, &token) == EFI_SUCCESS &&
		  net_event_wait(l, &event, mtftp->poll, mtftp, until_ms);
	/* From here on it knows nothing of token and buffer any more. */
	(void)mtftp->configure(mtftp, NULL);
	net_event_close(l, &event);
	return is_done ? transfer_result(&transfer, &token, cap, ret_len)
		       : -ERR_IO;
}

int tftp_read(const struct net_link *l, const struct net_address *server,
	const char *name, uint64_t until_ms, void *buf, size_t cap,
	size_t *ret_len)
{
	struct net_child child;
	int err = net_child_open(l, &services[server->is_ip6], &child);

	if (err < 0)
		return -ERR_IO;
	err = read_with(
		l, server, child.interface, name, until_ms, buf, cap, ret_len);
	net_child_close(&child); /* it is idle */
	return err;
}
