/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The network that we were started from, and servers that lie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "efi/site_files.h"
#include "storage/err.h"
#include "tests/support/fakefw_files.h"
#include "tests/support/network_rig.h"

/* Into a block of exactly its size, and nothing changes it afterwards. */
static int get(const char *name, size_t cap, size_t *ret_len)
{
	uint8_t *room = malloc(cap ? cap : 1);
	int err = network_get(&network, name, room, cap, ret_len);

	if (!err)
		assert_memory_equal(room, pattern, *ret_len);
	free(room);
	fakefw_pass_time(&machine, 100);
	return err;
}

/* --- Where from -------------------------------------------------------------
 */

static void from_pxe(void **state)
{
	(void)state;
	assert_true(network_has_files(&network));
	assert_string_equal(network.origin.base, "pxe/");
	assert_int_equal(network.origin.server.bytes[3], 2);
	assert_int_equal(network.link.local.bytes[3], 15);
	assert_int_equal(network.link.router.bytes[3], 1);
	assert_int_equal(network.link.mask.bytes[2], 255);
	assert_true(network.path.has_mac);
}

static void nowhere(void)
{
	char byte = 0;

	network_open(&network, &fw, &time_piece, &watchdog);
	assert_false(network_has_files(&network));
	assert_int_equal(
		network_get(&network, "policy.dtb", &byte, 1, NULL), -ERR_IO);
	assert_int_equal(server.requests, 0);
}

static void from_elsewhere(void **state)
{
	static _Alignas(8)
		uint8_t disk[] = {1, 1, 6, 0, 0, 0, 0x7f, 0xff, 4, 0};
	void *path = boot->device_path;

	(void)state;
	boot->device_path = disk;
	nowhere();
	assert_int_equal(network_send(&network, "x", 1), -ERR_IO);
	boot->device_path = NULL;
	nowhere();
	boot->device_path = path;
	server.mode.Started = FALSE;
	nowhere();
	server.mode.Started = TRUE;
	server.pxe.Mode = NULL;
	nowhere();
	server.pxe.Mode = &server.mode;
	boot->more[0].guid = NULL; /* started by HTTP: no PXE */
	nowhere();
	machine.handles[0].loaded_image = NULL;
	nowhere();
	assert_int_equal(network_send(&network, "x", 1), -ERR_IO);
	assert_int_equal(server.datagrams, 0);
}

static void without_files(void **state)
{
	(void)state;
	memcpy(server.mode.DhcpAck.Raw + 108, "http://h/x.efi", 15);
	nowhere();
	assert_int_equal(network.origin.transport, NET_HTTP);
	memset(server.mode.DhcpAck.Raw + 108, 0, 128);
	nowhere();
	server.mode.DhcpAckReceived = FALSE;
	nowhere();
	/* No driver for the card. */
	server.mode.DhcpAckReceived = TRUE;
	server.mode.DhcpAck.Raw[108] = 'x';
	machine.handles[1].more[0].guid = NULL;
	nowhere();
	/* The report still goes out. */
	assert_int_equal(network_send(&network, "x", 1), 0);
}

/* The DHCP server leaves the rest to a proxy, and that to a boot server. */
static void from_a_proxy(void **state)
{
	(void)state;
	server.mode.ProxyOffer = server.mode.DhcpAck;
	server.mode.PxeReply = server.mode.DhcpAck;
	memset(server.mode.DhcpAck.Raw + 108, 0, 128);
	memset(server.mode.DhcpAck.Raw + 20, 0, 4);
	memcpy(server.mode.ProxyOffer.Raw + 108, "proxy/x.efi", 12);
	server.mode.ProxyOffer.Raw[23] = 3;
	server.mode.ProxyOffer.Raw[245] = 99; /* its router */
	server.mode.ProxyOfferReceived = TRUE;
	network_open(&network, &fw, &time_piece, &watchdog);
	assert_true(network_has_files(&network));
	assert_string_equal(network.origin.base, "proxy/");
	assert_int_equal(network.origin.server.bytes[3], 3);
	assert_int_equal(network.link.router.bytes[3], 1);
	server.mode.PxeReplyReceived = TRUE;
	network_open(&network, &fw, &time_piece, &watchdog);
	assert_string_equal(network.origin.base, "pxe/");
	server.mode.PxeReply.Raw[236] = 0; /* no DHCP */
	network_open(&network, &fw, &time_piece, &watchdog);
	assert_string_equal(network.origin.base, "proxy/");
}

/* --- Files ------------------------------------------------------------------
 */

static void a_file(void **state)
{
	size_t len = 0;

	(void)state;
	assert_int_equal(get("policy.dtb", 65536, &len), 0);
	assert_int_equal(len, 1300);
	assert_string_equal(server.name, "pxe/policy.dtb");
	assert_string_equal(server.block_size, "1428");
	assert_memory_equal(
		server.config.station_ip, ((uint8_t[]){10, 0, 2, 15}), 4);
	assert_memory_equal(
		server.config.subnet_mask, ((uint8_t[]){255, 255, 255, 0}), 4);
	assert_memory_equal(
		server.config.gateway_ip, ((uint8_t[]){10, 0, 2, 1}), 4);
	assert_memory_equal(
		server.config.server_ip, ((uint8_t[]){10, 0, 2, 2}), 4);
	assert_false(server.config.use_default_setting);
	server.ends_twice = true;
	assert_int_equal(get("policy.dtb.sig", 385, &len), 0);
	assert_int_equal(len, 384);
}

static void every_size(void **state)
{
	size_t len;

	(void)state;
	for (files[0].len = 0; files[0].len < 1100; files[0].len++) {
		assert_int_equal(get("policy.dtb", files[0].len, &len), 0);
		assert_int_equal(len, files[0].len);
		assert_int_equal(get("policy.dtb", files[0].len + 1, &len), 0);
		if (files[0].len)
			assert_int_equal(
				get("policy.dtb", files[0].len - 1, &len),
				-ERR_TOO_LARGE);
		network.fetch_left_ms = NETWORK_FETCH_LIMIT_MS;
	}
}

static void not_there(void **state)
{
	size_t len = 77;

	(void)state;
	assert_int_equal(get("other.dtb", 100, &len), -ERR_NOT_FOUND);
	assert_int_equal(len, 77);
	assert_int_equal(get("policy.dtb", 1300, &len), 0);
}

/* After it nothing more is asked. */
static void assert_given_up(int wanted)
{
	unsigned int requests;
	size_t len = 77;

	network_open(&network, &fw, &time_piece, &watchdog);
	assert_int_equal(get("large", sizeof(pattern), &len), wanted);
	requests = server.requests;
	assert_int_equal(get("policy.dtb", 1300, &len), -ERR_IO);
	assert_int_equal(server.requests, requests);
	assert_int_equal(len, 77);
}

static void errors(void **state)
{
	(void)state;
	server.error = 2; /* access violation */
	assert_given_up(-ERR_IO);
	server.error = 0x101;
	assert_given_up(-ERR_IO);
	server.error = 1;
	server.has_no_packet = true;
	assert_given_up(-ERR_IO);
	server.error = 0;
	server.has_no_packet = false;
	server.end_status = EFI_DEVICE_ERROR;
	assert_given_up(-ERR_IO);
	server.end_status = 0;
	server.claimed = sizeof(pattern) + 1;
	assert_given_up(-ERR_IO);
	server.claimed = 0;
	server.read_status = EFI_NO_MAPPING;
	assert_given_up(-ERR_IO);
	server.read_status = 0;
	server.configure_status = EFI_INVALID_PARAMETER;
	assert_given_up(-ERR_IO);
	server.configure_status = 0;
	server.create_status = EFI_OUT_OF_RESOURCES;
	assert_given_up(-ERR_IO);
}

static void endless(void **state)
{
	size_t len;

	(void)state;
	server.never_ends = true;
	assert_int_equal(get("large", 5000, &len), -ERR_TOO_LARGE);
	server.never_ends = false;
	server.end_status = EFI_BUFFER_TOO_SMALL;
	assert_int_equal(get("policy.dtb", 5000, &len), -ERR_TOO_LARGE);
	server.end_status = 0;
	assert_int_equal(get("policy.dtb", 5000, &len), 0);
}

static void silence(void **state)
{
	uint64_t since = machine.ticks;

	(void)state;
	server.is_silent = true;
	assert_given_up(-ERR_IO);
	assert_in_range(passed_ms(since), 6000, 6500);
	server.is_silent = false;
	server.dies_after = 3;
	assert_given_up(-ERR_IO);
}

/* A block a second would take 21 seconds, and petting keeps us alive. */
static void slow_drip(void **state)
{
	uint64_t since = machine.ticks;

	(void)state;
	server.drip_ms = 1100;
	assert_given_up(-ERR_IO);
	assert_in_range(passed_ms(since), NETWORK_FETCH_LIMIT_MS,
		NETWORK_FETCH_LIMIT_MS + 500);
}

/* The limit is one for all of them. */
static void many_slow_files(void **state)
{
	uint64_t since = machine.ticks;
	unsigned int good = 0;
	size_t len;

	(void)state;
	server.drip_ms = 2000;
	for (int i = 0; i < 20; i++)
		if (!get("policy.dtb", 2000, &len))
			good++;
	assert_int_equal(good, 4); /* three blocks each, the first at once */
	assert_in_range(passed_ms(since), NETWORK_FETCH_LIMIT_MS,
		NETWORK_FETCH_LIMIT_MS + 3000);
}

static void by_ip6(void **state)
{
	static const uint8_t wanted[16] = {0x20, 1, 0xd, 0xb8, [15] = 2};
	uint64_t since;
	size_t len;

	(void)state;
	fakefw_network_use_ip6(&server);
	network_open(&network, &fw, &time_piece, &watchdog);
	assert_true(network_has_files(&network));
	assert_int_equal(get("policy.dtb", 65536, &len), 0);
	assert_int_equal(len, 1300);
	assert_string_equal(server.name, "pxe/policy.dtb");
	assert_memory_equal(server.config6.server_ip, wanted, 16);
	assert_int_equal(server.config6.station_ip[15], 0xFE);
	assert_int_equal(get("other", 100, &len), -ERR_NOT_FOUND);
	assert_int_equal(network_send(&network, "x", 1), 0);
	assert_memory_equal(server.datagram_to, wanted, 16);
	since = machine.ticks;
	server.is_silent = true;
	assert_given_up(-ERR_IO);
	assert_in_range(passed_ms(since), 6000, 6500);
	/* A server of the other kind than our address. */
	server.mode.UsingIpv6 = FALSE;
	network_open(&network, &fw, &time_piece, &watchdog);
	assert_false(network_has_files(&network));
}

/* --- Beside the program -----------------------------------------------------
 */

static void as_on_a_stick(void **state)
{
	static const struct fakefw_content contents[] = {
		{"\\EFI\\Loopbreaker\\policy.dtb", "of a volume", 11, 0},
		{"\\policy.dtb", "of iPXE", 7, 0},
		{NULL, NULL, 0, 0},
	};
	static const uint8_t ipxe_path[] = {4, 4, 14, 0, 'x', 0, '.', 0, 'e', 0,
		0, 0, 0, 0, 0x7f, 0xff, 4, 0};
	struct fakefw_volume volume;
	struct site_files site;
	uint8_t room[2000];
	size_t len;

	(void)state;
	site_files_open(&site, &fw);
	assert_int_equal(site.origin, POLICY_ORIGIN_NETWORK);
	assert_int_equal(
		site_files_get(&site, FILE_POLICY, room, sizeof(room), &len),
		-ERR_NOT_FOUND);
	assert_int_equal(server.requests, 0);
	site.network = &network;
	assert_int_equal(
		site_files_get(&site, FILE_POLICY, room, sizeof(room), &len),
		0);
	assert_int_equal(len, 1300);
	assert_int_equal(site_files_get(&site, FILE_INCIDENT_ORDER_SIGNATURE,
				 room, sizeof(room), &len),
		-ERR_NOT_FOUND);
	assert_string_equal(server.name, "pxe/incident-order.dtb.sig");
	/* That of the PC is on its disk. */
	assert_int_equal(
		site_files_get(&site, FILE_INSTALLED, room, sizeof(room), &len),
		-ERR_NOT_FOUND);
	assert_int_equal(server.requests, 2);
	/* What has files as well is asked for them. */
	fakefw_volume_init(&volume, NULL);
	volume.contents = contents;
	boot->file_system = &volume.io;
	assert_int_equal(
		site_files_get(&site, FILE_POLICY, room, sizeof(room), &len),
		0);
	assert_int_equal(len, 11);
	/* Names that iPXE gives have no folder: they are in its only one. */
	image.FilePath = (void *)ipxe_path;
	site_files_open(&site, &fw);
	assert_int_equal(
		site_files_get(&site, FILE_POLICY, room, sizeof(room), &len),
		0);
	assert_int_equal(len, 7);
	assert_int_equal(server.requests, 2);
}

static void the_limit(void **state)
{
	size_t len = 0;

	(void)state;
	network_limit(&network, 3000);
	server.drip_ms = 900;
	assert_int_equal(get("policy.dtb", 65536, &len), 0);
	network_limit(&network, 1000); /* they are gone */
	assert_int_equal(get("policy.dtb", 65536, &len), -ERR_IO);
	network_limit(&network, 60000); /* that was all */
	assert_int_equal(get("policy.dtb", 65536, &len), -ERR_IO);
	assert_int_equal(server.requests, 1);
	network_open(&network, &fw, &time_piece, &watchdog);
	network_limit(&network, 60000);
	server.drip_ms = 10000;
	assert_int_equal(get("policy.dtb", 65536, &len), 0);
	assert_int_equal(server.requests, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(from_pxe),
		TEST(from_elsewhere),
		TEST(without_files),
		TEST(from_a_proxy),
		TEST(a_file),
		TEST(every_size),
		TEST(not_there),
		TEST(errors),
		TEST(endless),
		TEST(silence),
		TEST(slow_drip),
		TEST(many_slow_files),
		TEST(by_ip6),
		TEST(as_on_a_stick),
		TEST(the_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
