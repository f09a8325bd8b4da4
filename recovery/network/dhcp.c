/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/network/dhcp.h"

#include <string.h>

#include "storage/err.h"

/* Fields of RFC 2131, section 2. */
#define DHCP4_NEXT_SERVER 20
#define DHCP4_FILE	  108
#define DHCP4_FILE_BYTES  128
#define DHCP4_MAGIC	  236
#define DHCP4_OPTIONS	  240

#define OPTION_PAD	   0
#define OPTION_ROUTER	   3
#define OPTION_LOG_SERVER  7
#define OPTION_OVERLOAD	   52
#define OPTION_SERVER_ID   54
#define OPTION_SERVER_NAME 66
#define OPTION_FILE	   67
#define OPTION_END	   255

#define OVERLOAD_FILE 1 /* a bit: the field "file" has options */

#define DHCP6_OPTIONS	    4
#define DHCP6_OPTION_HEADER 4
#define DHCP6_FILE_URL	    59

static const uint8_t magic[] = {99, 130, 83, 99};

/* Some bytes of the packet. */
struct span {
	const uint8_t *bytes;
	size_t len;
};

/* 1 if there is such an option, 0 if not, -ERR_TRUNCATED. */
static int option4_find(
	const struct span *options, uint8_t wanted, struct span *ret)
{
	size_t at = 0;

	while (at < options->len && options->bytes[at] != OPTION_END) {
		uint8_t option = options->bytes[at++];
		size_t len;

		if (option == OPTION_PAD)
			continue;
		if (at == options->len)
			return -ERR_TRUNCATED;
		len = options->bytes[at++];
		if (len > options->len - at)
			return -ERR_TRUNCATED;
		if (option == wanted) {
			ret->bytes = options->bytes + at;
			ret->len = len;
			return 1;
		}
		at += len;
	}
	return 0;
}

/* Some servers count a closing NUL, some fill up with them. */
static void text_end(struct span *s)
{
	const void *end = s->len ? memchr(s->bytes, 0, s->len) : NULL;

	if (end)
		s->len = (size_t)((const uint8_t *)end - s->bytes);
}

/* The name of the file; empty if there is none. */
static int file4_find(
	const uint8_t *packet, const struct span *options, struct span *ret)
{
	struct span overload;
	int found = option4_find(options, OPTION_FILE, ret);

	if (found < 0)
		return found;
	if (!found) {
		*ret = (struct span){packet + DHCP4_FILE, DHCP4_FILE_BYTES};
		/* All options were looked at: there is no error left in them */
		if (option4_find(options, OPTION_OVERLOAD, &overload) > 0 &&
			overload.len && (overload.bytes[0] & OVERLOAD_FILE))
			ret->len = 0;
	}
	text_end(ret);
	return 0;
}

/* The address that an option begins with; all zeros if there is none. */
static int address4_find(
	const struct span *options, uint8_t wanted, struct net_address *ret)
{
	struct span s;
	int found = option4_find(options, wanted, &s);

	if (found > 0 && s.len >= NET_IP4_BYTES)
		net_ip4_set(ret, s.bytes);
	return found < 0 ? found : 0;
}

/* All zeros if there is none that has an address. */
static int server4_find(const uint8_t *packet, const struct span *options,
	struct net_address *ret)
{
	struct span name;
	int found;

	net_ip4_set(ret, packet + DHCP4_NEXT_SERVER);
	if (net_address_is_set(ret))
		return 0;
	found = option4_find(options, OPTION_SERVER_NAME, &name);
	if (found < 0)
		return found;
	if (found) {
		text_end(&name);
		if (!net_ip4_parse((const char *)name.bytes, name.len, ret) &&
			net_address_is_set(ret))
			return 0;
	}
	return address4_find(options, OPTION_SERVER_ID, ret);
}

static int tftp4_find(const uint8_t *packet, const struct span *options,
	const struct span *file, struct net_origin *ret)
{
	int err = server4_find(packet, options, &ret->server);

	if (!err && net_address_is_set(&ret->server)) {
		ret->transport = NET_TFTP;
		err = net_file_check((const char *)file->bytes, file->len, ret);
	}
	return err;
}

static bool is_url(const struct span *file)
{
	for (size_t i = 0; file->len - i >= 3; i++)
		if (!memcmp(file->bytes + i, "://", 3))
			return true;
	return false;
}

int net_dhcp4_check(const void *packet, size_t len, struct net_origin *ret)
{
	const uint8_t *bytes = packet;
	struct net_origin found = {.transport = NET_NOWHERE};
	struct span options;
	struct span file;
	int err;

	if (len > NET_DHCP_MAX_BYTES)
		return -ERR_TOO_LARGE;
	if (len < DHCP4_OPTIONS)
		return -ERR_TRUNCATED;
	if (memcmp(bytes + DHCP4_MAGIC, magic, sizeof(magic)) != 0)
		return -ERR_CORRUPT;
	options = (struct span){bytes + DHCP4_OPTIONS, len - DHCP4_OPTIONS};
	err = address4_find(&options, OPTION_LOG_SERVER, &found.log_server);
	if (!err)
		err = address4_find(&options, OPTION_ROUTER, &found.router);
	if (!err)
		err = file4_find(bytes, &options, &file);
	if (!err && is_url(&file))
		err = net_url_check((const char *)file.bytes, file.len, &found);
	else if (!err && file.len)
		err = tftp4_find(bytes, &options, &file, &found);
	if (!err)
		*ret = found;
	return err;
}

static size_t be16_get(const uint8_t *b)
{
	return (size_t)(b[0] << 8 | b[1]);
}

int net_dhcp6_check(const void *packet, size_t len, struct net_origin *ret)
{
	const uint8_t *bytes = packet;
	struct net_origin found = {.transport = NET_NOWHERE};
	size_t at = DHCP6_OPTIONS;
	int err;

	if (len > NET_DHCP_MAX_BYTES)
		return -ERR_TOO_LARGE;
	while (at < len) {
		size_t size;

		if (len - at < DHCP6_OPTION_HEADER)
			return -ERR_TRUNCATED;
		size = be16_get(bytes + at + 2);
		if (size > len - at - DHCP6_OPTION_HEADER)
			return -ERR_TRUNCATED;
		if (be16_get(bytes + at) == DHCP6_FILE_URL) {
			struct span url = {
				bytes + at + DHCP6_OPTION_HEADER, size};

			text_end(&url);
			err = net_url_check(
				(const char *)url.bytes, url.len, &found);
			if (!err)
				*ret = found;
			return err;
		}
		at += DHCP6_OPTION_HEADER + size;
	}
	*ret = found;
	return 0;
}
