/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "efi/network.h"

#include <string.h>

#include "efi/devpath.h"
#include "efi/http.h"
#include "efi/tftp.h"
#include "recovery/network/dhcp.h"
#include "recovery/network/syslog.h"
#include "storage/err.h"

#define SYSLOG_PORT 514

/* That it takes a driver to see that it is over, and not more. */
#define LATE_MS 5000

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

/* Of PXE; false if it is not what started us. */
static bool ask_pxe(struct network *n, EFI_HANDLE device)
{
	void *interface;
	const EFI_PXE_BASE_CODE_MODE *mode;

	if (firmware_protocol(n->link.fw, device, &pxe_guid, &interface) < 0)
		return false;
	n->pxe = interface;
	mode = n->pxe->Mode;
	if (!mode || !mode->Started) {
		n->pxe = NULL;
		return false;
	}
	address_get(mode, &mode->StationIp, &n->link.local);
	address_get(mode, &mode->SubnetMask, &n->link.mask);
	find_origin(n);
	n->link.router = n->origin.router;
	return true;
}

/* Of a start by HTTP. */
static void ask_path(struct network *n)
{
	n->link.local = n->path.local;
	n->link.mask = n->path.mask;
	n->link.router = n->path.gateway;
	n->origin = n->path.origin;
}

static bool has_driver(const struct network *n)
{
	const struct net_address *server = &n->origin.server;

	switch (n->origin.transport) {
	case NET_TFTP:
		return server->is_ip6 == n->link.local.is_ip6 &&
		       tftp_is_there(&n->link, server);
	case NET_HTTP:
		return http_is_there(&n->link);
	default:
		return false;
	}
}

void network_open(struct network *n, const struct firmware *fw,
	const struct clock *clock, struct watchdog *watchdog)
{
	const EFI_LOADED_IMAGE *image = firmware_loaded_image(fw);
	void *path;

	memset(n, 0, sizeof(*n));
	n->link.fw = fw;
	n->link.clock = clock;
	n->link.watchdog = watchdog;
	if (!image ||
		firmware_protocol(fw, image->DeviceHandle,
			&firmware_device_path_guid, &path) < 0 ||
		network_path_check(path, DEVPATH_MAX_BYTES, &n->path) < 0)
		return;
	n->link.path = path;
	if (!ask_pxe(n, image->DeviceHandle))
		ask_path(n);
	n->has_files = has_driver(n);
	n->fetch_limit_ms = NETWORK_FETCH_LIMIT_MS;
	if (n->has_files)
		n->fetch_left_ms = n->fetch_limit_ms;
	if (n->pxe || (n->has_files && n->origin.transport == NET_HTTP))
		n->send_left_ms = NETWORK_SEND_LIMIT_MS;
}

bool network_has_files(const struct network *n)
{
	return n->has_files;
}

/* --- What it is for ------------------------------------------------------- */

/* Takes what has passed since @start_ms from @left_ms; a failure takes all. */
static void time_take(
	const struct network *n, uint64_t *left_ms, uint64_t start_ms, int err)
{
	uint64_t passed = clock_milliseconds(n->link.clock) - start_ms;

	*left_ms = err != -ERR_IO && passed < *left_ms ? *left_ms - passed : 0;
}

void network_limit(struct network *n, uint64_t limit_ms)
{
	uint64_t taken_ms = n->fetch_limit_ms - n->fetch_left_ms;

	if (!n->fetch_left_ms)
		return;
	n->fetch_limit_ms = limit_ms;
	n->fetch_left_ms = taken_ms < limit_ms ? limit_ms - taken_ms : 0;
}

int network_get(struct network *n, const char *file, void *buf, size_t cap,
	size_t *ret_len)
{
	uint64_t start_ms = clock_milliseconds(n->link.clock);
	uint64_t until_ms = start_ms + n->fetch_left_ms;
	char name[NET_NAME_BYTES];
	int err;

	if (!n->fetch_left_ms)
		return -ERR_IO;
	(void)net_origin_name(&n->origin, file, name);
	if (n->origin.transport == NET_HTTP)
		err = http_get(&n->link, &n->origin, name, until_ms, buf, cap,
			ret_len);
	else
		err = tftp_read(&n->link, &n->origin.server, name, until_ms,
			buf, cap, ret_len);
	/* Whoever heeds no limit would heed none with the report. */
	if (clock_milliseconds(n->link.clock) > until_ms + LATE_MS)
		n->send_left_ms = 0;
	time_take(n, &n->fetch_left_ms, start_ms, err);
	return err;
}

static int datagram_send(struct network *n, const void *bytes, size_t len)
{
	const struct net_address *to = &n->origin.log_server;
	EFI_PXE_BASE_CODE_UDP_PORT port = SYSLOG_PORT;
	EFI_IP_ADDRESS address;
	UINTN size = len;

	if (!net_address_is_set(to))
		to = &n->origin.server;
	if (!net_address_is_set(to) || to->is_ip6 != n->link.local.is_ip6)
		return -ERR_IO;
	memcpy(&address, to->bytes, sizeof(to->bytes));
	return n->pxe->UdpWrite(n->pxe,
		       EFI_PXE_BASE_CODE_UDP_OPFLAGS_ANY_SRC_PORT, &address,
		       &port, NULL, NULL, NULL, NULL, NULL, &size,
		       (void *)bytes) == EFI_SUCCESS
		       ? 0
		       : -ERR_IO;
}

bool network_may_send(const struct network *n)
{
	return n->send_left_ms > 0;
}

size_t network_send_max(const struct network *n)
{
	return n->pxe ? SYSLOG_MAX_BYTES : NETWORK_REQUEST_MAX_BYTES;
}

int network_send(struct network *n, const void *bytes, size_t len)
{
	uint64_t start_ms = clock_milliseconds(n->link.clock);
	char name[NET_NAME_BYTES];
	int err;

	if (!n->send_left_ms)
		return -ERR_IO;
	if (n->pxe)
		err = datagram_send(n, bytes, len);
	else
		err = http_post(&n->link, &n->origin,
			net_origin_name(&n->origin, NETWORK_REPORT_NAME, name),
			start_ms + n->send_left_ms, bytes, len);
	/* A report that the server does not want is not wanted later. */
	err = err < 0 ? -ERR_IO : 0;
	time_take(n, &n->send_left_ms, start_ms, err);
	return err;
}

void network_drain(struct network *n)
{
	uint8_t byte;
	size_t len;

	if (n->fetch_left_ms > n->send_left_ms)
		n->fetch_left_ms = n->send_left_ms;
	if (n->pxe)
		(void)network_get(n, NETWORK_LAST_NAME, &byte, 1, &len);
}
