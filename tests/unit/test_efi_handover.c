/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hand-over ladder on a fake machine whose reset comes back (quirk Q55),
 * so that a test sees every further step in one call.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "efi/alloc.h"
#include "efi/cpu.h"
#include "efi/handover.h"
#include "efi/pass_mark.h"
#include "efi/vars.h"
#include "storage/bytes.h"
#include "storage/err.h"
#include "recovery/handover.h"
#include "tests/support/fakefw.h"

#define WINDOWS 8
#define OURS	9
#define STICK	12
#define BOOT_ID 43

static struct fakefw machine;
static struct firmware fw;
static struct fakefw_port port;
static struct front front;
static struct record record;
static EFI_BLOCK_IO_MEDIA media;
static EFI_BLOCK_IO block_io;
static EFI_FILE_IO_INTERFACE file_system;

/* HD(1,GPT,11111111-...), then the end. */
static _Alignas(8) uint8_t esp_path[46] = {4, 1, 42, 0, 1};

static void put_option(uint16_t number, const char *path)
{
	uint8_t bytes[512];
	CHAR16 name[VARS_BOOT_NAME_UNITS];
	struct vars_name v = vars_boot_option(number, name);
	size_t len;

	assert_int_equal(bootopt_encode("Windows Boot Manager", esp_path, path,
				 bytes, sizeof(bytes), &len),
		0);
	fakefw_put(&machine, v.name, v.vendor, VARS_NV_BS_RT, bytes, len);
}

static int start(void **state)
{
	static const uint8_t order[] = {OURS, 0, WINDOWS, 0};

	(void)state;
	fakefw_start(&machine, &fw);
	memset(&port, 0, sizeof(port));
	memset(&front, 0, sizeof(front));
	memset(&record, 0, sizeof(record));
	memset(esp_path + 24, 0x11, 16);
	esp_path[40] = 2;
	esp_path[41] = 2;
	memcpy(esp_path + 42, "\x7f\xff\4\0", 4);
	media.MediaPresent = TRUE;
	block_io.Media = &media;
	machine.handles[1].device_path = esp_path;
	machine.handles[1].block_io = &block_io;
	machine.handles[1].file_system = &file_system;
	machine.handle_count = 2;
	fakefw_add_port(&machine, &port);
	put_option(WINDOWS, BOOTOPT_WINDOWS_PATH);
	put_option(OURS, BOOTOPT_OWN_FOLDER "loopbreaker.efi");
	fakefw_put(&machine, vars_boot_order.name, vars_boot_order.vendor,
		VARS_NV_BS_RT, order, sizeof(order));

	front.fw = &fw;
	clock_open(&front.clock, &fw, cpu_ticks());
	watchdog_arm(&front.watchdog, &fw, &front.clock);
	console_open(&front.console, &fw);
	handover_prepare(&front);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	console_close(&front.console);
	return 0;
}

/* A hand-over so many passes after the last session. */
static void hand_over_after(uint32_t passes)
{
	record.handover_boot_id = BOOT_ID;
	record.handover_boot_id = BOOT_ID;
	record.handover_passes = passes;
	record.handover_time = clock_seconds(&front.clock);
	handover_carry_out(&front, &record, BOOT_ID);
}

static bool variable_is(const struct vars_name *v, uint16_t value)
{
	struct fakefw_variable *f =
		fakefw_variable(&machine, v->name, v->vendor);

	return f && f->len >= 2 && le16_get(f->bytes) == value;
}

static bool said(const char *text)
{
	return strstr(machine.screen.text, text) != NULL;
}

static bool reported(const char *text)
{
	return strstr(port.text, text) != NULL;
}

static struct record stored_record(void)
{
	uint8_t bytes[RECORD_BYTES];
	struct record r = {.handover_passes = 0};
	size_t len;

	assert_int_equal(
		vars_get(&fw, &vars_record, bytes, sizeof(bytes), &len), 0);
	assert_int_equal(record_check(bytes, len, &r), 0);
	return r;
}

/* Q55: each reset was tried cold and warm, and neither came. */
#define RESET_TRIES 2

static void normal_path_sets_next_and_resets(void **state)
{
	(void)state;
	machine.start_status = EFI_NO_MAPPING;
	handover_carry_out(&front, &record, BOOT_ID);
	assert_int_equal(machine.next_at_reset, WINDOWS);
	assert_true(variable_is(&vars_boot_order, OURS));
	assert_int_equal(stored_record().handover_passes, 1);
	assert_int_equal(stored_record().handover_boot_id, BOOT_ID);
	assert_true(said("Windows Boot Manager (Boot0008) is next"));
	assert_true(reported("\"step\":\"boot-next\""));
	assert_true(reported("\"counted\":true"));
	assert_true(machine.reset_calls >= RESET_TRIES);
	/* The reset came back: Windows is started from here after all. */
	assert_true(said("did not reset"));
	assert_true(said("BitLocker"));
	assert_int_equal(machine.start_calls, 1);
}

/* Q03, Q05 */
static void second_pass_changes_the_order_once(void **state)
{
	(void)state;
	hand_over_after(1);
	assert_int_equal(machine.next_at_reset, WINDOWS);
	assert_true(variable_is(&vars_boot_order, WINDOWS));
	assert_int_equal(stored_record().handover_passes, 2);
	assert_true(reported("\"step\":\"boot-order\""));
	assert_true(said("first in the boot order"));
}

static void third_pass_chain_loads(void **state)
{
	(void)state;
	machine.start_status = EFI_NO_MAPPING;
	hand_over_after(2);
	assert_null(fakefw_variable(
		&machine, vars_boot_next.name, vars_boot_next.vendor));
	assert_int_equal(machine.load_calls, 1);
	assert_int_equal(machine.start_calls, 1);
	assert_true(said("neither by BootNext nor"));
	assert_true(said("BitLocker will ask"));
	/* Time to read it, the watchdog as Windows expects it, no timer. */
	assert_true(machine.stalled_seconds >= 10);
	assert_int_equal(machine.watchdog_at_start, 300);
	assert_int_equal(machine.timers_at_start, 0);
	/* Q12: it came back.  Counted, so one more reset is allowed. */
	assert_true(said("came back with \"no mapping\""));
	assert_int_equal(machine.reset_calls, RESET_TRIES);
}

static void too_many_passes_return_to_the_firmware(void **state)
{
	(void)state;
	machine.start_status = EFI_NO_MAPPING;
	hand_over_after(3);
	assert_int_equal(machine.start_calls, 1);
	assert_int_equal(machine.reset_calls, 0);
	assert_true(said("returns to the firmware"));
	assert_true(reported("\"step\":\"return\""));
	assert_non_null(strstr(port.text, "\"event\":\"end\""));
}

/* Q14, Q17: nothing can be stored, and Windows is not allowed to start. */
static void dead_store_ends_in_the_firmware(void **state)
{
	(void)state;
	machine.set_stores_nothing = true;
	machine.set_status = EFI_OUT_OF_RESOURCES;
	machine.load_status = EFI_SECURITY_VIOLATION;
	handover_carry_out(&front, &record, BOOT_ID);
	assert_true(said("cannot be counted"));
	assert_true(said("The boot order could not be changed"));
	assert_true(said("the PC is not restarted"));
	assert_false(said("installed anew"));
	assert_true(said("could not be loaded: security violation"));
	assert_true(reported("\"counted\":false"));
	assert_true(reported("\"step\":\"chain-load\""));
	assert_int_equal(machine.unload_calls, 1);
	assert_int_equal(machine.start_calls, 0);
	assert_int_equal(machine.reset_calls, 0);
}

/* Windows is next while we look, and we are while the disk is changed. */
static void next_start_is_right_at_any_time(void **state)
{
	(void)state;
	assert_true(handover_begin(&front));
	assert_true(variable_is(&vars_boot_next, WINDOWS));
	handover_suspend(&front);
	assert_null(fakefw_variable(
		&machine, vars_boot_next.name, vars_boot_next.vendor));
	machine.set_calls = 0;
	assert_true(handover_begin(&front));
	assert_true(handover_begin(&front));
	assert_int_equal(machine.set_calls, 1);
	machine.set_stores_nothing = true;
	handover_suspend(&front);
	console_flush_text(&front.console);
	assert_true(said("could not be taken back"));
	front.has_target = false;
	assert_false(handover_begin(&front));
}

static void started_by(uint16_t number)
{
	uint8_t bytes[2];

	le16_put(bytes, number);
	fakefw_put(&machine, vars_boot_current.name, vars_boot_current.vendor,
		VARS_BS | VARS_RT, bytes, sizeof(bytes));
}

static bool is_next_nobody(void)
{
	return !fakefw_variable(
		&machine, vars_boot_next.name, vars_boot_next.vendor);
}

/* A stick, or the network: it does not start by itself a second time. */
static void a_change_is_finished_from_the_stick(void **state)
{
	(void)state;
	put_option(STICK, "\\EFI\\BOOT\\BOOTX64.EFI");
	started_by(STICK);
	assert_true(handover_begin(&front));
	handover_suspend(&front);
	assert_true(variable_is(&vars_boot_next, STICK));
	assert_true(handover_begin(&front));
	assert_true(variable_is(&vars_boot_next, WINDOWS));
	/* Installed, and first: nothing has to be next. */
	started_by(OURS);
	handover_suspend(&front);
	assert_true(is_next_nobody());
	/* Windows' own option started who started us. */
	assert_true(handover_begin(&front));
	started_by(WINDOWS);
	handover_suspend(&front);
	assert_true(is_next_nobody());
	/* An option that is gone. */
	assert_true(handover_begin(&front));
	started_by(STICK + 1);
	handover_suspend(&front);
	assert_true(is_next_nobody());
}

/* Q17: BootNext has room, and so has the short mark. */
static void pass_is_counted_without_room_for_the_record(void **state)
{
	struct record stored = {.handover_passes = 0};

	(void)state;
	machine.set_room = RECORD_BYTES - 1;
	for (uint32_t passes = 1; passes <= 3; passes++) {
		machine.reset_calls = 0;
		handover_carry_out(&front, &record, BOOT_ID);
		assert_true(pass_mark_get(&fw, &stored));
		assert_int_equal(stored.handover_passes, passes);
		assert_int_equal(stored.handover_boot_id, BOOT_ID);
	}
	assert_true(said("stored only how often"));
	assert_true(reported("\"step\":\"boot-next\""));
	assert_true(reported("\"step\":\"boot-order\""));
	assert_true(reported("\"step\":\"chain-load\""));
	assert_true(reported("\"counted\":true"));
	/* Room again: one mark is enough. */
	machine.set_room = 0;
	handover_carry_out(&front, &record, BOOT_ID + 1);
	assert_false(pass_mark_get(&fw, &stored));
	assert_int_equal(stored_record().handover_passes, 1);
	assert_int_equal(stored_record().handover_boot_id, BOOT_ID + 1);
}

static void damaged_short_mark_is_none(void **state)
{
	uint8_t bytes[PASS_MARK_BYTES] = {1, 2, 3, 4, 5, 6, 7, 8};
	struct record r = {.handover_passes = 9};

	(void)state;
	assert_int_equal(
		pass_mark_check(bytes, sizeof(bytes), &r), -ERR_CORRUPT);
	assert_int_equal(pass_mark_check(bytes, 7, &r), -ERR_CORRUPT);
	assert_int_equal(r.handover_passes, 9);
	r.handover_passes = UINT32_MAX;
	r.handover_boot_id = BOOT_ID;
	assert_int_equal(pass_mark_put(&fw, &r), 0);
	assert_true(pass_mark_get(&fw, &r));
	assert_int_equal(r.handover_passes, UINT16_MAX);
	assert_int_equal(r.handover_boot_id, BOOT_ID);
}

/* Q17, Q03: neither mark can be stored.  A reset could go on for ever. */
static void uncounted_pass_does_not_reset(void **state)
{
	(void)state;
	machine.set_room = PASS_MARK_BYTES - 1;
	machine.start_status = EFI_NO_MAPPING;
	handover_carry_out(&front, &record, BOOT_ID);
	assert_true(said("cannot be counted"));
	assert_true(said("before it is installed"));
	assert_true(variable_is(&vars_boot_order, WINDOWS));
	assert_true(reported("\"step\":\"chain-load\""));
	assert_int_equal(machine.start_calls, 1);
	assert_int_equal(machine.reset_calls, 0);
	assert_true(said("returns to the firmware"));
}

static void hand_over_without_count(enum store_memory memory)
{
	front.store = memory;
	machine.start_status = EFI_NO_MAPPING;
	handover_carry_out(&front, &record, BOOT_ID);
	assert_true(reported("\"step\":\"chain-load\""));
	assert_true(reported("\"counted\":false"));
	assert_int_equal(machine.start_calls, 1);
	assert_int_equal(machine.reset_calls, 0);
}

/* Q22: what is stored now will not be there at the next start. */
static void lost_count_does_not_reset(void **state)
{
	(void)state;
	hand_over_without_count(STORE_FORGETS);
	assert_true(said("forgets what it was told"));
}

/* ... or perhaps it will. */
static void unproven_store_does_not_reset(void **state)
{
	(void)state;
	hand_over_without_count(STORE_UNPROVEN);
	assert_true(said("Nothing shows yet"));
	assert_false(said("forgets"));
	assert_int_equal(stored_record().handover_passes, 1);
}

/* Q47: the watchdog would go on ticking inside Windows. */
static void hyper_v_gets_no_watchdog(void **state)
{
	(void)state;
	machine.is_hyper_v = true;
	hand_over_after(2);
	assert_int_equal(machine.start_calls, 1);
	assert_int_equal(machine.watchdog_at_start, 0);
}

/* Q22: U-Boot, for one, says so itself. */
static void firmware_says_that_windows_cannot_write(void **state)
{
	(void)state;
	assert_true(firmware_serves_system(&fw));
	machine.serves_no_system = true;
	fakefw_boot(&machine, &fw);
	assert_false(firmware_serves_system(&fw));
	fw.system->ConfigurationTable = NULL;
	assert_true(firmware_serves_system(&fw));
}

/* Q01: what BootNext names was exchanged while we were working. */
static void renumbered_windows_is_chain_loaded(void **state)
{
	(void)state;
	put_option(WINDOWS, "\\EFI\\other\\other.efi");
	handover_carry_out(&front, &record, BOOT_ID);
	assert_true(said("BootNext could not be set"));
	assert_true(reported("\"step\":\"chain-load\""));
	assert_int_equal(machine.start_calls, 1);
}

static void nothing_to_start_ends_in_the_firmware(void **state)
{
	(void)state;
	front.has_target = false;
	machine.handle_count = 1; /* no partition either */
	machine.handles[1].port = NULL;
	handover_carry_out(&front, &record, BOOT_ID);
	assert_true(said("no boot option for Windows"));
	assert_true(said("returns to the firmware"));
	assert_int_equal(machine.reset_calls, 0);
	assert_int_equal(machine.set_calls, 0);
}

/* The clock cannot be read: still bounded. */
static void broken_clock_is_bounded(void **state)
{
	(void)state;
	machine.time.Month = 13;
	assert_int_equal(clock_seconds(&front.clock), 0);
	for (unsigned int i = 0; i < HANDOVER_BLIND_PASSES + 2; i++) {
		handover_carry_out(&front, &record, 0);
		record = stored_record();
	}
	assert_true(reported("\"step\":\"chain-load\""));
	assert_true(reported("\"step\":\"return\""));
}

/* A hang must not be seen at once. */
static void useless_stall_does_not_speed_up_the_clock(void **state)
{
	(void)state;
	machine.stall_does_nothing = true;
	clock_open(&front.clock, &fw, cpu_ticks());
	assert_in_range(front.clock.ticks_per_ms, 4 * FAKEFW_TICKS_PER_MS,
		100 * FAKEFW_TICKS_PER_MS);
	machine.stall_does_nothing = false;
	clock_open(&front.clock, &fw, cpu_ticks());
	assert_in_range(front.clock.ticks_per_ms,
		FAKEFW_TICKS_PER_MS * 99 / 100, FAKEFW_TICKS_PER_MS);
}

/* The calendar, against dates worked out by hand. */
static void clock_counts_from_1970(void **state)
{
	static const struct {
		EFI_TIME time;
		uint64_t seconds;
	} dates[] = {
		{{.Year = 2024,
			 .Month = 7,
			 .Day = 19,
			 .Hour = 4,
			 .Minute = 9,
			 .TimeZone = 2047},
			1721362140},
		{{.Year = 2024, .Month = 2, .Day = 29, .TimeZone = 0},
			1709164800},
		{{.Year = 2000, .Month = 3, .Day = 1, .TimeZone = 2047},
			951868800},
		{{.Year = 2099, .Month = 12, .Day = 31, .TimeZone = -60},
			4102358400 - 3600},
		{{.Year = 1980, .Month = 1, .Day = 1}, 0},
		{{.Year = 2024, .Month = 7, .Day = 19, .Hour = 24}, 0},
		{{.Year = 2023, .Month = 2, .Day = 29}, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(dates) / sizeof(dates[0]); i++) {
		machine.time = dates[i].time;
		front.clock.is_read = false;
		front.clock.start_seconds = 0;
		assert_int_equal(clock_seconds(&front.clock), dates[i].seconds);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(normal_path_sets_next_and_resets),
		TEST(second_pass_changes_the_order_once),
		TEST(third_pass_chain_loads),
		TEST(too_many_passes_return_to_the_firmware),
		TEST(dead_store_ends_in_the_firmware),
		TEST(next_start_is_right_at_any_time),
		TEST(a_change_is_finished_from_the_stick),
		TEST(pass_is_counted_without_room_for_the_record),
		TEST(damaged_short_mark_is_none),
		TEST(uncounted_pass_does_not_reset),
		TEST(lost_count_does_not_reset),
		TEST(unproven_store_does_not_reset),
		TEST(hyper_v_gets_no_watchdog),
		TEST(firmware_says_that_windows_cannot_write),
		TEST(renumbered_windows_is_chain_loaded),
		TEST(nothing_to_start_ends_in_the_firmware),
		TEST(broken_clock_is_bounded),
		TEST(clock_counts_from_1970),
		TEST(useless_stall_does_not_speed_up_the_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
