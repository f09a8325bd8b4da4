/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net_dhcp4_check() and net_dhcp6_check(), and what believes their result. */
#include <stdlib.h>
#include <string.h>

#include "recovery/network/dhcp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int is_true)
{
	if (!is_true)
		abort();
}

static void judge(const struct net_origin *o)
{
	char name[NET_NAME_BYTES];

	require(o->transport != NET_TFTP || net_address_is_set(&o->server));
	require(o->transport != NET_NOWHERE || !o->base[0]);
	require(memchr(o->base, 0, sizeof(o->base)) != NULL);
	for (size_t i = 0; o->base[i]; i++)
		require(o->base[i] >= ' ' && o->base[i] <= '~');
	(void)net_origin_name(o, "incident-order.dtb.sig", name);
	require(!strcmp(name + strlen(o->base), "incident-order.dtb.sig"));
}

/* The first byte: which of the two. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct net_origin origin;
	uint8_t *exact;
	int err;

	if (!size)
		return 0;
	exact = malloc(size - 1 ? size - 1 : 1);
	require(exact != NULL);
	memcpy(exact, data + 1, size - 1);
	if (data[0] & 1)
		err = net_dhcp6_check(exact, size - 1, &origin);
	else
		err = net_dhcp4_check(exact, size - 1, &origin);
	if (!err)
		judge(&origin);
	free(exact);
	return 0;
}
