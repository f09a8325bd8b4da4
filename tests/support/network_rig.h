/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A PC that was started by PXE, and its server, which each test may make lie.
 * For the programs that test them, after <cmocka.h>.
 */
#ifndef TESTS_SUPPORT_NETWORK_RIG_H
#define TESTS_SUPPORT_NETWORK_RIG_H

#include <string.h>

#include "efi/cpu.h"
#include "efi/front.h"
#include "efi/network.h"
#include "tests/support/fakefw_network.h"

static struct fakefw machine;
static struct firmware fw;
static struct fakefw_server server;
static struct fakefw_handle *boot;
static EFI_LOADED_IMAGE image;
static struct clock time_piece;
static struct watchdog watchdog;
static struct network network;

static uint8_t pattern[20 * FAKEFW_BLOCK_BYTES];

static struct fakefw_served files[] = {
	{"pxe/policy.dtb", pattern, 1300},
	{"pxe/policy.dtb.sig", pattern, 384},
	{"pxe/large", pattern, sizeof(pattern)},
	{NULL, NULL, 0},
};

static int start(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(pattern); i++)
		pattern[i] = (uint8_t)(i * 7 + i / 256);
	fakefw_start(&machine, &fw);
	memset(&server, 0, sizeof(server));
	server.files = files;
	files[0].len = 1300;
	boot = fakefw_network_add(&machine, &server);
	image = (EFI_LOADED_IMAGE){.DeviceHandle = boot};
	machine.handles[0].loaded_image = &image;
	clock_open(&time_piece, &fw, cpu_ticks());
	watchdog_arm(&watchdog, &fw, &time_piece);
	network_open(&network, &fw, &time_piece, &watchdog);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	watchdog_stop(&watchdog);
	assert_int_equal(machine.timers, 0);
	assert_int_equal(machine.reset_calls, 0);
	assert_int_equal(server.children, 0);
	assert_int_equal(server.configured, 0);
	assert_null(server.token);
	fakefw_network_end(&server);
	return 0;
}

static inline uint64_t passed_ms(uint64_t since)
{
	return (machine.ticks - since) / FAKEFW_TICKS_PER_MS;
}

/* A run, as far as its report goes. */
static inline void front_open(struct front *f)
{
	memset(f, 0, sizeof(*f));
	f->fw = &fw;
	f->network = network;
	f->watchdog = watchdog;
	clock_open(&f->clock, &fw, cpu_ticks());
	console_open(&f->console, &fw);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)

#endif
