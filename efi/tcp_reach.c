/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "efi/tcp_reach.h"

#include <string.h>

#include "efi/tcp_protocol.h"
#include "storage/err.h"

#define TIME_TO_LIVE 64

static const struct net_service services[] = {
	{TCP4_BINDING_GUID, TCP4_GUID},
	{TCP6_BINDING_GUID, TCP6_GUID},
};

/* What the two kinds have in common. */
struct connection {
	void *this;
	tcp_configure configure;
	tcp_connect connect;
	net_poll poll;
};

static EFI_STATUS open4(struct connection *c, const struct net_link *l,
	const struct net_address *server, uint16_t port)
{
	static const UINT8 everywhere[NET_IP4_BYTES];
	struct tcp4_protocol *tcp = c->this;
	struct tcp4_config config = {.time_to_live = TIME_TO_LIVE};
	EFI_STATUS status;

	*c = (struct connection){tcp, tcp->configure, tcp->connect, tcp->poll};
	config.access_point.use_default_address =
		!net_address_is_set(&l->local);
	memcpy(config.access_point.station_ip, l->local.bytes, NET_IP4_BYTES);
	memcpy(config.access_point.subnet_mask, l->mask.bytes, NET_IP4_BYTES);
	memcpy(config.access_point.remote_ip, server->bytes, NET_IP4_BYTES);
	config.access_point.remote_port = port;
	config.access_point.is_active = TRUE;
	status = c->configure(tcp, &config);
	if (status == EFI_SUCCESS && net_address_is_set(&l->router))
		/* It may know this way by itself, and then refuses it. */
		(void)tcp->routes(
			tcp, FALSE, everywhere, everywhere, l->router.bytes);
	return status;
}

static EFI_STATUS open6(struct connection *c, const struct net_link *l,
	const struct net_address *server, uint16_t port)
{
	struct tcp6_protocol *tcp = c->this;
	struct tcp6_config config = {.hop_limit = TIME_TO_LIVE};

	*c = (struct connection){tcp, tcp->configure, tcp->connect, tcp->poll};
	memcpy(config.access_point.station_ip, l->local.bytes, NET_IP6_BYTES);
	memcpy(config.access_point.remote_ip, server->bytes, NET_IP6_BYTES);
	config.access_point.remote_port = port;
	config.access_point.is_active = TRUE;
	return c->configure(tcp, &config);
}

static int connect_until(
	const struct net_link *l, const struct connection *c, uint64_t until_ms)
{
	struct tcp_token token = {.status = EFI_NOT_READY};
	struct net_event event;
	bool is_done;

	if (net_event_open(l, &event) < 0) {
		(void)c->configure(c->this, NULL);
		return -ERR_IO;
	}
	token.event = event.event;
	is_done = c->connect(c->this, &token) == EFI_SUCCESS &&
		  net_event_wait(l, &event, c->poll, c->this, until_ms);
	/* From here on it knows nothing of the token any more. */
	(void)c->configure(c->this, NULL);
	net_event_close(l, &event);
	return is_done && token.status == EFI_SUCCESS ? 0 : -ERR_IO;
}

int tcp_reach(const struct net_link *l, const struct net_address *server,
	uint16_t port, uint64_t until_ms)
{
	struct connection c;
	struct net_child child;
	EFI_STATUS status;
	int err = net_child_open(l, &services[server->is_ip6], &child);

	if (err < 0)
		return -ERR_IO;
	c.this = child.interface;
	status = server->is_ip6 ? open6(&c, l, server, port)
				: open4(&c, l, server, port);
	err = status == EFI_SUCCESS ? connect_until(l, &c, until_ms) : -ERR_IO;
	net_child_close(&child);
	return err;
}
