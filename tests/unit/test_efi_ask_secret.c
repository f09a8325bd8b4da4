/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Typing keys in the firmware: the keyboard, the time, what is to be seen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "efi/ask_secret.h"
#include "storage/err.h"
#include "tests/support/fakefw.h"
#include "tests/support/qr_reader.h"

#define KEY	  "012342-123453-234564-345675-456786-567897-678909-701239"
#define ID	  "9D4A7CB0-AB9D-4D71-961F-50F1D9C9252F"
#define QR_TEXT	  "PC-7 " ID
#define SECONDS	  60
#define MAX_KEYS  400
#define SECOND_MS 1000

static struct fakefw machine;
static struct firmware fw;
static struct front front;
static struct fakefw_keys keyboard;
static struct fakefw_key keys[MAX_KEYS];
static size_t key_count;
static struct fakefw_port port;
static struct fakefw_graphics graphics;
static struct fakefw_handle *card;
static struct secret_question question;
static char answer[SECRET_BYTES];
static size_t answer_len;
static uint64_t asked_ms;

/* What was on the screen when the keys were used up. */
static char seen[FAKEFW_ROWS][FAKEFW_COLUMNS + 1];
static UINTN seen_colours[FAKEFW_ROWS][FAKEFW_COLUMNS];
static bool is_seen;

static int start(void **state)
{
	(void)state;
	fakefw_start(&machine, &fw);
	memset(&keyboard, 0, sizeof(keyboard));
	memset(&front, 0, sizeof(front));
	memset(&port, 0, sizeof(port));
	memset(answer, 0, sizeof(answer));
	key_count = 0;
	front.fw = &fw;
	fakefw_add_port(&machine, &port);
	question = (struct secret_question){
		.kind = SECRET_RECOVERY_PASSWORD,
		.text = "Windows of this PC is on an encrypted volume, C: of "
			"DESKTOP-A1B2C3D. It can be repaired with its key.",
		.ids = {ID},
		.id_count = 1,
		.qr_text = QR_TEXT,
		.seconds = SECONDS,
	};
	is_seen = false;
	return 0;
}

/* --- Pressing keys -------------------------------------------------------- */

static void press(uint64_t at_ms, uint16_t scan, CHAR16 c)
{
	assert_true(key_count < MAX_KEYS);
	keys[key_count++] = (struct fakefw_key){
		.at_ms = at_ms, .key = {.ScanCode = scan, .UnicodeChar = c}};
}

/* One key each @every milliseconds; returns when the last one was. */
static uint64_t type(uint64_t at_ms, const char *text, uint64_t every)
{
	for (; *text; text++, at_ms += every)
		press(at_ms, 0, (CHAR16)*text);
	return at_ms;
}

/* A timer that looks at the screen when nothing more is to come. */
static void EFIAPI screen_look(EFI_EVENT event, void *context)
{
	(void)event;
	(void)context;
	/* Of half an hour of counting only the end is kept. */
	if (machine.screen.len > FAKEFW_TEXT_BYTES / 2)
		machine.screen.len = 0;
	if (is_seen || keyboard.next < keyboard.count ||
		fakefw_find_row(&machine, "Esc: go on") == FAKEFW_ROWS)
		return;
	is_seen = true;
	memcpy(seen, machine.screen.rows, sizeof(seen));
	memcpy(seen_colours, machine.screen.colours, sizeof(seen_colours));
}

static int ask(void)
{
	EFI_EVENT timer;
	uint64_t before;
	int err;

	keyboard.keys = keys;
	keyboard.count = key_count;
	fakefw_boot(&machine, &fw);
	clock_open(&front.clock, &fw, 0);
	watchdog_arm(&front.watchdog, &fw, &front.clock);
	console_open(&front.console, &fw);
	assert_int_equal(fw.boot->CreateEvent(
				 0, TPL_CALLBACK, screen_look, NULL, &timer),
		EFI_SUCCESS);
	(void)fw.boot->SetTimer(timer, TimerPeriodic, 1000000);
	console_say(&front.console, SAY_RESULT, "Said before.");
	before = machine.ticks;
	err = ask_secret(
		&front, &question, answer, sizeof(answer), &answer_len);
	asked_ms = (machine.ticks - before) / FAKEFW_TICKS_PER_MS;
	console_say(&front.console, SAY_RESULT, "Said afterwards.");
	console_close(&front.console);
	watchdog_stop(&front.watchdog);
	(void)fw.boot->CloseEvent(timer);
	return err;
}

static void assert_answer(const char *expected)
{
	assert_int_equal(ask(), 0);
	assert_string_equal(answer, expected);
	assert_int_equal(answer_len, strlen(expected));
}

static void add_keyboard(void)
{
	fakefw_add_keyboard(&machine, &keyboard);
}

static size_t seen_row(const char *part)
{
	size_t row;

	assert_true(is_seen);
	for (row = 0; row < FAKEFW_ROWS; row++)
		if (strstr(seen[row], part))
			break;
	return row;
}

/* --- What is typed -------------------------------------------------------- */

static void typed_by_hand(void **state)
{
	uint64_t at;

	(void)state;
	add_keyboard();
	at = type(3000, KEY, 700);
	press(at, 0, '\r');
	assert_answer(KEY);
	assert_true(asked_ms < at + SECOND_MS);
}

/* Fifty-six keys at once, and the dashes of another keyboard. */
static void typed_by_a_scanner(void **state)
{
	(void)state;
	add_keyboard();
	(void)type(5000, "Recovery key: " KEY "\r", 0);
	assert_answer(KEY);
	assert_in_range(asked_ms, 5000, 5200);
}

static void typed_with_f_keys(void **state)
{
	(void)state;
	add_keyboard();
	for (const char *c = KEY; *c; c++)
		if (*c != '-')
			press(2000, (uint16_t)(SCAN_F1 + (*c - '0' + 9) % 10),
				0);
	press(2100, 0, '\r');
	assert_answer(KEY);
}

static void typed_wrong_and_corrected(void **state)
{
	(void)state;
	add_keyboard();
	(void)type(1000, "012352", 100);
	press(2000, SCAN_DELETE, 0);
	press(2100, 0, '\b');
	press(2200, SCAN_UP, 0);
	(void)type(3000, "4299", 100);
	press(4000, SCAN_LEFT, 0);
	press(4100, SCAN_LEFT, 0);
	press(4200, SCAN_RIGHT, 0);
	press(4300, SCAN_LEFT, 0);
	(void)type(5000, &KEY[7], 10);
	(void)type(6000, "\r", 0);
	assert_answer(KEY);
}

static void a_pin_is_hidden(void **state)
{
	(void)state;
	add_keyboard();
	question.kind = SECRET_PIN;
	question.id_count = 0;
	question.qr_text = NULL;
	question.text = "Which PIN has the key pack site.keys?";
	(void)type(1000, "20-Grey x", 50);
	press(9000, 0, '\r');
	assert_answer("20-Grey x");
	assert_null(strstr(machine.screen.text, "Grey"));
	assert_non_null(strstr(machine.screen.text, "*********"));
	assert_null(strstr(port.text, "Grey"));
}

static void escape_goes_on_without(void **state)
{
	(void)state;
	add_keyboard();
	(void)type(1000, "0123", 50);
	press(3000, SCAN_ESC, 0);
	assert_int_equal(ask(), -ERR_NOT_FOUND);
	assert_in_range(asked_ms, 2900, 3200);
	assert_string_equal(answer, "");
}

static void keys_pressed_before_do_not_count(void **state)
{
	(void)state;
	add_keyboard();
	(void)type(0, "9876\r", 0);
	(void)type(2000, KEY "\r", 10);
	assert_answer(KEY);
}

/* --- Time ----------------------------------------------------------------- */

static void nobody_is_there(void **state)
{
	(void)state;
	add_keyboard();
	assert_int_equal(ask(), -ERR_NOT_FOUND);
	assert_in_range(
		asked_ms, SECONDS * SECOND_MS, (SECONDS + 1) * SECOND_MS);
	assert_int_equal(machine.reset_calls, 0);
}

/* Q50: no keyboard, or none that has an event: nobody waits for nothing. */
static void without_a_keyboard_nobody_waits(void **state)
{
	SIMPLE_INPUT_INTERFACE eventless = {.WaitForKey = NULL};

	(void)state;
	assert_int_equal(ask(), -ERR_NOT_FOUND);
	assert_true(asked_ms < 100);
	assert_non_null(strstr(port.text, "encrypted volume"));
	machine.keyboard = &eventless;
	assert_int_equal(ask(), -ERR_NOT_FOUND);
	assert_true(asked_ms < 100);
}

/* One who types a digit each half minute is still there, and no hang. */
static void each_key_starts_the_clock_anew(void **state)
{
	uint64_t at;

	(void)state;
	add_keyboard();
	at = type(30000, KEY, 30000);
	press(at, 0, '\r');
	assert_answer(KEY);
	assert_true(asked_ms > 25 * 60 * (uint64_t)SECOND_MS);
	assert_int_equal(machine.reset_calls, 0);
}

/* Nobody can type for ever. */
static void half_an_hour_is_the_end(void **state)
{
	(void)state;
	add_keyboard();
	for (unsigned int i = 0; i < 60; i++)
		press(1000 + i * 50000, 0, i % 2 ? '\b' : '1');
	assert_int_equal(ask(), -ERR_NOT_FOUND);
	assert_in_range(asked_ms, 30 * 60 * SECOND_MS, 30 * 61 * SECOND_MS);
	assert_int_equal(machine.reset_calls, 0);
}

/* A key that is stuck fills the line, and then it is as if nobody was there. */
static void a_stuck_key_is_nobody(void **state)
{
	(void)state;
	add_keyboard();
	(void)type(1000,
		"5555555555555555555555555555555555555555555555555555555555555"
		"5555555555555555555555555555555555555555555555555555555555555"
		"5555555555555555555555555555555555555555555555555555555555555"
		"5555555555555555555555555555555555555555555555555555555555555",
		500);
	assert_int_equal(ask(), -ERR_NOT_FOUND);
	assert_in_range(asked_ms, 80 * SECOND_MS, 90 * SECOND_MS);
}

static void too_small_a_buffer(void **state)
{
	(void)state;
	assert_int_equal(ask_secret(&front, &question, answer, SECRET_BYTES - 1,
				 &answer_len),
		-ERR_TOO_LARGE);
}

/* --- What is to be seen --------------------------------------------------- */

static void a_wrong_group_is_red(void **state)
{
	size_t row;

	(void)state;
	add_keyboard();
	(void)type(1000, "012342123454234564", 10);
	(void)ask();
	row = seen_row("  012342-123454-234564-______-______-______-______-");
	assert_true(row < FAKEFW_ROWS - 6);
	assert_int_equal(seen_colours[row][2], EFI_WHITE);
	assert_int_equal(seen_colours[row][9], EFI_LIGHTRED);
	assert_int_equal(seen_colours[row][14], EFI_LIGHTRED);
	assert_int_equal(seen_colours[row][16], EFI_WHITE);
	assert_int_equal(seen_row("Group 2 is wrong"), row + 2);
	assert_int_equal(seen_colours[row + 2][2], EFI_YELLOW);
	assert_true(seen_row(ID) < row);
	assert_true(seen_row("Windows of this PC") < row);
	assert_true(seen_row("in 60 seconds") < FAKEFW_ROWS);
	assert_int_equal(machine.screen.scrolls, 0);
}

/* What was said comes back, and the digits are gone. */
static void the_screen_is_as_it_was(void **state)
{
	(void)state;
	add_keyboard();
	(void)type(1000, KEY "\r", 10);
	assert_answer(KEY);
	assert_int_equal(fakefw_find_row(&machine, "Said before."), 0);
	assert_true(fakefw_find_row(&machine, ID) < FAKEFW_ROWS);
	assert_true(
		fakefw_find_row(&machine, "Said afterwards.") < FAKEFW_ROWS);
	assert_int_equal(fakefw_find_row(&machine, "012342"), FAKEFW_ROWS);
}

/* Only the question goes there, once. */
static void nothing_typed_goes_to_a_port(void **state)
{
	const char *text = port.text;

	(void)state;
	add_keyboard();
	(void)type(1000, "012352" KEY "\r", 10);
	(void)ask();
	assert_non_null(strstr(text, "Key ID: " ID));
	assert_null(strstr(strstr(text, ID) + 1, ID));
	for (const char *c = text; *c; c++)
		assert_false(strspn(c, "0123456789") >= 5 && c != text &&
			     c[-1] != '-');
	assert_null(strstr(text, "012342"));
	assert_null(strstr(text, "Esc"));
}

static void a_cursor_that_cannot_be_moved(void **state)
{
	(void)state;
	add_keyboard();
	machine.screen.has_no_cursor = true;
	(void)type(1000, "012352", 10);
	(void)type(2000, "\b\b42", 10);
	(void)type(3000, &KEY[7], 10);
	press(9000, 0, '\r');
	assert_answer(KEY);
	assert_non_null(strstr(machine.screen.text, "Group 1 is wrong"));
	assert_non_null(strstr(machine.screen.text, "\r  " KEY));
	assert_int_equal(fakefw_find_row(&machine, "012342"), FAKEFW_ROWS);
}

static void no_screen_at_all(void **state)
{
	(void)state;
	add_keyboard();
	memset(&machine.screen, 0, sizeof(machine.screen));
	(void)type(1000, KEY "\r", 10);
	assert_answer(KEY);
}

/* A sentence as long as none is, and four protectors. */
static void everything_has_room(void **state)
{
	char text[500];

	(void)state;
	add_keyboard();
	memset(text, 'w', sizeof(text));
	for (size_t i = 10; i < sizeof(text); i += 11)
		text[i] = ' ';
	text[sizeof(text) - 1] = 0;
	memcpy(text, "\x1b[2J\xE4", 5);
	question.text = text;
	for (size_t i = 0; i < SECRET_MAX_IDS; i++)
		question.ids[i] = ID;
	question.id_count = SECRET_MAX_IDS;
	(void)type(1000, KEY, 10);
	(void)ask();
	assert_true(seen_row(KEY) < FAKEFW_ROWS - 6);
	assert_true(seen_row("?[2J?") < seen_row(KEY));
	assert_null(strchr(machine.screen.text, 0x1b));
	assert_int_equal(machine.screen.scrolls, 0);
}

/* --- Pictures ------------------------------------------------------------- */

static void add_card(uint32_t width, uint32_t height)
{
	uint8_t *pixels = malloc((size_t)width * height);

	assert_non_null(pixels);
	fakefw_graphics_init(&graphics, pixels, width, height);
	card = fakefw_add_handle(&machine);
	card->graphics = &graphics;
}

static bool pixels_are_black(void)
{
	size_t count = (size_t)graphics.info.HorizontalResolution *
		       graphics.info.VerticalResolution;

	for (size_t i = 0; i < count; i++)
		if (graphics.pixels[i])
			return false;
	return true;
}

/* Somebody with a telephone, while the question is open. */
static char photographed[256];

static EFI_STATUS EFIAPI key_and_camera(
	SIMPLE_INPUT_INTERFACE *this, EFI_INPUT_KEY *ret)
{
	struct fakefw_keys *k = this->WaitForKey;

	if (!qr_reader_read(graphics.pixels, graphics.info.HorizontalResolution,
		    graphics.info.VerticalResolution, photographed,
		    sizeof(photographed)))
		strcpy(photographed, "no code");
	*ret = k->keys[k->next++].key;
	return EFI_SUCCESS;
}

static void a_camera_reads_the_key_id(void **state)
{
	static const uint32_t sizes[][2] = {
		{640, 480}, {800, 600}, {1024, 768}, {1280, 800}, {1920, 1080}};

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		(void)start(NULL);
		add_keyboard();
		keyboard.input.ReadKeyStroke = key_and_camera;
		add_card(sizes[i][0], sizes[i][1]);
		if (i % 2)
			machine.screen_handle = card;
		press(2000, SCAN_ESC, 0);
		assert_int_equal(ask(), -ERR_NOT_FOUND);
		assert_string_equal(photographed, QR_TEXT);
		assert_true(pixels_are_black());
		free(graphics.pixels);
	}
}

/* Nothing is drawn, and the text has the room. */
static void no_picture(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 5; i++) {
		(void)start(NULL);
		add_keyboard();
		add_card(i == 0 ? 320 : 1280, 800);
		if (i == 0) /* more modules than there is room for */
			question.qr_text = QR_TEXT " " QR_TEXT;
		if (i == 1)
			graphics.mode.Info = NULL;
		if (i == 2)
			graphics.info.VerticalResolution = 0xFFFFFFFF;
		if (i == 3)
			graphics.fills_left = 1;
		if (i == 4)
			question.qr_text = NULL;
		(void)type(1000, KEY, 10);
		(void)ask();
		graphics.info.VerticalResolution = 800;
		assert_true(pixels_are_black());
		assert_int_equal(
			seen_row("Key ID, to be read out:") < FAKEFW_ROWS,
			true);
		free(graphics.pixels);
	}
}

/* It breaks in the middle: half a code is worse than none. */
static void half_a_picture_is_removed(void **state)
{
	(void)state;
	add_keyboard();
	add_card(1280, 800);
	graphics.fills_left = 100;
	(void)type(1000, KEY "\r", 10);
	assert_answer(KEY);
	assert_true(graphics.fills >= 100);
	assert_true(pixels_are_black());
	free(graphics.pixels);
}

#define fw_test(f) cmocka_unit_test_setup(f, start)

int main(void)
{
	const struct CMUnitTest tests[] = {
		fw_test(typed_by_hand),
		fw_test(typed_by_a_scanner),
		fw_test(typed_with_f_keys),
		fw_test(typed_wrong_and_corrected),
		fw_test(a_pin_is_hidden),
		fw_test(escape_goes_on_without),
		fw_test(keys_pressed_before_do_not_count),
		fw_test(nobody_is_there),
		fw_test(without_a_keyboard_nobody_waits),
		fw_test(each_key_starts_the_clock_anew),
		fw_test(half_an_hour_is_the_end),
		fw_test(a_stuck_key_is_nobody),
		fw_test(too_small_a_buffer),
		fw_test(a_wrong_group_is_red),
		fw_test(the_screen_is_as_it_was),
		fw_test(nothing_typed_goes_to_a_port),
		fw_test(a_cursor_that_cannot_be_moved),
		fw_test(no_screen_at_all),
		fw_test(everything_has_room),
		fw_test(a_camera_reads_the_key_id),
		fw_test(no_picture),
		fw_test(half_a_picture_is_removed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
