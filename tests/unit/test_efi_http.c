/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A PC that was started by HTTP, and servers that lie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "efi/devpath.h"
#include "efi/report_send.h"
#include "recovery/network/syslog.h"
#include "storage/err.h"
#include "tests/support/fakefw_http.h"
#include "tests/support/network_rig.h"

#define BASE "http://192.0.2.7:8080/pxe/"

static struct fakefw_http http;
static struct fakefw_tcp tcp;
static _Alignas(8) uint8_t boot_path[256];

static struct fakefw_served urls[] = {
	{BASE "policy.dtb", pattern, 1300},
	{BASE "large", pattern, sizeof(pattern)},
	{BASE "empty", pattern, 0},
	{NULL, NULL, 0},
};

static uint8_t *put_ip4(uint8_t *path)
{
	uint8_t *at =
		devpath_put_header(path, DEVPATH_MESSAGING, DEVPATH_IP4, 27);

	memset(at, 0, 23);
	memcpy(at, (uint8_t[]){192, 0, 2, 15}, 4);
	memcpy(at + 15, (uint8_t[]){192, 0, 2, 1}, 4);
	memcpy(at + 19, (uint8_t[]){255, 255, 255, 0}, 4);
	return path + 27;
}

static uint8_t *put_ip6(uint8_t *path)
{
	uint8_t *at =
		devpath_put_header(path, DEVPATH_MESSAGING, DEVPATH_IP6, 60);

	memset(at, 0, 56);
	memset(at, 0xFE, 16);
	return path + 60;
}

/* The card, our address, the URL: as HTTP boot of EDK2 has it. */
static void start_by(const char *url, bool is_ip6)
{
	size_t len = strlen(url);
	uint8_t *at = boot_path;

	memcpy(at, machine.handles[1].device_path, 43);
	at = is_ip6 ? put_ip6(at + 43) : put_ip4(at + 43);
	memcpy(devpath_put_header(at, DEVPATH_MESSAGING, DEVPATH_URI, 4 + len),
		url, len);
	devpath_put_end(at + 4 + len);
	boot->device_path = boot_path;
	boot->more[0].guid = NULL; /* no PXE */
	network_open(&network, &fw, &time_piece, &watchdog);
}

static int start_http(void **state)
{
	(void)start(state);
	memset(&http, 0, sizeof(http));
	memset(&tcp, 0, sizeof(tcp));
	http.files = urls;
	fakefw_http_add(&machine.handles[1], &http, &tcp);
	start_by(BASE "loopbreaker.efi", false);
	return 0;
}

static int stop_http(void **state)
{
	assert_int_equal(http.children, 0);
	assert_int_equal(http.configured, 0);
	assert_null(http.token);
	assert_int_equal(tcp.children, 0);
	assert_int_equal(tcp.configured, 0);
	assert_int_equal(machine.pool, 0);
	fakefw_http_end(&http);
	return stop(state);
}

#define HTTP_TEST(f) cmocka_unit_test_setup_teardown(f, start_http, stop_http)

/* Into a block of exactly its size. */
static int get(const char *name, size_t cap, size_t *ret_len)
{
	uint8_t *room = malloc(cap ? cap : 1);
	int err = network_get(&network, name, room, cap, ret_len);

	if (!err)
		assert_memory_equal(room, pattern, *ret_len);
	free(room);
	return err;
}

/* --- Files ------------------------------------------------------------------
 */

static void a_file(void **state)
{
	size_t len = 0;

	(void)state;
	assert_true(network_has_files(&network));
	assert_int_equal(get("policy.dtb", 65536, &len), 0);
	assert_int_equal(len, 1300);
	assert_string_equal(http.url, BASE "policy.dtb");
	assert_string_equal(http.host, "192.0.2.7:8080");
	assert_int_equal(http.method, HTTP_METHOD_GET);
	assert_int_equal(http.config.version, HTTP_VERSION_11);
	assert_false(http.four.use_default_address);
	assert_memory_equal(
		http.four.local_ip, ((uint8_t[]){192, 0, 2, 15}), 4);
	assert_memory_equal(
		http.four.local_mask, ((uint8_t[]){255, 255, 255, 0}), 4);
	/* It was tried first. */
	assert_int_equal(tcp.connects, 1);
	assert_int_equal(tcp.config4.access_point.remote_port, 8080);
	assert_memory_equal(tcp.config4.access_point.remote_ip,
		((uint8_t[]){192, 0, 2, 7}), 4);
	assert_memory_equal(tcp.gateway, ((uint8_t[]){192, 0, 2, 1}), 4);
	assert_true(tcp.config4.access_point.is_active);
	/* Exactly as much room as it needs, in pieces and at once. */
	http.piece = 333;
	assert_int_equal(get("large", sizeof(pattern), &len), 0);
	assert_int_equal(len, sizeof(pattern));
	http.piece = 0;
	assert_int_equal(get("policy.dtb", 1300, &len), 0);
	assert_int_equal(get("empty", 10, &len), 0);
	assert_int_equal(len, 0);
}

static void by_ip6(void **state)
{
	size_t len = 0;

	(void)state;
	urls[0].name = "http://[2001:db8::2]/policy.dtb";
	fakefw_http_use_ip6(&machine.handles[1], &tcp);
	start_by("http://[2001:db8::2]/x.efi", true);
	assert_int_equal(get("policy.dtb", 65536, &len), 0);
	urls[0].name = BASE "policy.dtb";
	assert_int_equal(len, 1300);
	assert_string_equal(http.host, "[2001:db8::2]");
	assert_true(http.config.is_ip6);
	assert_int_equal(http.six.local_ip[0], 0xFE);
	assert_int_equal(tcp.config6.access_point.remote_port, 80);
	assert_int_equal(tcp.config6.access_point.remote_ip[15], 2);
}

/* Nobody here looks names up: the driver does, and connects. */
static void by_name(void **state)
{
	size_t len = 0;

	(void)state;
	urls[0].name = "https://server.example:444/policy.dtb";
	start_by("https://server.example:444/x.efi", false);
	assert_int_equal(get("policy.dtb", 65536, &len), 0);
	urls[0].name = BASE "policy.dtb";
	assert_string_equal(http.host, "server.example:444");
	assert_int_equal(tcp.connects, 0);
}

/* PXE knows the address; the DHCP answer has a URL. */
static void with_pxe(void **state)
{
	size_t len = 0;

	(void)state;
	boot->more[0].guid = &(EFI_GUID)EFI_PXE_BASE_CODE_PROTOCOL_GUID;
	memcpy(server.mode.DhcpAck.Raw + 108, BASE "x.efi",
		sizeof(BASE "x.efi"));
	network_open(&network, &fw, &time_piece, &watchdog);
	assert_int_equal(get("policy.dtb", 65536, &len), 0);
	assert_memory_equal(http.four.local_ip, ((uint8_t[]){10, 0, 2, 15}), 4);
	/* ... and sends as ever. */
	assert_int_equal(network_send(&network, "x", 1), 0);
	assert_int_equal(server.datagrams, 1);
	assert_int_equal(http.posts, 0);
}

static void without_a_driver(void **state)
{
	size_t len = 0;

	(void)state;
	machine.handles[1].more[1].guid = NULL;
	network_open(&network, &fw, &time_piece, &watchdog);
	assert_false(network_has_files(&network));
	assert_false(network_may_send(&network));
	assert_int_equal(get("policy.dtb", 65536, &len), -ERR_IO);
	assert_int_equal(http.requests, 0);
}

/* --- Servers that lie -------------------------------------------------------
 */

static void no_such_file(void **state)
{
	size_t len = 0;

	(void)state;
	assert_int_equal(get("order.dtb", 65536, &len), -ERR_NOT_FOUND);
	assert_int_equal(get("policy.dtb", 65536, &len), 0);
}

/* Whatever else it says: it is not asked again. */
static void other_answers(void **state)
{
	(void)state;
	for (uint32_t status = 0; status < 48; status++) {
		size_t len = 0;
		int err;

		if (status >= HTTP_STATUS_200 && status <= HTTP_STATUS_206)
			continue;
		network_open(&network, &fw, &time_piece, &watchdog);
		http.status = status;
		err = get("policy.dtb", 65536, &len);
		http.status = 0;
		if (!status) { /* the fake's own */
			assert_int_equal(err, 0);
			continue;
		}
		if (status == HTTP_STATUS_404) {
			assert_int_equal(err, -ERR_NOT_FOUND);
			continue;
		}
		assert_int_equal(err, -ERR_IO);
		assert_int_equal(get("policy.dtb", 65536, &len), -ERR_IO);
		assert_string_equal(http.url, BASE "policy.dtb");
	}
}

static void too_large(void **state)
{
	size_t len = 0;

	(void)state;
	assert_int_equal(get("policy.dtb", 1299, &len), -ERR_TOO_LARGE);
	http.length = "99999999999999999999999999";
	assert_int_equal(get("policy.dtb", 65536, &len), -ERR_TOO_LARGE);
	http.length = "65537";
	assert_int_equal(get("policy.dtb", 65536, &len), -ERR_TOO_LARGE);
}

static void wrong_lengths(void **state)
{
	static const char *const wrong[] = {
		"", "x", "-1", "1300x", "0x10", " 1300", "1299", "12", "1301"};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		size_t len = 0;

		network_open(&network, &fw, &time_piece, &watchdog);
		http.length = wrong[i];
		assert_int_equal(get("policy.dtb", 65536, &len), -ERR_IO);
		assert_int_equal(len, 0);
	}
	http.length = NULL;
}

static void said_twice(void **state)
{
	size_t len = 0;

	(void)state;
	http.other_length = "1300";
	assert_int_equal(get("policy.dtb", 65536, &len), 0);
	http.other_length = "1200";
	assert_int_equal(get("policy.dtb", 65536, &len), -ERR_IO);
}

static void odd_headers(void **state)
{
	size_t len = 0;

	(void)state;
	http.has_no_values = true;
	assert_int_equal(get("policy.dtb", 65536, &len), 0);
	http.has_no_headers = true;
	assert_int_equal(get("policy.dtb", 65536, &len), -ERR_IO);
}

static void ends_early(void **state)
{
	size_t len = 0;

	(void)state;
	http.piece = 100;
	http.is_endless = true;
	assert_int_equal(get("policy.dtb", 65536, &len), -ERR_IO);
	network_open(&network, &fw, &time_piece, &watchdog);
	http.is_endless = false;
	http.overfills = true;
	assert_int_equal(get("policy.dtb", 65536, &len), -ERR_IO);
	network_open(&network, &fw, &time_piece, &watchdog);
	http.overfills = false;
	http.end_status = EFI_DEVICE_ERROR;
	assert_int_equal(get("policy.dtb", 65536, &len), -ERR_IO);
}

static void the_driver_fails(void **state)
{
	EFI_STATUS *const each[] = {&http.configure_status,
		&http.request_status, &http.response_status,
		&tcp.configure_status, &tcp.connect_status, &tcp.end_status};

	(void)state;
	for (size_t i = 0; i < sizeof(each) / sizeof(each[0]); i++) {
		size_t len = 0;

		network_open(&network, &fw, &time_piece, &watchdog);
		*each[i] = EFI_DEVICE_ERROR;
		assert_int_equal(get("policy.dtb", 65536, &len), -ERR_IO);
		*each[i] = EFI_SUCCESS;
	}
}

/* Costs its time once, whenever it falls silent. */
static void falls_silent(void **state)
{
	bool *const each[] = {
		&tcp.is_silent, &http.is_silent, &http.never_sends};

	(void)state;
	for (size_t i = 0; i <= sizeof(each) / sizeof(each[0]); i++) {
		uint64_t since;
		size_t len = 0;

		network_open(&network, &fw, &time_piece, &watchdog);
		http.piece = 100;
		if (i < sizeof(each) / sizeof(each[0]))
			*each[i] = true;
		else
			http.dies_after = 3;
		since = machine.ticks;
		assert_int_equal(get("policy.dtb", 65536, &len), -ERR_IO);
		assert_in_range(passed_ms(since), NETWORK_FETCH_LIMIT_MS - 5,
			NETWORK_FETCH_LIMIT_MS + 5);
		since = machine.ticks;
		assert_int_equal(get("policy.dtb", 65536, &len), -ERR_IO);
		assert_int_equal(passed_ms(since), 0);
		if (i < sizeof(each) / sizeof(each[0]))
			*each[i] = false;
	}
}

/* Names and TLS: the driver comes back when it likes, and that is no hang. */
static void the_driver_is_busy(void **state)
{
	uint64_t hang_ms = watchdog.hang_ms;
	uint64_t since = machine.ticks;
	size_t len = 0;

	(void)state;
	http.busy_ms = 120000;
	http.request_status = EFI_TIMEOUT;
	assert_true(network_may_send(&network));
	assert_int_equal(get("policy.dtb", 65536, &len), -ERR_IO);
	assert_in_range(passed_ms(since), 120000, 120005);
	assert_int_equal(machine.reset_calls, 0);
	assert_int_equal(watchdog.hang_ms, hang_ms);
	/* Once, and not with the report again. */
	assert_false(network_may_send(&network));
	assert_int_equal(get("policy.dtb", 65536, &len), -ERR_IO);
	assert_int_equal(http.requests, 1);
}

static void drips(void **state)
{
	uint64_t since = machine.ticks;
	size_t len = 0;

	(void)state;
	http.piece = 1;
	http.drip_ms = 1000;
	assert_int_equal(get("policy.dtb", 65536, &len), -ERR_IO);
	assert_in_range(passed_ms(since), NETWORK_FETCH_LIMIT_MS - 5,
		NETWORK_FETCH_LIMIT_MS + 5);
}

/* --- Reports ----------------------------------------------------------------
 */

static void a_report(void **state)
{
	(void)state;
	assert_true(network_may_send(&network));
	assert_true(network_send_max(&network) > SYSLOG_MAX_BYTES);
	assert_int_equal(network_send(&network, "one\ntwo", 7), 0);
	assert_int_equal(http.posts, 1);
	assert_string_equal(http.post[0], "one\ntwo");
	assert_string_equal(http.url, BASE "report");
	assert_int_equal(http.method, HTTP_METHOD_POST);
	/* The files of after it. */
	assert_int_equal(network_send(&network, "x", 1), 0);
	assert_int_equal(http.posts, 2);
}

static void nobody_wants_it(void **state)
{
	static const uint32_t answers[] = {
		HTTP_STATUS_404, HTTP_STATUS_206 + 1, 20, 40};

	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		network_open(&network, &fw, &time_piece, &watchdog);
		http.status = answers[i];
		assert_int_equal(network_send(&network, "x", 1), -ERR_IO);
		http.status = 0;
		assert_false(network_may_send(&network));
		assert_int_equal(network_send(&network, "x", 1), -ERR_IO);
	}
	assert_int_equal(http.posts, sizeof(answers) / sizeof(answers[0]));
}

static void nobody_is_there(void **state)
{
	uint64_t since = machine.ticks;

	(void)state;
	tcp.is_silent = true;
	assert_int_equal(network_send(&network, "x", 1), -ERR_IO);
	assert_in_range(passed_ms(since), NETWORK_SEND_LIMIT_MS - 5,
		NETWORK_SEND_LIMIT_MS + 5);
	assert_int_equal(http.requests, 0);
}

/* Lines that were put together again, in order and each whole. */
static size_t count_messages(const char *post, size_t before)
{
	size_t count = 0;

	for (const char *at = post; at; at = strchr(at, '\n')) {
		char wanted[40];

		at += *at == '\n';
		assert_memory_equal(at, "<134>1 ", 7);
		(void)snprintf(wanted, sizeof(wanted), "sequenceId=\"%zu\"",
			before + ++count);
		at = strstr(at, wanted);
		assert_non_null(at);
	}
	return count;
}

static void a_long_report(void **state)
{
	static struct front front;
	size_t count = 0;
	char line[900];

	(void)state;
	front_open(&front);
	for (int i = 0; i < 40; i++) {
		(void)snprintf(
			line, sizeof(line), "{\"event\":\"n\",%0800u}", 0u);
		console_report(&front.console, line);
	}
	console_flush_report(&front.console);
	report_send(&front);
	assert_in_range(http.posts, 3, 4);
	for (size_t i = 0; i < http.posts; i++) {
		assert_in_range(strlen(http.post[i]), SYSLOG_MAX_BYTES,
			NETWORK_REQUEST_MAX_BYTES);
		count += count_messages(http.post[i], count);
	}
	assert_int_equal(count, 40);
	report_send(&front); /* nothing new */
	assert_in_range(http.posts, 3, 4);
	console_close(&front.console);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		HTTP_TEST(a_file),
		HTTP_TEST(by_ip6),
		HTTP_TEST(by_name),
		HTTP_TEST(with_pxe),
		HTTP_TEST(without_a_driver),
		HTTP_TEST(no_such_file),
		HTTP_TEST(other_answers),
		HTTP_TEST(too_large),
		HTTP_TEST(wrong_lengths),
		HTTP_TEST(said_twice),
		HTTP_TEST(odd_headers),
		HTTP_TEST(ends_early),
		HTTP_TEST(the_driver_fails),
		HTTP_TEST(falls_silent),
		HTTP_TEST(the_driver_is_busy),
		HTTP_TEST(drips),
		HTTP_TEST(a_report),
		HTTP_TEST(nobody_wants_it),
		HTTP_TEST(nobody_is_there),
		HTTP_TEST(a_long_report),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
