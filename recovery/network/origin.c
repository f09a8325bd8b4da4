/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/network/origin.h"

#include <string.h>

#include "storage/ascii.h"
#include "storage/err.h"

static const struct scheme {
	const char *text;
	enum net_transport transport;
	uint16_t port;
} schemes[] = {
	{"tftp://", NET_TFTP, 0},
	{"http://", NET_HTTP, 80},
	{"https://", NET_HTTP, 443},
};

static bool is_printable(const char *text, size_t len, char least)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] < least || text[i] > '~')
			return false;
	return true;
}

/* The bytes of the scheme that @url begins with, or 0. */
static size_t scheme_take(const char *url, size_t len, struct net_origin *ret)
{
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		const char *text = schemes[i].text;
		size_t at = 0;

		while (at < len && text[at] && ascii_lower(url[at]) == text[at])
			at++;
		if (!text[at]) {
			ret->transport = schemes[i].transport;
			ret->port = schemes[i].port;
			return at;
		}
	}
	return 0;
}

static size_t find_any(const char *text, size_t len, const char *wanted)
{
	size_t at = 0;

	while (at < len && !strchr(wanted, text[at]))
		at++;
	return at;
}

/* Letters, digits, and what else stands in names, addresses and ports. */
static bool is_host(const char *host, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char c = ascii_lower(host[i]);

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') &&
			!strchr("-._:[]", c))
			return false;
	}
	return len > 0;
}

static int server_parse(const char *host, size_t len, struct net_address *ret)
{
	int err;

	if (len > 2 && host[0] == '[' && host[len - 1] == ']')
		err = net_ip6_parse(host + 1, len - 2, ret);
	else
		err = net_ip4_parse(host, len, ret);
	return !err && !net_address_is_set(ret) ? -ERR_UNSUPPORTED : err;
}

/* The digits behind a colon that is no part of an address of IPv6. */
static int port_take(const char *host, size_t *len, uint16_t *ret_port)
{
	uint32_t port = 0;
	size_t at = *len;

	while (at > 0 && host[at - 1] >= '0' && host[at - 1] <= '9')
		at--;
	if (!at || host[at - 1] != ':')
		return 0; /* none, or the middle of an address */
	for (size_t i = at; i < *len; i++) {
		port = port * 10 + (uint32_t)(host[i] - '0');
		if (port > UINT16_MAX)
			return -ERR_CORRUPT;
	}
	if (port)
		*ret_port = (uint16_t)port;
	*len = at - 1;
	return 0;
}

/* A host that is an address is one to be tried; a name is not looked up. */
static int http_server(const char *host, size_t len, struct net_origin *ret)
{
	int err = port_take(host, &len, &ret->port);

	if (!err && server_parse(host, len, &ret->server) < 0)
		memset(&ret->server, 0, sizeof(ret->server));
	return err;
}

/* Up to the last separator; what is behind it is the program. */
static int base_put(
	const char *path, size_t len, const char *separators, char *ret_base)
{
	while (len > 0 && !strchr(separators, path[len - 1]))
		len--;
	if (len >= NET_BASE_BYTES)
		return -ERR_TOO_LARGE;
	memcpy(ret_base, path, len);
	ret_base[len] = '\0';
	return 0;
}

int net_file_check(const char *path, size_t len, struct net_origin *ret)
{
	if (!is_printable(path, len, ' '))
		return -ERR_CORRUPT;
	return base_put(path, len, "/\\", ret->base);
}

/* The URL as it is, with a slash behind a host that stands alone. */
static int http_put(
	const char *url, size_t len, size_t host_end, struct net_origin *ret)
{
	if (host_end < len)
		return base_put(url, len, "/", ret->base);
	if (len > NET_BASE_BYTES - 2)
		return -ERR_TOO_LARGE;
	memcpy(ret->base, url, len);
	ret->base[len] = '/';
	ret->base[len + 1] = '\0';
	return 0;
}

/* A path in a TFTP URL is the name of the file, without its first slash. */
static int tftp_put(
	const char *url, size_t len, size_t host_end, struct net_origin *ret)
{
	size_t at = host_end < len ? host_end + 1 : len;

	return base_put(url + at, len - at, "/", ret->base);
}

int net_url_check(const char *url, size_t len, struct net_origin *ret)
{
	struct net_origin found = {
		.log_server = ret->log_server, .router = ret->router};
	size_t host;
	size_t host_end;
	int err;

	if (!is_printable(url, len, '!'))
		return -ERR_CORRUPT;
	host = scheme_take(url, len, &found);
	if (!host)
		return -ERR_UNSUPPORTED;
	len = find_any(url, len, "?#");
	host_end = host + find_any(url + host, len - host, "/");
	if (!is_host(url + host, host_end - host))
		return -ERR_CORRUPT;
	if (found.transport == NET_TFTP) {
		err = server_parse(url + host, host_end - host, &found.server);
		if (!err)
			err = tftp_put(url, len, host_end, &found);
	} else {
		err = http_server(url + host, host_end - host, &found);
		if (!err)
			err = http_put(url, len, host_end, &found);
	}
	if (!err)
		*ret = found;
	return err;
}

const char *net_origin_name(
	const struct net_origin *o, const char *file, char ret[NET_NAME_BYTES])
{
	size_t base = strlen(o->base);
	size_t len = strlen(file);

	if (len > NET_NAME_BYTES - 1 - base)
		len = NET_NAME_BYTES - 1 - base;
	memcpy(ret, o->base, base);
	memcpy(ret + base, file, len);
	ret[base + len] = '\0';
	return ret;
}
