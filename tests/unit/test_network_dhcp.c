/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DHCP answers, good and hostile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/network/dhcp.h"
#include "storage/err.h"
#include "tests/support/exact.h"

static uint8_t packet[NET_DHCP_MAX_BYTES + 1];
static size_t packet_len;
static struct net_origin origin;

static int make4(void **state)
{
	static const uint8_t magic[] = {99, 130, 83, 99};

	(void)state;
	memset(packet, 0, sizeof(packet));
	packet[0] = 2;
	memcpy(packet + 20, (uint8_t[]){10, 0, 2, 2}, 4);
	memcpy(packet + 108, "pxe/lb.efi", 10);
	memcpy(packet + 236, magic, sizeof(magic));
	packet_len = 240;
	memset(&origin, 0, sizeof(origin));
	return 0;
}

static void add4(uint8_t option, const void *bytes, size_t len)
{
	packet[packet_len++] = option;
	packet[packet_len++] = (uint8_t)len;
	memcpy(packet + packet_len, bytes, len);
	packet_len += len;
}

/* -ERR_NOT_FOUND: a good packet that names no file, or no server. */
static int check4(void)
{
	uint8_t *exact = exact_copy(packet, packet_len);
	int err = net_dhcp4_check(exact, packet_len, &origin);

	free(exact);
	return !err && origin.transport == NET_NOWHERE ? -ERR_NOT_FOUND : err;
}

static void assert_server(uint8_t last)
{
	assert_int_equal(origin.transport, NET_TFTP);
	assert_false(origin.server.is_ip6);
	assert_int_equal(origin.server.bytes[3], last);
}

static void the_fields(void **state)
{
	(void)state;
	assert_int_equal(check4(), 0);
	assert_server(2);
	assert_string_equal(origin.base, "pxe/");
	assert_false(net_address_is_set(&origin.log_server));
}

static void the_options(void **state)
{
	(void)state;
	add4(53, "\5", 1);
	packet[packet_len++] = 0; /* a pad */
	add4(3, (uint8_t[]){10, 0, 2, 3}, 4);
	add4(7, (uint8_t[]){10, 0, 2, 7, 10, 0, 2, 8}, 8);
	add4(66, "10.0.2.66", 9);
	add4(67, "other/x.efi\0", 12);
	add4(67, "second/x.efi", 12);
	packet[packet_len++] = 255;
	packet[packet_len++] = 67; /* behind the end */
	assert_int_equal(check4(), 0);
	assert_server(2); /* the next server comes first */
	assert_string_equal(origin.base, "other/");
	assert_int_equal(origin.log_server.bytes[3], 7);
	assert_int_equal(origin.router.bytes[3], 3);
}

static void servers(void **state)
{
	(void)state;
	memset(packet + 20, 0, 4);
	assert_int_equal(check4(), -ERR_NOT_FOUND);
	add4(54, (uint8_t[]){10, 0, 2, 54}, 4);
	assert_int_equal(check4(), 0);
	assert_server(54);
	/* A name: nobody looks it up. */
	add4(66, "boot.example", 12);
	assert_int_equal(check4(), 0);
	assert_server(54);
	packet_len -= 14;
	add4(66, "10.0.2.66\0", 10);
	assert_int_equal(check4(), 0);
	assert_server(66);
	packet_len = 240;
	add4(66, "0.0.0.0", 7);
	assert_int_equal(check4(), -ERR_NOT_FOUND);
	packet_len = 240;
	add4(54, "\1\2\3", 3);
	assert_int_equal(check4(), -ERR_NOT_FOUND);
}

static void no_file(void **state)
{
	(void)state;
	memset(packet + 108, 0, 128);
	assert_int_equal(check4(), -ERR_NOT_FOUND);
	add4(67, "", 0);
	add4(7, (uint8_t[]){10, 0, 2, 7}, 4);
	assert_int_equal(check4(), -ERR_NOT_FOUND);
	assert_int_equal(origin.log_server.bytes[3], 7);
	assert_int_equal(origin.transport, NET_NOWHERE);
}

/* The field has options then, and no name. */
static void overload(void **state)
{
	(void)state;
	add4(52, "\1", 1);
	assert_int_equal(check4(), -ERR_NOT_FOUND);
	packet[242] = 2; /* of the server's name only */
	assert_int_equal(check4(), 0);
	packet[241] = 0; /* and now it says nothing */
	packet_len--;
	assert_int_equal(check4(), 0);
	add4(52, "\3", 1); /* the first counts */
	assert_int_equal(check4(), 0);
}

static void a_url(void **state)
{
	(void)state;
	add4(7, (uint8_t[]){10, 0, 2, 7}, 4);
	add4(67, "http://10.0.2.9/a/b.efi", 23);
	assert_int_equal(check4(), 0);
	assert_int_equal(origin.transport, NET_HTTP);
	assert_string_equal(origin.base, "http://10.0.2.9/a/");
	assert_int_equal(origin.log_server.bytes[3], 7);
	packet_len = 240;
	add4(67, "ftp://10.0.2.9/a", 16);
	assert_int_equal(check4(), -ERR_UNSUPPORTED);
	/* Without a NUL at its end. */
	memset(packet + 108, 'a', 128);
	packet_len = 240;
	assert_int_equal(check4(), 0);
	assert_string_equal(origin.base, "");
	memcpy(packet + 108 + 125, "://", 3);
	assert_int_equal(check4(), -ERR_UNSUPPORTED);
}

static void broken4(void **state)
{
	size_t whole;
	size_t i;

	(void)state;
	add4(67, "other/x.efi", 11);
	whole = packet_len;
	for (packet_len = 0; packet_len < whole; packet_len++)
		assert_int_equal(
			check4(), packet_len == 240 ? 0 : -ERR_TRUNCATED);
	for (i = 236; i < 240; i++) {
		packet[i] ^= 1;
		assert_int_equal(check4(), -ERR_CORRUPT);
		packet[i] ^= 1;
	}
	packet[243] = '\n';
	assert_int_equal(check4(), -ERR_CORRUPT);
	packet[243] = 'x';
	packet_len = sizeof(packet);
	assert_int_equal(check4(), -ERR_TOO_LARGE);
	packet_len--;
	assert_int_equal(check4(), 0);
	for (i = 0; i < whole * 8; i++) {
		packet[i / 8] ^= (uint8_t)(1u << i % 8);
		(void)check4();
		packet[i / 8] ^= (uint8_t)(1u << i % 8);
	}
}

/* Broken behind what was found already. */
static void broken_later(void **state)
{
	size_t good;

	(void)state;
	add4(7, (uint8_t[]){10, 0, 2, 7}, 4);
	add4(3, (uint8_t[]){10, 0, 2, 3}, 4);
	packet[packet_len++] = 53; /* and no more */
	assert_int_equal(check4(), -ERR_TRUNCATED);
	packet_len--;
	add4(67, "other/x.efi", 11);
	good = packet_len;
	packet[packet_len++] = 53;
	assert_int_equal(check4(), 0);
	memset(packet + 20, 0, 4); /* looks for another server */
	assert_int_equal(check4(), -ERR_TRUNCATED);
	packet_len = good;
	add4(66, "boot", 4);
	packet[packet_len++] = 53;
	assert_int_equal(check4(), -ERR_TRUNCATED);
	packet_len = good;
	packet[packet_len++] = 255;
	packet[packet_len++] = 53; /* behind the end */
	assert_int_equal(check4(), -ERR_NOT_FOUND);
	packet_len = 240;
	add4(7, (uint8_t[]){10, 0, 2, 7}, 4);
	packet[packet_len++] = 53;
	assert_int_equal(check4(), -ERR_TRUNCATED);
}

/* --- IPv6 ------------------------------------------------------------------
 */

static void add6(uint8_t option, const char *text)
{
	size_t len = strlen(text);

	packet[packet_len++] = 0;
	packet[packet_len++] = option;
	packet[packet_len++] = (uint8_t)(len >> 8);
	packet[packet_len++] = (uint8_t)len;
	memcpy(packet + packet_len, text, len);
	packet_len += len;
}

static int check6(void)
{
	uint8_t *exact = exact_copy(packet, packet_len);
	int err = net_dhcp6_check(exact, packet_len, &origin);

	free(exact);
	return !err && origin.transport == NET_NOWHERE ? -ERR_NOT_FOUND : err;
}

static int make6(void **state)
{
	(void)make4(state);
	memset(packet, 0, sizeof(packet));
	packet[0] = 7;
	packet_len = 4;
	return 0;
}

static void ip6(void **state)
{
	(void)state;
	assert_int_equal(check6(), -ERR_NOT_FOUND);
	add6(1, "client");
	assert_int_equal(check6(), -ERR_NOT_FOUND);
	add6(59, "tftp://[2001:db8::9]/pxe/lb.efi");
	add6(59, "tftp://[2001:db8::a]/second/lb.efi");
	assert_int_equal(check6(), 0);
	assert_int_equal(origin.transport, NET_TFTP);
	assert_true(origin.server.is_ip6);
	assert_int_equal(origin.server.bytes[15], 9);
	assert_string_equal(origin.base, "pxe/");
}

static void broken6(void **state)
{
	size_t whole;

	(void)state;
	add6(1, "client");
	add6(59, "http://h/x");
	whole = packet_len;
	for (packet_len = 0; packet_len < whole; packet_len++)
		assert_int_equal(check6(), packet_len < 5 || packet_len == 14
						   ? -ERR_NOT_FOUND
						   : -ERR_TRUNCATED);
	packet[6] = 0xFF;
	assert_int_equal(check6(), -ERR_TRUNCATED);
	packet[6] = 0;
	packet_len = whole;
	packet[18] = '\n'; /* in the URL */
	assert_int_equal(check6(), -ERR_CORRUPT);
	packet[18] = 'h';
	packet_len = sizeof(packet);
	assert_int_equal(check6(), -ERR_TOO_LARGE);
	assert_int_equal(origin.transport, NET_NOWHERE);
	packet_len--; /* zeros behind it, as PXE keeps them */
	assert_int_equal(check6(), 0);
	assert_string_equal(origin.base, "http://h/");
}

#define TEST4(f) cmocka_unit_test_setup(f, make4)
#define TEST6(f) cmocka_unit_test_setup(f, make6)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST4(the_fields),
		TEST4(the_options),
		TEST4(servers),
		TEST4(no_file),
		TEST4(overload),
		TEST4(a_url),
		TEST4(broken4),
		TEST4(broken_later),
		TEST6(ip6),
		TEST6(broken6),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
