/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The HTTP and TCP drivers of the fake firmware's card, and a server that may
 * lie.  What the program was started by is an HTTP URL then.
 */
#ifndef TESTS_SUPPORT_FAKEFW_HTTP_H
#define TESTS_SUPPORT_FAKEFW_HTTP_H

#include "efi/http_protocol.h"
#include "efi/tcp_protocol.h"
#include "tests/support/fakefw_network.h"

#define FAKEFW_MAX_POSTS 16

struct fakefw_http {
	EFI_SERVICE_BINDING binding; /* first member */
	struct http_protocol http;
	const struct fakefw_served *files; /* by URL */

	/* How it lies. */
	bool is_silent;	    /* takes connections and answers nothing */
	bool never_sends;   /* takes no request */
	uint64_t busy_ms;   /* before it says that it takes one, or not */
	uint32_t status;    /* instead of 200 or 404 */
	const char *length; /* what it says; NULL: the truth; "": nothing */
	const char *other_length; /* says it twice */
	bool has_no_values;	  /* headers of NULL */
	bool has_no_headers;
	size_t piece;	   /* bytes at once; 0: all */
	size_t dies_after; /* pieces; 0: never */
	uint64_t drip_ms;  /* what a piece takes */
	bool overfills;	   /* more bytes than there is room for */
	bool is_endless;   /* pieces without bytes */
	EFI_STATUS configure_status;
	EFI_STATUS request_status;
	EFI_STATUS response_status; /* at once */
	EFI_STATUS end_status;	    /* with which a piece ends */

	/* What has happened. */
	unsigned int children;
	unsigned int configured;
	unsigned int requests;
	UINT32 method;
	char url[600];
	char host[600];
	struct http_config config;
	struct http4_access_point four;
	struct http6_access_point six;
	size_t posts;
	char *post[FAKEFW_MAX_POSTS];

	/* private */
	struct fakefw_handle *child;
	struct http_token *token;
	bool is_request; /* the token's */
	size_t at;
	size_t pieces;
	uint64_t due;
};

struct fakefw_tcp {
	EFI_SERVICE_BINDING binding; /* first member */
	struct tcp4_protocol four;
	struct tcp6_protocol six;

	bool is_silent;
	EFI_STATUS configure_status;
	EFI_STATUS connect_status; /* at once */
	EFI_STATUS end_status;

	unsigned int children;
	unsigned int configured;
	unsigned int connects;
	struct tcp4_config config4;
	struct tcp6_config config6;
	UINT8 gateway[4];

	/* private */
	bool is_ip6;
	struct fakefw_handle *child;
	struct tcp_token *token;
};

/**
 * fakefw_http_add - both drivers on the card of fakefw_network_add()
 * @card: that card
 */
void fakefw_http_add(struct fakefw_handle *card, struct fakefw_http *h,
	struct fakefw_tcp *t);

void fakefw_http_use_ip6(struct fakefw_handle *card, struct fakefw_tcp *t);

void fakefw_http_end(struct fakefw_http *h);

#endif
