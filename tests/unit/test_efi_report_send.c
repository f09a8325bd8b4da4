/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The report, sent to the network that we were started from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "efi/handover.h"
#include "efi/report_send.h"
#include "efi/vars.h"
#include "storage/err.h"
#include "tests/support/network_rig.h"

static void to_whom(void **state)
{
	static const uint8_t log_server[] = {7, 4, 10, 0, 2, 7, 255};

	(void)state;
	assert_int_equal(network_send(&network, "one", 3), 0);
	assert_int_equal(server.datagram_port, 514);
	assert_memory_equal(
		server.datagram_to, ((uint8_t[16]){10, 0, 2, 2}), 16);
	memcpy(server.mode.DhcpAck.Raw + 246, log_server, sizeof(log_server));
	network_open(&network, &fw, &time_piece, &watchdog);
	assert_int_equal(network_send(&network, "two", 3), 0);
	assert_memory_equal(
		server.datagram_to, ((uint8_t[16]){10, 0, 2, 7}), 16);
	assert_string_equal(server.datagram[0], "one");
	assert_string_equal(server.datagram[1], "two");
}

static void not_sent(void **state)
{
	uint64_t since;

	(void)state;
	server.udp_status = EFI_TIMEOUT;
	server.udp_ms = 1000;
	assert_int_equal(network_send(&network, "x", 1), -ERR_IO);
	server.udp_status = 0;
	assert_int_equal(network_send(&network, "x", 1), -ERR_IO);
	assert_int_equal(server.datagrams, 0);
	/* Slow, but it works: until the time is over. */
	network_open(&network, &fw, &time_piece, &watchdog);
	since = machine.ticks;
	for (int i = 0; i < 20; i++)
		(void)network_send(&network, "x", 1);
	assert_int_equal(server.datagrams, 5);
	assert_in_range(passed_ms(since), 5000, 5500);
}

static struct front front;

static bool is_windows_next;

/* A report that is seen after a reset would be no use. */
static void look_at_next(void)
{
	is_windows_next = fakefw_variable(&machine, vars_boot_next.name,
				  vars_boot_next.vendor) != NULL;
}

static void after_boot_next(void **state)
{
	static const uint8_t esp[] = {
		4, 1, 42, 0, 1, [24] = 0x11, [40] = 2, 2, 0x7f, 0xff, 4, 0};
	static const struct record no_record;
	CHAR16 name[VARS_BOOT_NAME_UNITS];
	struct vars_name option = vars_boot_option(8, name);
	uint8_t bytes[512];
	size_t len;

	(void)state;
	assert_int_equal(
		bootopt_encode("Windows Boot Manager", esp,
			BOOTOPT_WINDOWS_PATH, bytes, sizeof(bytes), &len),
		0);
	fakefw_put(&machine, option.name, option.vendor, VARS_NV_BS_RT, bytes,
		len);
	front_open(&front);
	handover_prepare(&front);
	server.on_datagram = look_at_next;
	is_windows_next = false;
	handover_carry_out(&front, &no_record, 1);
	assert_true(server.datagrams >= 2);
	assert_true(is_windows_next);
	assert_true(machine.reset_calls > 0);
	machine.reset_calls = 0;
	assert_non_null(strstr(server.datagram[0], "\"step\":\"boot-next\""));
	assert_non_null(strstr(server.datagram[1], "\"event\":\"end\""));
	console_close(&front.console);
}

static void the_whole_report(void **state)
{
	(void)state;
	front_open(&front);
	memset(&front.network, 0, sizeof(front.network));
	console_report(&front.console, "{\"event\":\"a\"}");
	console_flush_report(&front.console);
	report_send(&front); /* not from the network */
	assert_int_equal(server.datagrams, 0);
	front.network = network;
	strcpy(front.sender.mac, "52:54:00:12:34:56"); /* machine_tell() */
	console_report(&front.console, "{\"event\":\"b\"}");
	report_send(&front); /* what is not printed waits */
	assert_int_equal(server.datagrams, 1);
	assert_string_equal(server.datagram[0],
		"<134>1 2024-07-19T00:00:00Z 10.0.2.15 loopbreaker 13365820800 "
		"a [meta sequenceId=\"1\"][machine@32473 "
		"mac=\"52:54:00:12:34:56\"] {\"event\":\"a\"}");
	console_flush_report(&front.console);
	report_send(&front);
	report_send(&front);
	assert_int_equal(server.datagrams, 2);
	assert_non_null(strstr(server.datagram[1], "sequenceId=\"2\""));
	server.udp_status = EFI_DEVICE_ERROR;
	console_report(&front.console, "{\"event\":\"c\"}");
	console_flush_report(&front.console);
	report_send(&front);
	assert_int_equal(server.datagrams, 2);
	console_close(&front.console);
}

static unsigned int requests_before;

static void look_at_requests(void)
{
	requests_before = server.requests;
}

/* Quirk Q78: an answer shows that the card has sent what was before it. */
static void the_card_has_sent_it(void **state)
{
	uint64_t since;

	(void)state;
	front_open(&front);
	server.on_datagram = look_at_requests;
	console_report(&front.console, "{\"event\":\"a\"}");
	console_flush_report(&front.console);
	report_send(&front);
	assert_int_equal(server.datagrams, 1);
	assert_int_equal(requests_before, 0);
	assert_int_equal(server.requests, 1);
	assert_string_equal(server.name, "pxe/sent");
	/* A server that is gone costs what is left of the report's time. */
	server.is_silent = true;
	console_report(&front.console, "{\"event\":\"b\"}");
	console_flush_report(&front.console);
	since = machine.ticks;
	report_send(&front);
	assert_int_equal(server.requests, 2);
	assert_in_range(passed_ms(since), 4000, 5500);
	/* ... once. */
	since = machine.ticks;
	report_send(&front);
	assert_int_equal(server.requests, 2);
	assert_in_range(passed_ms(since), 0, 100);
	console_close(&front.console);
}

/* More than is kept: the first lines are missing, the rest is whole. */
static void a_long_report(void **state)
{
	char line[900];
	size_t i;

	(void)state;
	front_open(&front);
	for (i = 0; i < 100; i++) {
		(void)snprintf(line, sizeof(line),
			"{\"event\":\"n%zu\",%0800u}", i, 0u);
		console_report(&front.console, line);
	}
	console_flush_report(&front.console);
	report_send(&front);
	assert_in_range(server.datagrams, 10, 99);
	for (i = 0; i < server.datagrams; i++) {
		(void)snprintf(line, sizeof(line), " n%zu [",
			100 - server.datagrams + i);
		assert_non_null(strstr(server.datagram[i], line));
	}
	console_close(&front.console);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(to_whom),
		TEST(not_sent),
		TEST(after_boot_next),
		TEST(the_whole_report),
		TEST(the_card_has_sent_it),
		TEST(a_long_report),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
