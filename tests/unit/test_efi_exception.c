/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loopbreaker's own end: a CPU exception, a hang, a broken stack (quirk Q62).
 * What it leaves behind, and what the next start makes of that.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "efi/alloc.h"
#include "efi/exception.h"
#include "efi/exception_cpu.h"
#include "efi/failure_note.h"
#include "efi/handover.h"
#include "efi/last_resort.h"
#include "efi/platform.h"
#include "efi/vars.h"
#include "storage/bytes.h"
#include "storage/err.h"
#include "tests/support/fakefw.h"

#include <efidebug.h> /* wants efi.h before it */

#define WINDOWS	    8
#define IMAGE_START ((uint64_t)(uintptr_t)program)
#define IMAGE_BYTES 0x5000
#define VECTORS	    32

typedef void(EFIAPI *handler)(INTN type, void *context);

/* EFI_CPU_ARCH_PROTOCOL of the PI specification. */
struct cpu_arch {
	void *unused[5];
	EFI_STATUS(EFIAPI *register_interrupt_handler)
	(struct cpu_arch *this, INTN type, handler h);
	handler handlers[VECTORS];
	int taken; /* a type somebody else has, or -1 */
	unsigned int calls;
};

static struct fakefw machine;
static struct firmware fw;
static struct fakefw_port port;
static struct front front;
static struct cpu_arch cpu;
static EFI_LOADED_IMAGE image;
static uint8_t program[IMAGE_BYTES]; /* no sections, so no keys */
static jmp_buf after_reset;

/* The real one is the firmware's malloc(). */
size_t alloc_peak_bytes(void)
{
	return 0;
}

static EFI_STATUS EFIAPI register_handler(
	struct cpu_arch *this, INTN type, handler h)
{
	assert_ptr_equal(this, &cpu);
	assert_in_range(type, 0, VECTORS - 1);
	cpu.calls++;
	if (type == cpu.taken || (h && cpu.handlers[type]))
		return EFI_ALREADY_STARTED;
	if (!h && !cpu.handlers[type])
		return EFI_INVALID_PARAMETER;
	cpu.handlers[type] = h;
	return EFI_SUCCESS;
}

static int start(void **state)
{
	(void)state;
	fakefw_start(&machine, &fw);
	memset(&port, 0, sizeof(port));
	memset(&front, 0, sizeof(front));
	memset(&cpu, 0, sizeof(cpu));
	cpu.register_interrupt_handler = register_handler;
	cpu.taken = -1;
	machine.cpu_arch = &cpu;
	image.ImageBase = program;
	image.ImageSize = IMAGE_BYTES;
	machine.handles[0].loaded_image = &image;
	machine.handle_count = 1;
	fw.image = (EFI_HANDLE)&machine.handles[0];
	fakefw_add_port(&machine, &port);
	front.fw = &fw;
	console_open(&front.console, &fw);
	last_resort_init(&fw);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	console_close(&front.console);
	return 0;
}

static unsigned int handlers_present(void)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < VECTORS; i++)
		count += cpu.handlers[i] != NULL;
	return count;
}

/* What the processor does at @address; comes back when the PC was reset. */
static void raise(INTN type, uint64_t address)
{
	static EFI_SYSTEM_CONTEXT_X64 context;

	context.Rip = address;
	machine.on_reset = &after_reset;
	if (!setjmp(after_reset))
		cpu.handlers[type](type, &context);
	machine.on_reset = NULL;
}

static struct failure note(void)
{
	uint8_t bytes[FAILURE_BYTES];
	struct failure f = {.kind = FAILURE_NONE};
	size_t len;

	if (!vars_get(&fw, &vars_failure, bytes, sizeof(bytes), &len))
		assert_int_equal(failure_check(bytes, len, &f), 0);
	return f;
}

static void put_note(struct failure f)
{
	uint8_t bytes[FAILURE_BYTES];

	failure_encode(&f, bytes);
	fakefw_put(&machine, vars_failure.name, vars_failure.vendor, VARS_NV_BS,
		bytes, sizeof(bytes));
}

static bool next_is_windows(void)
{
	struct fakefw_variable *v = fakefw_variable(
		&machine, vars_boot_next.name, vars_boot_next.vendor);

	return v && v->len == 2 && le16_get(v->bytes) == WINDOWS;
}

/* BootNext as handover_begin() sets it, then the beginning of a change. */
static void begin_to_change(void)
{
	static const uint8_t windows[] = {WINDOWS, 0};
	struct platform platform;

	fakefw_put(&machine, vars_boot_next.name, vars_boot_next.vendor,
		VARS_NV_BS_RT, windows, sizeof(windows));
	platform_fill(&front, &platform);
	platform.ops->before_commit(platform.ctx);
}

static bool said(const char *text)
{
	console_flush_text(&front.console);
	return strstr(machine.screen.text, text) != NULL;
}

static void every_kind_is_caught_and_given_back(void **state)
{
	(void)state;
	assert_int_equal(exception_catch(&fw), exception_cpu_count);
	assert_int_equal(handlers_present(), exception_cpu_count);
	exception_release(&fw);
	assert_int_equal(handlers_present(), 0);
	cpu.calls = 0;
	exception_release(&fw);
	assert_int_equal(cpu.calls, 0);
}

static void what_others_have_taken_stays_theirs(void **state)
{
	(void)state;
	cpu.taken = exception_cpu_types[1];
	assert_int_equal(exception_catch(&fw), exception_cpu_count - 1);
	cpu.handlers[cpu.taken] = (handler)(uintptr_t)&cpu;
	exception_release(&fw);
	assert_int_equal(handlers_present(), 1);
}

static void firmware_without_the_protocol(void **state)
{
	(void)state;
	machine.cpu_arch = NULL;
	assert_int_equal(exception_catch(&fw), 0);
	exception_release(&fw);
}

static void exception_leaves_a_note_and_resets(void **state)
{
	INTN type = exception_cpu_types[0];

	(void)state;
	last_resort_set_next(WINDOWS);
	(void)exception_catch(&fw);
	raise(type, IMAGE_START + 0x1234);
	assert_int_equal(machine.reset_calls, 1);
	assert_true(next_is_windows());
	assert_int_equal(note().kind, FAILURE_EXCEPTION);
	assert_int_equal(note().exception, type);
	assert_int_equal(note().count, 1);
	assert_false(note().was_seen);
	assert_true(note().is_inside);
	assert_int_equal(note().address, 0x1234);
	assert_non_null(strstr(port.text, "\"event\":\"failure\""));
	assert_non_null(strstr(port.text, "\"address\":\"0x1234\""));
	assert_non_null(strstr(port.text, "Please report"));
}

static void exception_in_the_firmware_is_told_apart(void **state)
{
	(void)state;
	(void)exception_catch(&fw);
	raise(exception_cpu_types[0], IMAGE_START + IMAGE_BYTES);
	assert_false(note().is_inside);
	assert_int_equal(note().address, IMAGE_START + IMAGE_BYTES);
	assert_false(next_is_windows()); /* nobody said who that is */
}

/* The second exception comes out of what the first one made us do. */
static void failing_last_resort_only_resets(void **state)
{
	unsigned int stores;

	(void)state;
	(void)exception_catch(&fw);
	raise(exception_cpu_types[0], IMAGE_START);
	stores = machine.set_calls;
	raise(exception_cpu_types[0], IMAGE_START);
	assert_int_equal(machine.reset_calls, 2);
	assert_int_equal(machine.set_calls, stores);
}

static void next_start_hands_over_once(void **state)
{
	(void)state;
	assert_false(failure_note_heed(&front));
	(void)exception_catch(&fw);
	raise(exception_cpu_types[0], IMAGE_START);
	exception_release(&fw);

	assert_true(failure_note_heed(&front));
	assert_true(said("Loopbreaker itself crashed"));
	assert_true(said("this time"));
	assert_true(note().was_seen);
	/* The one after that tries again, and fails again. */
	assert_false(failure_note_heed(&front));
	last_resort_init(&fw);
	assert_false(failure_note_heed(&front));
	(void)exception_catch(&fw);
	raise(exception_cpu_types[0], IMAGE_START);
	assert_int_equal(note().count, 2);
	assert_false(note().was_seen);
}

static void after_three_it_stays_away(void **state)
{
	(void)state;
	put_note((struct failure){.kind = FAILURE_HANG,
		.count = FAILURE_MAX,
		.program = failure_program(LOOPBREAKER_VERSION)});
	for (int i = 0; i < 5; i++)
		assert_true(failure_note_heed(&front));
	assert_true(said("hung"));
	assert_true(said("any more by this version"));
}

static void run_that_comes_through_clears_the_note(void **state)
{
	(void)state;
	put_note((struct failure){.kind = FAILURE_STACK,
		.count = 2,
		.was_seen = true,
		.program = failure_program(LOOPBREAKER_VERSION)});
	assert_false(failure_note_heed(&front));
	failure_note_clear(&front);
	assert_int_equal(note().kind, FAILURE_NONE);
	machine.set_calls = 0;
	failure_note_clear(&front);
	assert_int_equal(machine.set_calls, 0);
}

/* A power cut in a repair, again and again. */
static void change_that_is_cut_off_is_tried_again(void **state)
{
	(void)state;
	for (unsigned int i = 1; i <= FAILURE_MAX; i++) {
		assert_false(failure_note_heed(&front));
		assert_int_equal(said("Loopbreaker was cut off"), i > 1);
		begin_to_change();
		assert_int_equal(note().kind, FAILURE_UNFINISHED);
		assert_int_equal(note().count, i);
		assert_false(next_is_windows());
	}
	assert_true(failure_note_heed(&front));
	assert_true(said("(3 in a row)"));
	assert_true(failure_note_heed(&front));
	console_flush_report(&front.console);
	assert_non_null(strstr(port.text, "\"kind\":\"unfinished\""));
}

static void change_that_comes_through_leaves_no_note(void **state)
{
	(void)state;
	assert_false(failure_note_heed(&front));
	begin_to_change();
	failure_note_clear(&front);
	assert_int_equal(note().kind, FAILURE_NONE);
	assert_false(failure_note_heed(&front));
	assert_false(said("cut off"));
}

static void crash_in_a_change_is_noted_as_such(void **state)
{
	(void)state;
	put_note((struct failure){.kind = FAILURE_UNFINISHED,
		.count = 1,
		.was_seen = true,
		.program = failure_program(LOOPBREAKER_VERSION)});
	assert_false(failure_note_heed(&front));
	last_resort_set_next(WINDOWS);
	(void)exception_catch(&fw);
	begin_to_change();
	assert_int_equal(note().count, 2);
	raise(exception_cpu_types[0], IMAGE_START);
	assert_int_equal(note().kind, FAILURE_EXCEPTION);
	assert_int_equal(note().count, 2);
	assert_false(note().was_seen);
	assert_true(next_is_windows());
}

/* Then a crash has to end in Windows, as it does before the change. */
static void without_a_note_windows_stays_next(void **state)
{
	(void)state;
	assert_false(failure_note_heed(&front));
	machine.set_room = FAILURE_BYTES - 1;
	begin_to_change();
	assert_int_equal(note().kind, FAILURE_NONE);
	assert_true(next_is_windows());
	assert_true(said("did not store that a repair begins"));
}

static void damaged_note_counts_as_a_failure(void **state)
{
	(void)state;
	fakefw_put(&machine, vars_failure.name, vars_failure.vendor, VARS_NV_BS,
		"?", 1);
	assert_true(failure_note_heed(&front));
	assert_int_equal(note().kind, FAILURE_UNKNOWN);
	assert_false(failure_note_heed(&front));
}

/* A reset alone would lead here again; it remains if there is no way out. */
static void dead_store_goes_back_to_the_firmware(void **state)
{
	(void)state;
	machine.set_stores_nothing = true;
	machine.set_status = EFI_DEVICE_ERROR;
	last_resort_set_next(WINDOWS);
	(void)exception_catch(&fw);
	raise(exception_cpu_types[0], IMAGE_START);
	assert_int_equal(machine.exits, 1);
	assert_int_equal(machine.timers, 0);
	for (size_t i = 0; i < VECTORS; i++)
		assert_null(cpu.handlers[i]);
	assert_int_equal(machine.reset_calls, 1);
	machine.get_status = EFI_DEVICE_ERROR;
	assert_false(failure_note_heed(&front));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_kind_is_caught_and_given_back),
		TEST(what_others_have_taken_stays_theirs),
		TEST(firmware_without_the_protocol),
		TEST(exception_leaves_a_note_and_resets),
		TEST(exception_in_the_firmware_is_told_apart),
		TEST(failing_last_resort_only_resets),
		TEST(next_start_hands_over_once),
		TEST(after_three_it_stays_away),
		TEST(run_that_comes_through_clears_the_note),
		TEST(change_that_is_cut_off_is_tried_again),
		TEST(change_that_comes_through_leaves_no_note),
		TEST(crash_in_a_change_is_noted_as_such),
		TEST(without_a_note_windows_stays_next),
		TEST(damaged_note_counts_as_a_failure),
		TEST(dead_store_goes_back_to_the_firmware),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
