/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net_url_check(), net_file_check() and the addresses on any text. */
#include <stdlib.h>
#include <string.h>

#include "recovery/network/origin.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int is_true)
{
	if (!is_true)
		abort();
}

/* What comes before the names is where the text begins, as far as it goes. */
static void judge(const struct net_origin *o, const char *text, size_t size)
{
	size_t len = strlen(o->base);

	require(len < NET_BASE_BYTES);
	if (o->transport != NET_HTTP)
		return;
	require(len > strlen("http://"));
	require(o->base[len - 1] == '/');
	require(len <= size + 1);
	require(!memcmp(o->base, text, len - 1));
	require(o->port != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct net_origin origin = {.transport = NET_NOWHERE};
	struct net_address address;
	char *exact = malloc(size ? size : 1);

	require(exact != NULL);
	if (size)
		memcpy(exact, data, size);
	if (!net_url_check(exact, size, &origin)) {
		require(origin.transport != NET_NOWHERE);
		judge(&origin, exact, size);
	}
	origin.transport = NET_TFTP;
	if (!net_file_check(exact, size, &origin))
		judge(&origin, exact, size);
	if (!net_ip4_parse(exact, size, &address))
		require(!address.is_ip6 && size >= 7 && size <= 15);
	if (!net_ip6_parse(exact, size, &address))
		require(address.is_ip6 && size >= 3 && size <= 39);
	free(exact);
	return 0;
}
