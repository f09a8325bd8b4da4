/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "efi/tftp.h"

#include <string.h>

#include "efi/mtftp.h"
#include "storage/err.h"

static const struct {
	EFI_GUID binding;
	EFI_GUID protocol;
} drivers[] = {
	{MTFTP4_BINDING_GUID, MTFTP4_GUID},
	{MTFTP6_BINDING_GUID, MTFTP6_GUID},
};

/* A file on its way. */
struct transfer {
	volatile bool is_done; /* set by an event */
	bool is_absent;
	bool is_longer;
	uint64_t left; /* bytes that there is room for */
};

int tftp_open(struct tftp *t, void *path)
{
	EFI_DEVICE_PATH *at = path;

	if (t->fw->boot->LocateDevicePath(
		    (EFI_GUID *)&drivers[t->server.is_ip6].binding, &at,
		    &t->card) != EFI_SUCCESS)
		return -ERR_UNSUPPORTED;
	return 0;
}

static EFI_STATUS configure(const struct tftp *t, struct mtftp *mtftp)
{
	struct mtftp4_config four = {
		.try_count = TFTP_TRIES,
		.timeout_seconds = TFTP_TIMEOUT_SECONDS,
	};
	struct mtftp6_config six = {
		.try_count = TFTP_TRIES,
		.timeout_seconds = TFTP_TIMEOUT_SECONDS,
	};

	if (t->server.is_ip6) {
		memcpy(six.station_ip, t->local.bytes, NET_IP6_BYTES);
		memcpy(six.server_ip, t->server.bytes, NET_IP6_BYTES);
		return mtftp->configure(mtftp, &six);
	}
	memcpy(four.station_ip, t->local.bytes, NET_IP4_BYTES);
	memcpy(four.subnet_mask, t->mask.bytes, NET_IP4_BYTES);
	memcpy(four.gateway_ip, t->router.bytes, NET_IP4_BYTES);
	memcpy(four.server_ip, t->server.bytes, NET_IP4_BYTES);
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

static void EFIAPI transfer_end(EFI_EVENT event, void *context)
{
	struct transfer *transfer = context;

	(void)event;
	transfer->is_done = true;
}

/* Until it is done, or the time is over; then it is no more. */
static bool transfer_wait(const struct tftp *t, struct mtftp *mtftp,
	const struct transfer *transfer, uint64_t until_ms)
{
	while (!transfer->is_done && clock_milliseconds(t->clock) < until_ms) {
		(void)mtftp->poll(mtftp); /* it also works by itself */
		watchdog_pet(t->watchdog);
	}
	return transfer->is_done;
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

static int read_with(const struct tftp *t, struct mtftp *mtftp,
	const char *name, uint64_t until_ms, void *buf, size_t cap,
	size_t *ret_len)
{
	struct transfer transfer = {.left = cap};
	struct mtftp_token token = {
		.status = EFI_NOT_READY,
		.name = (const UINT8 *)name,
		.buffer_size = cap,
		.buffer = buf,
		.context = &transfer,
		.check = packet_look,
	};
	bool is_done;

	if (configure(t, mtftp) != EFI_SUCCESS ||
		t->fw->boot->CreateEvent(EVT_NOTIFY_SIGNAL, TPL_CALLBACK,
			transfer_end, &transfer, &token.event) != EFI_SUCCESS)
		return -ERR_IO;
	is_done = mtftp->read_file(mtftp, &token) == EFI_SUCCESS &&
		  transfer_wait(t, mtftp, &transfer, until_ms);
	/* From here on it knows nothing of token and buffer any more. */
	(void)mtftp->configure(mtftp, NULL);
	(void)t->fw->boot->CloseEvent(token.event);
	return is_done ? transfer_result(&transfer, &token, cap, ret_len)
		       : -ERR_IO;
}

int tftp_read(const struct tftp *t, const char *name, uint64_t until_ms,
	void *buf, size_t cap, size_t *ret_len)
{
	EFI_SERVICE_BINDING *binding;
	EFI_HANDLE child = NULL;
	void *interface;
	int err = -ERR_IO;

	if (firmware_protocol(t->fw, t->card,
		    &drivers[t->server.is_ip6].binding, &interface) < 0)
		return -ERR_IO;
	binding = interface;
	if (binding->CreateChild(binding, &child) != EFI_SUCCESS)
		return -ERR_IO;
	if (!firmware_protocol(t->fw, child,
		    &drivers[t->server.is_ip6].protocol, &interface))
		err = read_with(
			t, interface, name, until_ms, buf, cap, ret_len);
	(void)binding->DestroyChild(binding, child); /* it is idle */
	return err;
}
