/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/secret_desk.h"

#define MAX_KEYS 400

struct secret_desk asked;

static struct fakefw_key keys[MAX_KEYS];
static size_t key_count;

int secret_desk_start(void **state)
{
	(void)desk_start(state);
	memset(&asked, 0, sizeof(asked));
	key_count = 0;
	fakefw_add_port(&desk.machine, &asked.port);
	asked.question = (struct secret_question){
		.kind = SECRET_RECOVERY_PASSWORD,
		.text = "Windows of this PC is on an encrypted volume, C: of "
			"DESKTOP-A1B2C3D. It can be repaired with its key.",
		.ids = {SECRET_DESK_ID},
		.id_count = 1,
		.qr_text = SECRET_DESK_QR_TEXT,
		.seconds = SECRET_DESK_SECONDS,
	};
	return 0;
}

void secret_desk_press(uint64_t at_ms, uint16_t scan, CHAR16 c)
{
	assert_true(key_count < MAX_KEYS);
	keys[key_count++] = (struct fakefw_key){
		.at_ms = at_ms, .key = {.ScanCode = scan, .UnicodeChar = c}};
}

uint64_t secret_desk_type(uint64_t at_ms, const char *text, uint64_t every)
{
	for (; *text; text++, at_ms += every)
		secret_desk_press(at_ms, 0, (CHAR16)*text);
	return at_ms;
}

/* A timer that looks at the screen when nothing more is to come. */
static void EFIAPI screen_look(EFI_EVENT event, void *context)
{
	(void)event;
	(void)context;
	/* Of half an hour of counting only the end is kept. */
	if (desk.machine.screen.len > FAKEFW_TEXT_BYTES / 2)
		desk.machine.screen.len = 0;
	if (asked.is_seen || desk.keyboard.next < desk.keyboard.count ||
		fakefw_find_row(&desk.machine, "Esc: go on") == FAKEFW_ROWS)
		return;
	asked.is_seen = true;
	memcpy(asked.rows, desk.machine.screen.rows, sizeof(asked.rows));
	memcpy(asked.colours, desk.machine.screen.colours,
		sizeof(asked.colours));
}

int secret_desk_ask(void)
{
	EFI_EVENT timer;
	uint64_t before;
	int err;

	desk_open(keys, key_count);
	assert_int_equal(desk.fw.boot->CreateEvent(
				 0, TPL_CALLBACK, screen_look, NULL, &timer),
		EFI_SUCCESS);
	(void)desk.fw.boot->SetTimer(timer, TimerPeriodic, 1000000);
	console_say(&desk.front.console, SAY_RESULT, "Said before.");
	before = desk.machine.ticks;
	err = ask_secret(&desk.front, &asked.question, asked.answer,
		sizeof(asked.answer), &asked.answer_len);
	asked.asked_ms = desk_ms_since(before);
	console_say(&desk.front.console, SAY_RESULT, "Said afterwards.");
	desk_close();
	(void)desk.fw.boot->CloseEvent(timer);
	return err;
}

void secret_desk_expect(const char *expected)
{
	assert_int_equal(secret_desk_ask(), 0);
	assert_string_equal(asked.answer, expected);
	assert_int_equal(asked.answer_len, strlen(expected));
}

size_t secret_desk_row(const char *part)
{
	size_t row;

	assert_true(asked.is_seen);
	for (row = 0; row < FAKEFW_ROWS; row++)
		if (strstr(asked.rows[row], part))
			break;
	return row;
}
