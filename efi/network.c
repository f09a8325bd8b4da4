/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "efi/network.h"

#include <string.h>

#include "efi/devpath.h"
#include "recovery/network/dhcp.h"
#include "storage/err.h"

#define SYSLOG_PORT 514

static const EFI_GUID pxe_guid = EFI_PXE_BASE_CODE_PROTOCOL_GUID;

/* --- Where from ----------------------------------------------------------- */

static int packet_check(const EFI_PXE_BASE_CODE_MODE *mode,
	const EFI_PXE_BASE_CODE_PACKET *packet, struct net_origin *ret)
{
	if (mode->UsingIpv6)
		return net_dhcp6_check(packet, sizeof(*packet), ret);
	return net_dhcp4_check(packet, sizeof(*packet), ret);
}

/*
 * As PXE itself goes: what a boot server says comes before what a proxy says,
 * and that before the DHCP server, whose word on other servers holds.
 */
static void find_origin(struct network *n)
{
	const EFI_PXE_BASE_CODE_MODE *mode = n->pxe->Mode;
	const struct {
		bool is_there;
		const EFI_PXE_BASE_CODE_PACKET *packet;
	} packets[] = {
		{mode->DhcpAckReceived, &mode->DhcpAck},
		{mode->ProxyOfferReceived, &mode->ProxyOffer},
		{mode->PxeReplyReceived, &mode->PxeReply},
	};

	for (size_t i = 0; i < sizeof(packets) / sizeof(packets[0]); i++) {
		struct net_origin found;

		/* A bad one leaves it to the others. */
		if (!packets[i].is_there ||
			packet_check(mode, packets[i].packet, &found) < 0)
			continue;
		if (i > 0) {
			found.log_server = n->origin.log_server;
			found.router = n->origin.router;
		}
		if (!i || found.transport != NET_NOWHERE)
			n->origin = found;
	}
}

static void address_get(const EFI_PXE_BASE_CODE_MODE *mode,
	const EFI_IP_ADDRESS *from, struct net_address *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->is_ip6 = mode->UsingIpv6;
	memcpy(ret->bytes, from, ret->is_ip6 ? NET_IP6_BYTES : NET_IP4_BYTES);
}

/* -ERR_UNSUPPORTED: its files cannot be had. */
static int find_server(struct network *n, void *path)
{
	const EFI_PXE_BASE_CODE_MODE *mode = n->pxe->Mode;

	address_get(mode, &mode->StationIp, &n->tftp.local);
	address_get(mode, &mode->SubnetMask, &n->tftp.mask);
	find_origin(n);
	n->tftp.router = n->origin.router;
	n->tftp.server = n->origin.server;
	if (n->origin.transport != NET_TFTP ||
		n->tftp.server.is_ip6 != n->tftp.local.is_ip6)
		return -ERR_UNSUPPORTED;
	return tftp_open(&n->tftp, path);
}

void network_open(struct network *n, const struct firmware *fw,
	const struct clock *clock, struct watchdog *watchdog)
{
	const EFI_LOADED_IMAGE *image = firmware_loaded_image(fw);
	void *interface;
	void *path;

	memset(n, 0, sizeof(*n));
	n->tftp.fw = fw;
	n->tftp.clock = clock;
	n->tftp.watchdog = watchdog;
	if (!image ||
		firmware_protocol(fw, image->DeviceHandle,
			&firmware_device_path_guid, &path) < 0 ||
		network_path_check(path, DEVPATH_MAX_BYTES, &n->path) < 0 ||
		firmware_protocol(
			fw, image->DeviceHandle, &pxe_guid, &interface) < 0)
		return;
	n->pxe = interface;
	if (!n->pxe->Mode || !n->pxe->Mode->Started) {
		n->pxe = NULL;
		return;
	}
	if (!find_server(n, path))
		n->fetch_left_ms = NETWORK_FETCH_LIMIT_MS;
	n->send_left_ms = NETWORK_SEND_LIMIT_MS;
}

bool network_has_files(const struct network *n)
{
	return n->tftp.card != NULL;
}

/* --- What it is for ------------------------------------------------------- */

/* Takes what has passed since @start_ms from @left_ms. */
static void time_take(
	const struct network *n, uint64_t *left_ms, uint64_t start_ms)
{
	uint64_t passed = clock_milliseconds(n->tftp.clock) - start_ms;

	*left_ms = passed < *left_ms ? *left_ms - passed : 0;
}

int network_get(struct network *n, const char *file, void *buf, size_t cap,
	size_t *ret_len)
{
	uint64_t start_ms = clock_milliseconds(n->tftp.clock);
	char name[NET_NAME_BYTES];
	int err;

	if (!n->fetch_left_ms)
		return -ERR_IO;
	err = tftp_read(&n->tftp, net_origin_name(&n->origin, file, name),
		start_ms + n->fetch_left_ms, buf, cap, ret_len);
	time_take(n, &n->fetch_left_ms, start_ms);
	if (err == -ERR_IO)
		n->fetch_left_ms = 0;
	return err;
}

int network_send(struct network *n, const void *bytes, size_t len)
{
	uint64_t start_ms = clock_milliseconds(n->tftp.clock);
	const struct net_address *to = &n->origin.log_server;
	EFI_PXE_BASE_CODE_UDP_PORT port = SYSLOG_PORT;
	EFI_IP_ADDRESS address;
	UINTN size = len;
	EFI_STATUS status;

	if (!net_address_is_set(to))
		to = &n->tftp.server;
	if (!n->send_left_ms || !net_address_is_set(to) ||
		to->is_ip6 != n->tftp.local.is_ip6)
		return -ERR_IO;
	memcpy(&address, to->bytes, sizeof(to->bytes));
	status = n->pxe->UdpWrite(n->pxe,
		EFI_PXE_BASE_CODE_UDP_OPFLAGS_ANY_SRC_PORT, &address, &port,
		NULL, NULL, NULL, NULL, NULL, &size, (void *)bytes);
	time_take(n, &n->send_left_ms, start_ms);
	if (status == EFI_SUCCESS)
		return 0;
	n->send_left_ms = 0;
	return -ERR_IO;
}
