/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "efi/http.h"

#include <stdio.h>
#include <string.h>

#include "efi/http_protocol.h"
#include "efi/tcp_reach.h"
#include "storage/ascii.h"
#include "storage/err.h"

/* What the driver is told; it has more of its own. */
#define TIMEOUT_MS 5000

/*
 * Quirk Q80: it comes back when one of finding the name, connecting and TLS has
 * failed, for which each has a minute, or all are done.
 */
#define DRIVER_SECONDS 120

/* Digits of a length in bytes; more are too many. */
#define LENGTH_DIGITS 10

static const struct net_service service = {HTTP_BINDING_GUID, HTTP_GUID};

/* A request and its answer. */
struct exchange {
	const struct net_link *link;
	struct http_protocol *http;
	uint64_t until_ms;
	const char *url;
};

bool http_is_there(const struct net_link *l)
{
	return net_service_is_there(l, &service);
}

static EFI_STATUS configure(
	const struct net_link *l, struct http_protocol *http)
{
	struct http4_access_point four = {
		.use_default_address = !net_address_is_set(&l->local)};
	struct http6_access_point six = {.local_port = 0};
	const struct http_config config = {
		.version = HTTP_VERSION_11,
		.timeout_ms = TIMEOUT_MS,
		.is_ip6 = l->local.is_ip6,
		.access_point = l->local.is_ip6 ? (void *)&six : (void *)&four,
	};

	memcpy(four.local_ip, l->local.bytes, NET_IP4_BYTES);
	memcpy(four.local_mask, l->mask.bytes, NET_IP4_BYTES);
	memcpy(six.local_ip, l->local.bytes, NET_IP6_BYTES);
	return http->configure(http, &config);
}

/* The status of the token, or EFI_TIMEOUT. */
static EFI_STATUS call_until(
	const struct exchange *x, http_call call, struct http_message *message)
{
	struct http_token token = {.status = EFI_NOT_READY, .message = message};
	struct net_event event;
	bool is_done;

	if (net_event_open(x->link, &event) < 0)
		return EFI_OUT_OF_RESOURCES;
	token.event = event.event;
	is_done = call(x->http, &token) == EFI_SUCCESS &&
		  net_event_wait(
			  x->link, &event, x->http->poll, x->http, x->until_ms);
	if (!is_done)
		/* From here on it knows nothing of the token any more. */
		(void)x->http->configure(x->http, NULL);
	net_event_close(x->link, &event);
	return is_done ? token.status : EFI_TIMEOUT;
}

/* "server:8080" of "http://server:8080/pxe/policy.dtb" */
static void host_of(const char *url, char ret[NET_NAME_BYTES])
{
	const char *host = strstr(url, "//") + 2;
	size_t len = 0;

	for (; host[len] && host[len] != '/'; len++)
		ret[len] = host[len];
	ret[len] = '\0';
}

static EFI_STATUS request(const struct exchange *x, void *body, size_t len)
{
	CHAR16 url[NET_NAME_BYTES];
	char host[NET_NAME_BYTES];
	char length[LENGTH_DIGITS + 1];
	struct http_header headers[] = {
		{"Host", host}, {"Content-Length", length}};
	const struct http_request what = {
		body ? HTTP_METHOD_POST : HTTP_METHOD_GET, url};
	struct http_message message = {
		.data.request = &what,
		.header_count = body ? 2 : 1,
		.headers = headers,
		.body_len = len,
		.body = body,
	};
	EFI_STATUS status;
	size_t i = 0;

	do
		url[i] = (CHAR16)x->url[i];
	while (x->url[i++]);
	host_of(x->url, host);
	(void)snprintf(length, sizeof(length), "%u", (unsigned int)len);
	watchdog_expect(x->link->watchdog, DRIVER_SECONDS);
	status = call_until(x, x->http->request, &message);
	watchdog_pet(x->link->watchdog);
	return status;
}

/* --- The answer ----------------------------------------------------------- */

static bool is_length(const char *name)
{
	static const char wanted[] = "content-length";
	size_t i = 0;

	while (name[i] && ascii_lower(name[i]) == wanted[i])
		i++;
	return !name[i] && !wanted[i];
}

/* Decimal digits; -ERR_TOO_LARGE above @cap. */
static int length_parse(const char *text, size_t cap, size_t *ret)
{
	size_t value = 0;
	size_t i;

	for (i = 0; text[i] >= '0' && text[i] <= '9'; i++) {
		size_t digit = (size_t)(text[i] - '0');

		if (digit > cap || value > (cap - digit) / 10)
			return -ERR_TOO_LARGE;
		value = value * 10 + digit;
	}
	*ret = value;
	return i && !text[i] ? 0 : -ERR_IO;
}

/* How long the file is.  Of two answers that differ neither is believed. */
static int headers_look(const struct http_message *m, size_t cap, size_t *ret)
{
	bool is_known = false;

	for (UINTN i = 0; m->headers && i < m->header_count; i++) {
		const struct http_header *h = &m->headers[i];
		size_t len = 0;
		int err;

		if (!h->name || !h->value || !is_length(h->name))
			continue;
		err = length_parse(h->value, cap, &len);
		if (err < 0)
			return err;
		if (is_known && len != *ret)
			return -ERR_IO;
		is_known = true;
		*ret = len;
	}
	return is_known ? 0 : -ERR_IO;
}

/* Quirk Q41: NULL is not for FreePool(). */
static void pool_free(const struct net_link *l, const void *block)
{
	if (block)
		(void)l->fw->boot->FreePool((void *)block);
}

static void headers_free(const struct net_link *l, struct http_message *m)
{
	for (UINTN i = 0; m->headers && i < m->header_count; i++) {
		pool_free(l, m->headers[i].name);
		pool_free(l, m->headers[i].value);
	}
	pool_free(l, m->headers);
}

static int status_result(EFI_STATUS status, const struct http_response *r)
{
	if (status != EFI_SUCCESS && status != EFI_HTTP_ERROR_BIT)
		return -ERR_IO;
	if (r->status == HTTP_STATUS_404)
		return -ERR_NOT_FOUND;
	return status == EFI_SUCCESS && r->status >= HTTP_STATUS_200 &&
			       r->status <= HTTP_STATUS_206
		       ? 0
		       : -ERR_IO;
}

/* What is still to come of a body that has begun. */
static int body_read(
	const struct exchange *x, uint8_t *buf, size_t at, size_t len)
{
	while (at < len) {
		struct http_message more = {
			.body_len = len - at, .body = buf + at};
		EFI_STATUS status = call_until(x, x->http->response, &more);

		if (status != EFI_SUCCESS || !more.body_len ||
			more.body_len > len - at)
			return -ERR_IO;
		at += (size_t)more.body_len;
	}
	return 0;
}

static int answer(
	const struct exchange *x, uint8_t *buf, size_t cap, size_t *ret_len)
{
	struct http_response response = {.status = 0};
	struct http_message message = {
		.data.response = &response, .body_len = cap, .body = buf};
	EFI_STATUS status = call_until(x, x->http->response, &message);
	size_t len = 0;
	int err = status_result(status, &response);

	/* Whoever only wants to know whether it is well has no room. */
	if (!err && buf)
		err = headers_look(&message, cap, &len);
	headers_free(x->link, &message);
	if (!err && message.body_len > len)
		err = -ERR_IO;
	if (!err)
		err = body_read(x, buf, (size_t)message.body_len, len);
	if (!err && buf)
		*ret_len = len;
	return err;
}

/* --- Both together -------------------------------------------------------- */

static int exchange(struct exchange *x, const struct net_origin *origin,
	void *body, size_t body_len, void *buf, size_t cap, size_t *ret_len)
{
	const struct net_address *server = &origin->server;
	struct net_child child;
	int err = -ERR_IO;

	if (net_address_is_set(server) &&
		tcp_reach(x->link, server, origin->port, x->until_ms) < 0)
		return -ERR_IO;
	if (net_child_open(x->link, &service, &child) < 0)
		return -ERR_IO;
	x->http = child.interface;
	if (configure(x->link, x->http) == EFI_SUCCESS &&
		request(x, body, body_len) == EFI_SUCCESS)
		err = answer(x, buf, cap, ret_len);
	(void)x->http->configure(x->http, NULL);
	net_child_close(&child);
	return err;
}

int http_get(const struct net_link *l, const struct net_origin *origin,
	const char *url, uint64_t until_ms, void *buf, size_t cap,
	size_t *ret_len)
{
	struct exchange x = {.link = l, .until_ms = until_ms, .url = url};

	return exchange(&x, origin, NULL, 0, buf, cap, ret_len);
}

int http_post(const struct net_link *l, const struct net_origin *origin,
	const char *url, uint64_t until_ms, const void *text, size_t len)
{
	struct exchange x = {.link = l, .until_ms = until_ms, .url = url};

	return exchange(&x, origin, (void *)text, len, NULL, 0, NULL);
}
