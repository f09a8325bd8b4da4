/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/fakefw_http.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const EFI_GUID binding_guid = HTTP_BINDING_GUID;
static const EFI_GUID http_guid = HTTP_GUID;

static struct fakefw_http *http_of(void *http)
{
	return (void *)((uint8_t *)http - offsetof(struct fakefw_http, http));
}

/* --- Children ---------------------------------------------------------------
 */

static EFI_STATUS EFIAPI create_child(
	EFI_SERVICE_BINDING *this, EFI_HANDLE *ret)
{
	struct fakefw_http *h = (void *)this;

	if (!h->child)
		h->child = fakefw_add_handle(fakefw_present);
	h->child->more[0] = (struct fakefw_more){&http_guid, &h->http};
	h->children++;
	*ret = h->child;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI destroy_child(
	EFI_SERVICE_BINDING *this, EFI_HANDLE child)
{
	struct fakefw_http *h = (void *)this;

	if (child != h->child || h->configured)
		abort();
	h->child->more[0].guid = NULL;
	h->children--;
	return EFI_SUCCESS;
}

/* --- Tokens -----------------------------------------------------------------
 */

static void end(struct fakefw_http *h, EFI_STATUS status)
{
	struct http_token *token = h->token;
	struct fakefw_timer *event = token->event;

	h->token = NULL;
	token->status = status;
	event->notify(event, event->context);
}

static void begin(
	struct fakefw_http *h, struct http_token *token, bool is_request)
{
	if (!h->configured || h->token || !token->event)
		abort();
	h->token = token;
	h->is_request = is_request;
	h->due = fakefw_present->ticks + h->drip_ms * FAKEFW_TICKS_PER_MS;
}

static EFI_STATUS EFIAPI configure(
	struct http_protocol *this, const struct http_config *config)
{
	struct fakefw_http *h = http_of(this);

	if (!config) {
		if (h->token)
			end(h, EFI_ABORTED);
		h->configured = 0;
		return EFI_SUCCESS;
	}
	if (h->configure_status)
		return h->configure_status;
	h->configured++;
	h->config = *config;
	if (config->is_ip6)
		memcpy(&h->six, config->access_point, sizeof(h->six));
	else
		memcpy(&h->four, config->access_point, sizeof(h->four));
	return EFI_SUCCESS;
}

static void note_post(struct fakefw_http *h, const struct http_message *m)
{
	char length[24];

	if (h->method != HTTP_METHOD_POST)
		return;
	(void)snprintf(length, sizeof(length), "%zu", (size_t)m->body_len);
	if (m->header_count != 2 ||
		strcmp(m->headers[1].name, "Content-Length") != 0 ||
		strcmp(m->headers[1].value, length) != 0 ||
		h->posts == FAKEFW_MAX_POSTS)
		abort();
	h->post[h->posts++] = strndup(m->body, (size_t)m->body_len);
}

static EFI_STATUS EFIAPI request(
	struct http_protocol *this, struct http_token *token)
{
	struct fakefw_http *h = http_of(this);
	const struct http_message *m = token->message;
	const CHAR16 *url = m->data.request->url;
	size_t i = 0;

	h->requests++;
	if (h->busy_ms)
		fakefw_pass_time(fakefw_present, h->busy_ms);
	if (h->request_status)
		return h->request_status;
	do
		h->url[i] = (char)url[i];
	while (url[i++] && i < sizeof(h->url) - 1);
	if (strcmp(m->headers[0].name, "Host") != 0)
		abort();
	(void)snprintf(h->host, sizeof(h->host), "%s", m->headers[0].value);
	h->method = m->data.request->method;
	note_post(h, m);
	h->at = 0;
	h->pieces = 0;
	begin(h, token, true);
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI response(
	struct http_protocol *this, struct http_token *token)
{
	struct fakefw_http *h = http_of(this);

	if (h->response_status)
		return h->response_status;
	begin(h, token, false);
	return EFI_SUCCESS;
}

/* --- Answers ----------------------------------------------------------------
 */

static const struct fakefw_served *find(const struct fakefw_http *h)
{
	for (const struct fakefw_served *f = h->files; f && f->name; f++)
		if (!strcmp(f->name, h->url))
			return f;
	return NULL;
}

static void header_put(
	struct http_message *m, const char *name, const char *value)
{
	m->headers[m->header_count++] =
		(struct http_header){strdup(name), strdup(value)};
	fakefw_present->pool += 2;
}

static void headers_put(
	struct fakefw_http *h, struct http_message *m, size_t len)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%zu", len);
	m->header_count = 0;
	if (h->has_no_headers) {
		m->header_count = 2;
		return;
	}
	m->headers = malloc(4 * sizeof(*m->headers));
	fakefw_present->pool++;
	header_put(m, "Server", "fake");
	if (!h->length || *h->length)
		header_put(m, "Content-Length", h->length ? h->length : text);
	if (h->other_length)
		header_put(m, "content-length", h->other_length);
	if (h->has_no_values)
		m->headers[m->header_count++] =
			(struct http_header){NULL, NULL};
}

static size_t piece_of(const struct fakefw_http *h,
	const struct fakefw_served *file, UINTN room)
{
	size_t len = file ? file->len - h->at : 0;

	if (h->is_endless)
		return 0;
	if (h->piece && len > h->piece)
		len = h->piece;
	return len < room ? len : (size_t)room;
}

static void piece_send(struct fakefw_http *h, const struct fakefw_served *file)
{
	struct http_message *m = h->token->message;
	size_t len = piece_of(h, file, m->body_len);

	if (len)
		memcpy(m->body, (const uint8_t *)file->bytes + h->at, len);
	m->body_len = h->overfills ? m->body_len + 1 : len;
	h->at += len;
	h->pieces++;
}

static void answer(struct fakefw_http *h)
{
	struct http_message *m = h->token->message;
	const struct fakefw_served *file = find(h);
	UINT32 status = file || h->method == HTTP_METHOD_POST ? HTTP_STATUS_200
							      : HTTP_STATUS_404;
	bool is_first = m->data.response != NULL;

	if (h->status)
		status = h->status;
	if (is_first) {
		m->data.response->status = status;
		headers_put(h, m, file ? file->len : 0);
	}
	piece_send(h, file);
	end(h, is_first && status != HTTP_STATUS_200 ? EFI_HTTP_ERROR_BIT
						     : h->end_status);
}

static EFI_STATUS EFIAPI poll(void *this)
{
	struct fakefw_http *h = http_of(this);

	fakefw_pass_time(fakefw_present, 1);
	if (!h->token)
		return EFI_NOT_STARTED;
	if (h->is_request ? h->never_sends
			  : h->is_silent || (h->dies_after &&
						    h->pieces == h->dies_after))
		return EFI_NOT_READY;
	if (fakefw_present->ticks < h->due)
		return EFI_NOT_READY;
	if (h->is_request)
		end(h, EFI_SUCCESS);
	else
		answer(h);
	return EFI_SUCCESS;
}

/* --- TCP --------------------------------------------------------------------
 */

static const EFI_GUID tcp4_binding_guid = TCP4_BINDING_GUID;
static const EFI_GUID tcp6_binding_guid = TCP6_BINDING_GUID;
static const EFI_GUID tcp4_guid = TCP4_GUID;
static const EFI_GUID tcp6_guid = TCP6_GUID;

static struct fakefw_tcp *present_tcp;

static EFI_STATUS EFIAPI tcp_create(EFI_SERVICE_BINDING *this, EFI_HANDLE *ret)
{
	struct fakefw_tcp *t = (void *)this;

	if (!t->child)
		t->child = fakefw_add_handle(fakefw_present);
	t->child->more[0] =
		t->is_ip6 ? (struct fakefw_more){&tcp6_guid, &t->six}
			  : (struct fakefw_more){&tcp4_guid, &t->four};
	t->children++;
	*ret = t->child;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI tcp_destroy(
	EFI_SERVICE_BINDING *this, EFI_HANDLE child)
{
	struct fakefw_tcp *t = (void *)this;

	if (child != t->child || t->configured)
		abort();
	t->child->more[0].guid = NULL;
	t->children--;
	return EFI_SUCCESS;
}

static void tcp_end(struct fakefw_tcp *t, EFI_STATUS status)
{
	struct tcp_token *token = t->token;
	struct fakefw_timer *event = token->event;

	t->token = NULL;
	token->status = status;
	event->notify(event, event->context);
}

static EFI_STATUS EFIAPI tcp_configure_(void *this, void *config)
{
	struct fakefw_tcp *t = present_tcp;

	(void)this;
	if (!config) {
		if (t->token)
			tcp_end(t, EFI_ABORTED);
		t->configured = 0;
		return EFI_SUCCESS;
	}
	if (t->configure_status)
		return t->configure_status;
	t->configured++;
	if (t->is_ip6)
		memcpy(&t->config6, config, sizeof(t->config6));
	else
		memcpy(&t->config4, config, sizeof(t->config4));
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI tcp_routes(void *this, BOOLEAN is_removal,
	const UINT8 *subnet, const UINT8 *mask, const UINT8 *gateway)
{
	(void)this;
	if (is_removal || subnet[0] || mask[0])
		abort();
	memcpy(present_tcp->gateway, gateway, sizeof(present_tcp->gateway));
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI tcp_connect_(void *this, struct tcp_token *token)
{
	struct fakefw_tcp *t = present_tcp;

	(void)this;
	if (!t->configured || t->token || !token->event)
		abort();
	t->connects++;
	if (t->connect_status)
		return t->connect_status;
	t->token = token;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI tcp_poll(void *this)
{
	(void)this;
	fakefw_pass_time(fakefw_present, 1);
	if (!present_tcp->token || present_tcp->is_silent)
		return EFI_NOT_READY;
	tcp_end(present_tcp, present_tcp->end_status);
	return EFI_SUCCESS;
}

/* --- The card ---------------------------------------------------------------
 */

void fakefw_http_add(
	struct fakefw_handle *card, struct fakefw_http *h, struct fakefw_tcp *t)
{
	h->binding = (EFI_SERVICE_BINDING){create_child, destroy_child};
	h->http = (struct http_protocol){.configure = configure,
		.request = request,
		.response = response,
		.poll = poll};
	t->binding = (EFI_SERVICE_BINDING){tcp_create, tcp_destroy};
	t->four = (struct tcp4_protocol){.configure = tcp_configure_,
		.routes = tcp_routes,
		.connect = tcp_connect_,
		.poll = tcp_poll};
	t->six = (struct tcp6_protocol){.configure = tcp_configure_,
		.connect = tcp_connect_,
		.poll = tcp_poll};
	present_tcp = t;
	card->more[1] = (struct fakefw_more){&binding_guid, &h->binding};
	card->more[2] = (struct fakefw_more){&tcp4_binding_guid, &t->binding};
}

void fakefw_http_use_ip6(struct fakefw_handle *card, struct fakefw_tcp *t)
{
	t->is_ip6 = true;
	card->more[2].guid = &tcp6_binding_guid;
}

void fakefw_http_end(struct fakefw_http *h)
{
	for (size_t i = 0; i < h->posts; i++)
		free(h->post[i]);
	h->posts = 0;
}
