/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sealed key pack on the server that we came from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "efi/front.h"
#include "efi/platform.h"
#include "storage/err.h"
#include "tests/support/fakefw_files.h"
#include "tests/support/network_rig.h"

static struct front front;
static struct platform platform;
static const struct key_wish wish;

static struct fakefw_served served[] = {
	{"pxe/site.keys", pattern, 5000},
	{NULL, NULL, 0},
};

static int start_pc(void **state)
{
	(void)start(state);
	served[0].name = "pxe/site.keys";
	served[0].len = 5000;
	server.files = served;
	memset(&front, 0, sizeof(front));
	front.fw = &fw;
	front.network = network;
	front.watchdog = watchdog;
	clock_open(&front.clock, &fw, cpu_ticks());
	site_files_open(&front.site, &fw);
	front.site.network = &front.network;
	platform_fill(&front, &platform);
	return 0;
}

static int stop_pc(void **state)
{
	key_files_free(&front.key_files);
	return stop(state);
}

#define PC_TEST(f) cmocka_unit_test_setup_teardown(f, start_pc, stop_pc)

static int open_next(size_t *at, struct key_source *ret)
{
	return platform.ops->key_file_open(platform.ctx, &wish, at, ret);
}

static void the_pack_alone(void **state)
{
	struct key_source source;
	uint8_t part[100];
	size_t at = 0;

	(void)state;
	assert_int_equal(open_next(&at, &source), 0);
	assert_string_equal(source.name, "site.keys");
	assert_int_equal(source.size, 5000);
	assert_int_equal(key_source_read(&source, 4900, part, 100), 0);
	assert_memory_equal(part, pattern + 4900, 100);
	assert_int_equal(
		key_source_read(&source, 4901, part, 100), -ERR_TRUNCATED);
	platform.ops->key_file_close(platform.ctx, &source);
	assert_int_equal(open_next(&at, &source), -ERR_NOT_FOUND);
	/* Once more, without asking the server again. */
	at = 0;
	assert_int_equal(open_next(&at, &source), 0);
	assert_int_equal(key_source_read(&source, 0, part, 100), 0);
	assert_memory_equal(part, pattern, 100);
	platform.ops->key_file_close(platform.ctx, &source);
	assert_int_equal(server.requests, 1);
}

static void who_may_be_asked(void **state)
{
	(void)state;
	assert_false(platform.is_attended);
	assert_false(platform.may_ask_secrets);
	assert_true(platform.may_ask_pin);
	/* Nobody is where a program that is installed starts. */
	memset(&front.network, 0, sizeof(front.network));
	front.site.origin = POLICY_ORIGIN_INSTALLED;
	platform_fill(&front, &platform);
	assert_false(platform.may_ask_pin);
}

static void none_there(void **state)
{
	struct key_source source;
	size_t at = 0;

	(void)state;
	served[0].name = "pxe/other.keys";
	assert_int_equal(open_next(&at, &source), -ERR_NOT_FOUND);
	at = 0;
	assert_int_equal(open_next(&at, &source), -ERR_NOT_FOUND);
	assert_int_equal(server.requests, 1);
}

static void cannot_be_had(void **state)
{
	struct key_source source;
	uint64_t since;
	size_t at = 0;

	(void)state;
	server.never_ends = true;
	assert_int_equal(open_next(&at, &source), -ERR_TOO_LARGE);
	assert_string_equal(source.name, "site.keys");
	assert_int_equal(open_next(&at, &source), -ERR_NOT_FOUND);
	key_files_free(&front.key_files);
	server.never_ends = false;
	server.is_silent = true;
	since = machine.ticks;
	at = 0;
	assert_int_equal(open_next(&at, &source), -ERR_IO);
	assert_in_range(passed_ms(since), 1000, NETWORK_FETCH_LIMIT_MS);
	assert_int_equal(server.requests, 2);
}

/* As iPXE: what has files of its own is asked itself. */
static void from_a_volume(void **state)
{
	struct fakefw_volume volume;
	struct key_source source;
	size_t at = 0;

	(void)state;
	fakefw_volume_init(&volume, NULL);
	boot->file_system = &volume.io;
	assert_int_equal(open_next(&at, &source), -ERR_NOT_FOUND);
	assert_int_equal(server.requests, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PC_TEST(the_pack_alone),
		PC_TEST(who_may_be_asked),
		PC_TEST(none_there),
		PC_TEST(cannot_be_had),
		PC_TEST(from_a_volume),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
