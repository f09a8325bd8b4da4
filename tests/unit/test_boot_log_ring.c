/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The boot log at the edges of its ring, and of its entries. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/boot_log.h"
#include "storage/bytes.h"
#include "storage/err.h"
#include "tests/support/log_maker.h"

/* 58 of them leave less room than an entry needs. */
#define DATA_BYTES  30
#define ENTRY_BYTES (0x28 + DATA_BYTES)
#define FIT	    58
#define START	    0x18
#define AT(n)	    (START + (n) * (uint32_t)ENTRY_BYTES)

static struct boot_log boot_log;

static void fill(unsigned int count)
{
	(void)log_setup(NULL);
	for (unsigned int i = 0; i < count; i++)
		log_put_entry(BOOT_LOG_BOOT_MANAGER, 0x50, DATA_BYTES);
}

static int check(uint32_t first, size_t len)
{
	log_put_header(4, first);
	return boot_log_check(log_bytes, len, &boot_log);
}

/* The gap is passed over, and nothing, or something, stands behind it. */
static void a_gap_at_the_end(void **state)
{
	(void)state;
	fill(FIT + 2);
	assert_int_equal(check(AT(3), LOG_BYTES), 0);
	assert_true(boot_log.is_wrapped);
	assert_int_equal(boot_log.entries, FIT - 3 + 2);
	fill(FIT);
	log_next_at = START;
	assert_int_equal(check(AT(1), LOG_BYTES), 0);
	assert_int_equal(boot_log.entries, FIT - 1);
}

static void a_ring_that_is_cut(void **state)
{
	(void)state;
	fill(FIT + 2);
	assert_int_equal(check(AT(3), LOG_BYTES - 1), -ERR_TRUNCATED);
}

/* Behind the turn there is no second one. */
static void no_entry_behind_the_turn(void **state)
{
	(void)state;
	for (uint32_t n = 0; n < 2; n++) {
		fill(FIT + 2);
		le32_put(log_bytes + AT(n) + 0x18, 0);
		assert_int_equal(check(AT(3), LOG_BYTES), -ERR_CORRUPT);
	}
	/* Nor one that reaches beyond what was written last. */
	fill(FIT + 2);
	le32_put(log_bytes + AT(1) + 0x18, ENTRY_BYTES + 8);
	assert_int_equal(check(AT(3), LOG_BYTES), -ERR_CORRUPT);
}

static struct boot_log_event only_event(uint32_t version)
{
	struct boot_log_place place = {0};
	struct boot_log_event e;

	log_put_header(version, START);
	if (version < 4)
		le32_put(log_bytes + 4, START);
	assert_int_equal(boot_log_check(log_bytes, LOG_BYTES, &boot_log), 0);
	assert_true(boot_log_next(&boot_log, &place, &e));
	assert_false(boot_log_next(&boot_log, &place, &e));
	return e;
}

/* The boot id stands there since version 4, and where there is room for it. */
static void the_start_of_windows(void **state)
{
	static const struct {
		uint32_t version, bytes, boot_id;
	} all[] = {{4, 4, 43}, {4, 3, 0}, {3, 4, 0}};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct boot_log_event e;

		(void)log_setup(NULL);
		log_put_entry(BOOT_LOG_LOADER, 0x31, all[i].bytes)[0] = 43;
		e = only_event(all[i].version);
		assert_int_equal(e.kind, BOOT_LOG_LAUNCH_OS);
		assert_int_equal(e.boot_id, all[i].boot_id);
	}
}

static void a_long_path(void **state)
{
	struct boot_log_event e;
	uint8_t *d;

	(void)state;
	(void)log_setup(NULL);
	d = log_put_entry(BOOT_LOG_BOOT_MANAGER, 0x13, 4 + 2 * 400);
	for (size_t i = 0; i < 400; i++)
		le16_put(d + 4 + 2 * i, 'p');
	e = only_event(4);
	assert_int_equal(e.kind, BOOT_LOG_LOAD_FAILED);
	assert_int_equal(strlen(e.path), BOOT_LOG_PATH_BYTES - 1);
}

/* The first of two tells why. */
static void two_returns(void **state)
{
	struct boot_log_run run;

	(void)state;
	(void)log_setup(NULL);
	log_put_start(4, 9);
	log_put_return(log_windows_guid, 0xC0000001, 8);
	log_put_return(log_windows_guid, 0xC0000001, 0x10);
	log_put_header(4, START);
	assert_int_equal(boot_log_check(log_bytes, LOG_BYTES, &boot_log), 0);
	boot_log_last_run(&boot_log, &run);
	assert_true(run.was_diverted);
	assert_int_equal(run.flags, 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_gap_at_the_end),
		cmocka_unit_test(a_ring_that_is_cut),
		cmocka_unit_test(no_entry_behind_the_turn),
		cmocka_unit_test(the_start_of_windows),
		cmocka_unit_test(a_long_path),
		cmocka_unit_test(two_returns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
