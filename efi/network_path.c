/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "efi/network_path.h"

#include <string.h>

#include "efi/devpath.h"
#include "storage/err.h"

/* A MAC() node; the address is the beginning of a field of 32 bytes. */
#define MAC_ADDRESS  4
#define MAC_TYPE     36
#define MAC_BYTES    37
#define MAC_ETHERNET 1

/* An IPv4() node; the last two are not in those of UEFI before 2.4. */
#define IP4_LOCAL	4
#define IP4_BYTES	19
#define IP4_GATEWAY	19
#define IP4_MASK	23
#define IP4_WHOLE_BYTES 27

#define IP6_LOCAL 4
#define IP6_BYTES 39

static void mac_get(const struct devpath_node *node, struct network_path *p)
{
	if (node->len < MAC_BYTES || node->bytes[MAC_TYPE] > MAC_ETHERNET)
		return;
	p->has_mac = true;
	memcpy(p->mac, node->bytes + MAC_ADDRESS, NETWORK_MAC_BYTES);
}

static void ip4_get(const struct devpath_node *node, struct network_path *p)
{
	if (node->len < IP4_BYTES)
		return;
	net_ip4_set(&p->local, node->bytes + IP4_LOCAL);
	if (node->len < IP4_WHOLE_BYTES)
		return;
	net_ip4_set(&p->gateway, node->bytes + IP4_GATEWAY);
	net_ip4_set(&p->mask, node->bytes + IP4_MASK);
}

static void ip6_get(const struct devpath_node *node, struct network_path *p)
{
	if (node->len < IP6_BYTES)
		return;
	p->local.is_ip6 = true;
	memcpy(p->local.bytes, node->bytes + IP6_LOCAL, NET_IP6_BYTES);
}

/*
 * An empty one only says that HTTP is meant.  EDK2 counts the closing NUL of
 * its own text as part of the URL, which the specification does not.
 */
static void uri_get(const struct devpath_node *node, struct network_path *p)
{
	size_t len = node->len - DEVPATH_NODE_HEADER;

	if (len && !node->bytes[node->len - 1])
		len--;
	/* A bad one is no URL; nothing else is to be done about it. */
	(void)net_url_check((const char *)node->bytes + DEVPATH_NODE_HEADER,
		len, &p->origin);
}

static const struct {
	uint8_t subtype;
	void (*get)(const struct devpath_node *node, struct network_path *p);
} kinds[] = {
	{DEVPATH_MAC, mac_get},
	{DEVPATH_IP4, ip4_get},
	{DEVPATH_IP6, ip6_get},
	{DEVPATH_URI, uri_get},
};

int network_path_check(const void *bytes, size_t len, struct network_path *ret)
{
	struct network_path found = {.has_mac = false};
	struct devpath_walk walk;
	struct devpath_node node;
	bool is_any = false;
	int more;

	devpath_begin(&walk, bytes, len);
	while ((more = devpath_next(&walk, &node)) > 0) {
		if (node.type != DEVPATH_MESSAGING)
			continue;
		for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
			if (node.subtype == kinds[i].subtype) {
				kinds[i].get(&node, &found);
				is_any = true;
			}
	}
	if (more < 0)
		return more;
	if (!is_any)
		return -ERR_NOT_FOUND;
	*ret = found;
	return 0;
}
