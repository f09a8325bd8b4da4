/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * EFI_HTTP_PROTOCOL, which gnu-efi does not have (UEFI specification 2.10,
 * section 29.6): what of it is needed for a request and its answer.
 */
#ifndef EFI_HTTP_PROTOCOL_H
#define EFI_HTTP_PROTOCOL_H

#include <efi.h>

#include "efi/net_link.h"

#define HTTP_BINDING_GUID                                                      \
	{                                                                      \
		0xbdc8e6af, 0xd9bc, 0x4379,                                    \
		{                                                              \
			0xa7, 0x2a, 0xe0, 0xc4, 0xe7, 0x5d, 0xae, 0x1c         \
		}                                                              \
	}
#define HTTP_GUID                                                              \
	{                                                                      \
		0x7a59b29b, 0x910b, 0x4171,                                    \
		{                                                              \
			0x82, 0x42, 0xa8, 0x5a, 0x0d, 0xf2, 0x5b, 0x5b         \
		}                                                              \
	}

/* The numbers that the protocol has for methods and answers. */
#define HTTP_METHOD_GET	   0
#define HTTP_METHOD_POST   1
#define HTTP_STATUS_200	   3
#define HTTP_STATUS_206	   9 /* the last of success */
#define HTTP_STATUS_404	   21
#define HTTP_VERSION_11	   1
#define EFI_HTTP_ERROR_BIT EFIERR(35) /* the answer is none of success */

struct http4_access_point {
	BOOLEAN use_default_address;
	UINT8 local_ip[4];
	UINT8 local_mask[4];
	UINT16 local_port; /* 0: any */
};

struct http6_access_point {
	UINT8 local_ip[16];
	UINT16 local_port;
};

struct http_config {
	UINT32 version;
	UINT32 timeout_ms;
	BOOLEAN is_ip6;
	const void *access_point;
};

struct http_request {
	UINT32 method;
	const CHAR16 *url;
};

struct http_response {
	UINT32 status;
};

struct http_header {
	const char *name;
	const char *value;
};

struct http_message {
	union {
		const struct http_request *request;
		struct http_response *response; /* NULL: more of the body */
	} data;
	UINTN header_count;
	struct http_header *headers; /* of an answer: for FreePool() */
	UINTN body_len;		     /* of an answer: room, then bytes */
	void *body;
};

struct http_token {
	EFI_EVENT event;
	EFI_STATUS status;
	struct http_message *message;
};

struct http_protocol;

typedef EFI_STATUS(EFIAPI *http_call)(
	struct http_protocol *this, struct http_token *token);

struct http_protocol {
	void *get_mode_data;
	EFI_STATUS(EFIAPI *configure)
	(struct http_protocol *this,
		const struct http_config *config); /* NULL: aborts all */
	http_call request;
	http_call cancel;
	http_call response;
	net_poll poll;
};

#endif
