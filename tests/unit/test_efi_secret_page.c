/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is to be seen while a key is asked for: text, digits, a picture. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "storage/err.h"
#include "tests/support/qr_reader.h"
#include "tests/support/secret_desk.h"

static struct fakefw_graphics graphics;
static struct fakefw_handle *card;

/* --- What is to be seen --------------------------------------------------- */

static void a_wrong_group_is_red(void **state)
{
	size_t row;

	(void)state;
	desk_add_keyboard();
	(void)secret_desk_type(1000, "012342123454234564", 10);
	(void)secret_desk_ask();
	row = secret_desk_row(
		"  012342-123454-234564-______-______-______-______-");
	assert_true(row < FAKEFW_ROWS - 6);
	assert_int_equal(asked.colours[row][2], EFI_WHITE);
	assert_int_equal(asked.colours[row][9], EFI_LIGHTRED);
	assert_int_equal(asked.colours[row][14], EFI_LIGHTRED);
	assert_int_equal(asked.colours[row][16], EFI_WHITE);
	assert_int_equal(secret_desk_row("Group 2 is wrong"), row + 2);
	assert_int_equal(asked.colours[row + 2][2], EFI_YELLOW);
	assert_true(secret_desk_row(SECRET_DESK_ID) < row);
	assert_true(secret_desk_row("Windows of this PC") < row);
	assert_true(secret_desk_row("in 60 seconds") < FAKEFW_ROWS);
	assert_int_equal(desk.machine.screen.scrolls, 0);
}

/* What was said comes back, and the digits are gone. */
static void the_screen_is_as_it_was(void **state)
{
	(void)state;
	desk_add_keyboard();
	(void)secret_desk_type(1000, SECRET_DESK_KEY "\r", 10);
	secret_desk_expect(SECRET_DESK_KEY);
	assert_int_equal(fakefw_find_row(&desk.machine, "Said before."), 0);
	assert_true(
		fakefw_find_row(&desk.machine, SECRET_DESK_ID) < FAKEFW_ROWS);
	assert_true(fakefw_find_row(&desk.machine, "Said afterwards.") <
		    FAKEFW_ROWS);
	assert_int_equal(fakefw_find_row(&desk.machine, "012342"), FAKEFW_ROWS);
}

/* Only the question goes there, once. */
static void nothing_typed_goes_to_a_port(void **state)
{
	const char *text = asked.port.text;

	(void)state;
	desk_add_keyboard();
	(void)secret_desk_type(1000, "012352" SECRET_DESK_KEY "\r", 10);
	(void)secret_desk_ask();
	assert_non_null(strstr(text, "Key ID: " SECRET_DESK_ID));
	assert_null(strstr(strstr(text, SECRET_DESK_ID) + 1, SECRET_DESK_ID));
	for (const char *c = text; *c; c++)
		assert_false(strspn(c, "0123456789") >= 5 && c != text &&
			     c[-1] != '-');
	assert_null(strstr(text, "012342"));
	assert_null(strstr(text, "Esc"));
}

static void a_cursor_that_cannot_be_moved(void **state)
{
	(void)state;
	desk_add_keyboard();
	desk.machine.screen.has_no_cursor = true;
	(void)secret_desk_type(1000, "012352", 10);
	(void)secret_desk_type(2000, "\b\b42", 10);
	(void)secret_desk_type(3000, &SECRET_DESK_KEY[7], 10);
	secret_desk_press(9000, 0, '\r');
	secret_desk_expect(SECRET_DESK_KEY);
	assert_non_null(strstr(desk.machine.screen.text, "Group 1 is wrong"));
	assert_non_null(
		strstr(desk.machine.screen.text, "\r  " SECRET_DESK_KEY));
	assert_int_equal(fakefw_find_row(&desk.machine, "012342"), FAKEFW_ROWS);
}

static void no_screen_at_all(void **state)
{
	(void)state;
	desk_add_keyboard();
	memset(&desk.machine.screen, 0, sizeof(desk.machine.screen));
	(void)secret_desk_type(1000, SECRET_DESK_KEY "\r", 10);
	secret_desk_expect(SECRET_DESK_KEY);
}

/* A sentence as long as none is, and four protectors. */
static void everything_has_room(void **state)
{
	char text[500];

	(void)state;
	desk_add_keyboard();
	memset(text, 'w', sizeof(text));
	for (size_t i = 10; i < sizeof(text); i += 11)
		text[i] = ' ';
	text[sizeof(text) - 1] = 0;
	memcpy(text, "\x1b[2J\xE4", 5);
	asked.question.text = text;
	for (size_t i = 0; i < SECRET_MAX_IDS; i++)
		asked.question.ids[i] = SECRET_DESK_ID;
	asked.question.id_count = SECRET_MAX_IDS;
	(void)secret_desk_type(1000, SECRET_DESK_KEY, 10);
	(void)secret_desk_ask();
	assert_true(secret_desk_row(SECRET_DESK_KEY) < FAKEFW_ROWS - 6);
	assert_true(
		secret_desk_row("?[2J?") < secret_desk_row(SECRET_DESK_KEY));
	assert_null(strchr(desk.machine.screen.text, 0x1b));
	assert_int_equal(desk.machine.screen.scrolls, 0);
}

/* --- Pictures ------------------------------------------------------------- */

static void add_card(uint32_t width, uint32_t height)
{
	uint8_t *pixels = malloc((size_t)width * height);

	assert_non_null(pixels);
	fakefw_graphics_init(&graphics, pixels, width, height);
	card = fakefw_add_handle(&desk.machine);
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
		(void)secret_desk_start(NULL);
		desk_add_keyboard();
		desk.keyboard.input.ReadKeyStroke = key_and_camera;
		add_card(sizes[i][0], sizes[i][1]);
		if (i % 2)
			desk.machine.screen_handle = card;
		secret_desk_press(2000, SCAN_ESC, 0);
		assert_int_equal(secret_desk_ask(), SECRET_DECLINED);
		assert_string_equal(photographed, SECRET_DESK_QR_TEXT);
		assert_true(pixels_are_black());
		free(graphics.pixels);
	}
}

/* Nothing is drawn, and the text has the room. */
static void no_picture(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 5; i++) {
		(void)secret_desk_start(NULL);
		desk_add_keyboard();
		add_card(i == 0 ? 320 : 1280, 800);
		if (i == 0) /* more modules than there is room for */
			asked.question.qr_text =
				SECRET_DESK_QR_TEXT " " SECRET_DESK_QR_TEXT;
		if (i == 1)
			graphics.mode.Info = NULL;
		if (i == 2)
			graphics.info.VerticalResolution = 0xFFFFFFFF;
		if (i == 3)
			graphics.fills_left = 1;
		if (i == 4)
			asked.question.qr_text = NULL;
		(void)secret_desk_type(1000, SECRET_DESK_KEY, 10);
		(void)secret_desk_ask();
		graphics.info.VerticalResolution = 800;
		assert_true(pixels_are_black());
		assert_int_equal(secret_desk_row("Key ID, to be read out:") <
					 FAKEFW_ROWS,
			true);
		free(graphics.pixels);
	}
}

/* It breaks in the middle: half a code is worse than none. */
static void half_a_picture_is_removed(void **state)
{
	(void)state;
	desk_add_keyboard();
	add_card(1280, 800);
	graphics.fills_left = 100;
	(void)secret_desk_type(1000, SECRET_DESK_KEY "\r", 10);
	secret_desk_expect(SECRET_DESK_KEY);
	assert_true(graphics.fills >= 100);
	assert_true(pixels_are_black());
	free(graphics.pixels);
}

#define fw_test(f) cmocka_unit_test_setup(f, secret_desk_start)

int main(void)
{
	const struct CMUnitTest tests[] = {
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
