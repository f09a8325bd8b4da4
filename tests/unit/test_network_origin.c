/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses, URLs and paths: where the program came from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/network/origin.h"
#include "storage/err.h"
#include "tests/support/exact.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct net_origin origin;

static int url(const char *text)
{
	char *exact = exact_copy(text, strlen(text));
	int err = net_url_check(exact, strlen(text), &origin);

	free(exact);
	return err;
}

static void good_ip4(void **state)
{
	static const uint8_t wanted[] = {192, 0, 2, 255};
	struct net_address a;

	(void)state;
	memset(&a, 0xA5, sizeof(a));
	assert_int_equal(net_ip4_parse("192.0.2.255", 11, &a), 0);
	assert_false(a.is_ip6);
	assert_memory_equal(a.bytes, wanted, 4);
	assert_int_equal(a.bytes[15], 0);
	assert_int_equal(net_ip4_parse("0.0.0.0", 7, &a), 0);
	assert_false(net_address_is_set(&a));
}

static void bad_ip4(void **state)
{
	static const char *const bad[] = {"", "1", "1.2.3", "1.2.3.",
		"1.2.3.4.", "1.2.3.4 ", " 1.2.3.4", "256.1.1.1", "1.2.3.1000",
		"1..2.3", "a.b.c.d", "1.2.3.4.5", "0x1.2.3.4", "server.example",
		"::1"};
	struct net_address a;

	(void)state;
	memset(&a, 0xA5, sizeof(a));
	for (size_t i = 0; i < COUNT(bad); i++) {
		char *exact = exact_copy(bad[i], strlen(bad[i]));

		assert_int_equal(net_ip4_parse(exact, strlen(bad[i]), &a),
			-ERR_UNSUPPORTED);
		free(exact);
	}
	assert_int_equal(a.bytes[0], 0xA5);
}

static void good_ip6(void **state)
{
	static const struct {
		const char *text;
		uint8_t bytes[NET_IP6_BYTES];
	} cases[] = {
		{"2001:db8::1", {0x20, 1, 0xd, 0xb8, [15] = 1}},
		{"::1", {[15] = 1}},
		{"fe80::", {0xfe, 0x80}},
		{"::2:3", {[13] = 2, [15] = 3}},
		{"1:2::7:8", {[1] = 1, [3] = 2, [13] = 7, [15] = 8}},
		{"1:2:3:4:5:6:7:8",
			{0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8}},
		{"1:2:3:4:5:6:7::",
			{0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 0}},
		{"::2:3:4:5:6:7:8",
			{0, 0, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8}},
		{"FFFF:abcd::", {0xff, 0xff, 0xab, 0xcd}},
	};
	struct net_address a;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t len = strlen(cases[i].text);
		char *exact = exact_copy(cases[i].text, len);

		assert_int_equal(net_ip6_parse(exact, len, &a), 0);
		assert_true(a.is_ip6);
		assert_memory_equal(a.bytes, cases[i].bytes, NET_IP6_BYTES);
		free(exact);
	}
}

static void bad_ip6(void **state)
{
	static const char *const bad[] = {"", ":", "::", ":::", "1", "1:2",
		"1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
		"1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "1::2::3", "1:::2",
		"12345::", "g::", "::1.2.3.4", "fe80::1%eth0",
		"1:2:3:4:5:6:7:", ":1:2:3:4:5:6:7", "1::2:", "192.0.2.1"};
	struct net_address a;

	(void)state;
	memset(&a, 0xA5, sizeof(a));
	for (size_t i = 0; i < COUNT(bad); i++) {
		char *exact = exact_copy(bad[i], strlen(bad[i]));

		assert_int_equal(net_ip6_parse(exact, strlen(bad[i]), &a),
			-ERR_UNSUPPORTED);
		free(exact);
	}
	assert_int_equal(a.bytes[0], 0xA5);
}

static void texts(void **state)
{
	static const uint8_t four[] = {192, 0, 2, 255};
	char text[NET_ADDRESS_TEXT_BYTES] = "before";
	struct net_address a = {.is_ip6 = true};

	(void)state;
	net_address_text(&a, text);
	assert_string_equal(text, "");
	assert_int_equal(net_ip6_parse("2001:db8::a:1", 13, &a), 0);
	net_address_text(&a, text);
	assert_string_equal(text, "2001:0db8:0000:0000:0000:0000:000a:0001");
	net_ip4_set(&a, four);
	net_address_text(&a, text);
	assert_string_equal(text, "192.0.2.255");
}

static void good_urls(void **state)
{
	static const struct {
		const char *url;
		const char *base;
	} http[] = {
		{"http://10.0.0.1/pxe/lb.efi", "http://10.0.0.1/pxe/"},
		{"HTTPS://Boot.example:8443/lb.efi",
			"HTTPS://Boot.example:8443/"},
		{"http://boot", "http://boot/"},
		{"http://boot?x=/y", "http://boot/"},
		{"http://boot/a/b.efi?v=1/2", "http://boot/a/"},
		{"http://boot/a/b.efi#c/d", "http://boot/a/"},
		{"http://[2001:db8::1]/a/", "http://[2001:db8::1]/a/"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(http); i++) {
		assert_int_equal(url(http[i].url), 0);
		assert_int_equal(origin.transport, NET_HTTP);
		assert_string_equal(origin.base, http[i].base);
	}
	assert_int_equal(url("tftp://192.0.2.1/a/b/lb.efi"), 0);
	assert_int_equal(origin.transport, NET_TFTP);
	assert_string_equal(origin.base, "a/b/");
	assert_int_equal(origin.server.bytes[0], 192);
	assert_int_equal(url("tftp://[2001:db8::5]/lb.efi"), 0);
	assert_true(origin.server.is_ip6);
	assert_int_equal(origin.server.bytes[15], 5);
	assert_string_equal(origin.base, "");
	assert_int_equal(url("tftp://192.0.2.1"), 0);
	assert_string_equal(origin.base, "");
}

/* What is an address is known, for whoever wants to try it first. */
static void http_servers(void **state)
{
	static const struct {
		const char *url;
		uint16_t port;
		uint8_t first; /* byte of the address; 0: a name */
	} cases[] = {
		{"http://192.0.2.7/x", 80, 192},
		{"http://192.0.2.7:8080/x", 8080, 192},
		{"https://192.0.2.7", 443, 192},
		{"http://[2001:db8::7]/x", 80, 0x20},
		{"http://[2001:db8::7]:65535/x", 65535, 0x20},
		{"http://192.0.2.7:0/x", 80, 192},
		{"http://192.0.2.7:/x", 80, 192},
		{"http://server.example:99/x", 99, 0},
		{"http://server/x", 80, 0},
		{"http://1/x", 80, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(url(cases[i].url), 0);
		assert_int_equal(origin.port, cases[i].port);
		assert_int_equal(origin.server.bytes[0], cases[i].first);
		assert_int_equal(origin.server.is_ip6, cases[i].first == 0x20);
	}
	assert_int_equal(url("http://192.0.2.7:65536/x"), -ERR_CORRUPT);
	assert_int_equal(url("http://h:99999999999999999999/x"), -ERR_CORRUPT);
}

static void bad_urls(void **state)
{
	static const char *const corrupt[] = {"http://", "http:///x",
		"http://user@host/x", "http://a b/x", "http://h/x y",
		"http://h\x80/", "http://h~/x", "http://?/", "tftp:///x",
		"\x7f"};
	static const char *const unsupported[] = {"", "http", "http:/",
		"ftp://h/x", "file:///x", "tftp://name/x", "tftp://1.2.3/x",
		"tftp://[::1/x", "tftp://[]/x", "tftp://192.0.2.1:69/x",
		"tftp://0.0.0.0/x", "//h/x"};

	(void)state;
	memset(&origin, 0, sizeof(origin));
	for (size_t i = 0; i < COUNT(corrupt); i++)
		assert_int_equal(url(corrupt[i]), -ERR_CORRUPT);
	for (size_t i = 0; i < COUNT(unsupported); i++)
		assert_int_equal(url(unsupported[i]), -ERR_UNSUPPORTED);
	assert_int_equal(
		net_url_check("http://h/\0x", 11, &origin), -ERR_CORRUPT);
	assert_int_equal(origin.transport, NET_NOWHERE);
}

static void long_ones(void **state)
{
	char text[1024];
	char name[NET_NAME_BYTES];
	size_t len;

	(void)state;
	memset(text, 'a', sizeof(text));
	memcpy(text, "http://", 7);
	/* A host that stands alone gets a slash and a NUL. */
	for (len = NET_BASE_BYTES - 4; len < NET_BASE_BYTES + 4; len++)
		assert_int_equal(net_url_check(text, len, &origin),
			len <= NET_BASE_BYTES - 2 ? 0 : -ERR_TOO_LARGE);
	text[8] = '/';
	for (len = NET_BASE_BYTES - 4; len < NET_BASE_BYTES + 4; len++) {
		text[len - 1] = '/';
		assert_int_equal(net_url_check(text, len, &origin),
			len < NET_BASE_BYTES ? 0 : -ERR_TOO_LARGE);
		text[len - 1] = 'a';
	}
	text[NET_BASE_BYTES - 2] = '/';
	assert_int_equal(net_url_check(text, sizeof(text), &origin), 0);
	memset(text, 'n', sizeof(text));
	text[200] = '\0';
	(void)net_origin_name(&origin, text, name);
	assert_int_equal(strlen(name), NET_NAME_BYTES - 1);
}

static void paths(void **state)
{
	static const char *const cases[][2] = {
		{"lb.efi", ""},
		{"pxe/lb.efi", "pxe/"},
		{"/pxe/x64/lb.efi", "/pxe/x64/"},
		{"boot\\x64\\lb.efi", "boot\\x64\\"},
		{"a folder/lb.efi", "a folder/"},
		{"", ""},
	};
	char name[NET_NAME_BYTES];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(net_file_check(cases[i][0],
					 strlen(cases[i][0]), &origin),
			0);
		assert_string_equal(origin.base, cases[i][1]);
	}
	assert_int_equal(net_file_check("a\nb", 3, &origin), -ERR_CORRUPT);
	assert_int_equal(net_file_check("a\0b", 3, &origin), -ERR_CORRUPT);
	assert_int_equal(net_file_check("pxe/lb.efi", 10, &origin), 0);
	assert_string_equal(
		net_origin_name(&origin, "policy.dtb", name), "pxe/policy.dtb");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_ip4),
		cmocka_unit_test(bad_ip4),
		cmocka_unit_test(good_ip6),
		cmocka_unit_test(bad_ip6),
		cmocka_unit_test(texts),
		cmocka_unit_test(good_urls),
		cmocka_unit_test(http_servers),
		cmocka_unit_test(bad_urls),
		cmocka_unit_test(long_ones),
		cmocka_unit_test(paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
