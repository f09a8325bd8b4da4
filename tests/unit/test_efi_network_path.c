/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Device paths of programs that were started from the network. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "efi/devpath.h"
#include "efi/network_path.h"
#include "storage/err.h"
#include "tests/support/exact.h"

static uint8_t path[512];
static size_t path_len;
static struct network_path found;

static uint8_t *add(uint8_t subtype, size_t len)
{
	uint8_t *at = path + path_len;

	memset(at, 0xA5, len);
	(void)devpath_put_header(at, DEVPATH_MESSAGING, subtype, len);
	path_len += len;
	return at;
}

static int make(void **state)
{
	(void)state;
	path_len = 6;
	memset(path, 0, sizeof(path));
	(void)devpath_put_header(path, 1, 1, 6);
	memset(&found, 0, sizeof(found));
	return 0;
}

static int check(void)
{
	uint8_t *exact;
	int err;

	devpath_put_end(path + path_len);
	exact = exact_copy(path, path_len + DEVPATH_END_BYTES);
	err = network_path_check(exact, path_len + DEVPATH_END_BYTES, &found);
	free(exact);
	return err;
}

static void add_mac(void)
{
	uint8_t *at = add(DEVPATH_MAC, 37);

	memcpy(at + 4, "\x52\x54\0\x12\x34\x56", 6);
	at[36] = 1;
}

static uint8_t *add_ip4(size_t len)
{
	uint8_t *at = add(DEVPATH_IP4, len);

	memcpy(at + 4, (uint8_t[]){10, 0, 2, 15, 10, 0, 2, 2}, 8);
	if (len == 27)
		memcpy(at + 19, (uint8_t[]){10, 0, 2, 1, 255, 255, 0, 0}, 8);
	return at;
}

static void add_uri(const char *url)
{
	uint8_t *at = add(DEVPATH_URI, 4 + strlen(url));

	memcpy(at + 4, url, strlen(url));
}

static void a_disk(void **state)
{
	(void)state;
	assert_int_equal(check(), -ERR_NOT_FOUND);
}

static void pxe(void **state)
{
	(void)state;
	add_mac();
	(void)add_ip4(27);
	assert_int_equal(check(), 0);
	assert_true(found.has_mac);
	assert_memory_equal(found.mac, "\x52\x54\0\x12\x34\x56", 6);
	assert_int_equal(found.local.bytes[3], 15);
	assert_int_equal(found.gateway.bytes[3], 1);
	assert_int_equal(found.mask.bytes[1], 255);
	assert_int_equal(found.origin.transport, NET_NOWHERE);
}

static void old_nodes(void **state)
{
	(void)state;
	(void)add_ip4(19);
	(void)add(DEVPATH_MAC, 36);
	assert_int_equal(check(), 0);
	assert_false(found.has_mac);
	assert_int_equal(found.local.bytes[3], 15);
	assert_false(net_address_is_set(&found.gateway));
	assert_false(net_address_is_set(&found.mask));
	path_len = 6;
	(void)add(DEVPATH_IP4, 18);
	(void)add(DEVPATH_IP6, 38);
	assert_int_equal(check(), 0);
	assert_false(net_address_is_set(&found.local));
	path_len = 6;
	add(DEVPATH_MAC, 37)[36] = 32; /* InfiniBand */
	assert_int_equal(check(), 0);
	assert_false(found.has_mac);
}

static void http(void **state)
{
	(void)state;
	add_mac();
	(void)add(DEVPATH_IP6, 60);
	add_uri("http://[2001:db8::1]/pxe/lb.efi");
	assert_int_equal(check(), 0);
	assert_true(found.local.is_ip6);
	assert_int_equal(found.local.bytes[15], 0xA5);
	assert_int_equal(found.origin.transport, NET_HTTP);
	assert_string_equal(found.origin.base, "http://[2001:db8::1]/pxe/");
}

/* EDK2's, with a closing NUL; more of them are no URL. */
static void http_and_nul(void **state)
{
	(void)state;
	add_mac();
	(void)add_ip4(27);
	memcpy(add(DEVPATH_URI, 4 + 11) + 4, "http://h/x", 11);
	assert_int_equal(check(), 0);
	assert_int_equal(found.origin.transport, NET_HTTP);
	assert_string_equal(found.origin.base, "http://h/");
	path_len = 6;
	memcpy(add(DEVPATH_URI, 4 + 12) + 4, "http://h/x\0", 12);
	assert_int_equal(check(), 0);
	assert_int_equal(found.origin.transport, NET_NOWHERE);
	path_len = 6;
	add(DEVPATH_URI, 4 + 1)[4] = 0;
	assert_int_equal(check(), 0);
	assert_int_equal(found.origin.transport, NET_NOWHERE);
}

static void no_url(void **state)
{
	(void)state;
	add_uri("");
	assert_int_equal(check(), 0);
	assert_int_equal(found.origin.transport, NET_NOWHERE);
	path_len = 6;
	add_uri("http://a b/");
	assert_int_equal(check(), 0);
	assert_int_equal(found.origin.transport, NET_NOWHERE);
}

static void broken(void **state)
{
	size_t whole;

	(void)state;
	add_mac();
	(void)add_ip4(27);
	add_uri("http://h/x");
	devpath_put_end(path + path_len);
	whole = path_len + DEVPATH_END_BYTES;
	for (size_t len = 0; len < whole; len++) {
		uint8_t *exact = exact_copy(path, len);

		assert_int_equal(
			network_path_check(exact, len, &found), -ERR_TRUNCATED);
		free(exact);
	}
	path[6 + 2] = 3; /* the length of the MAC node */
	assert_int_equal(check(), -ERR_CORRUPT);
	assert_false(found.has_mac);
}

#define TEST(f) cmocka_unit_test_setup(f, make)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_disk),
		TEST(pxe),
		TEST(old_nodes),
		TEST(http),
		TEST(http_and_nul),
		TEST(no_url),
		TEST(broken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
