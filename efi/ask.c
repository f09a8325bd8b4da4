/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "efi/ask.h"
#include "efi/keyboard.h"

#define POLL_MICROSECONDS 50000u
#define POLLS_PER_SECOND  (1000000u / POLL_MICROSECONDS)

#define LINE_BYTES SCREEN_COLUMNS

static enum answer answer_of(const EFI_INPUT_KEY *key)
{
	if (key->ScanCode == SCAN_F10 || key->UnicodeChar == 'y' ||
		key->UnicodeChar == 'Y')
		return ANSWER_YES;
	if (key->ScanCode == SCAN_ESC || key->UnicodeChar == 'n' ||
		key->UnicodeChar == 'N')
		return ANSWER_NO;
	return ANSWER_NOBODY;
}

/* Overwrites itself from second to second. */
static void countdown_show(
	struct front *f, const struct question *question, unsigned int left)
{
	char line[LINE_BYTES];
	int len = snprintf(line, sizeof(line),
		"\r  F10 or Y: yes    Esc or N: no    in %u seconds: %s  ",
		left, question->is_yes_unless ? "yes" : "no");

	screen_write(&f->console.screen, SCREEN_BRIGHT, line, (size_t)len);
}

/* One second; what was pressed in it. */
static enum answer second_wait(struct front *f)
{
	enum answer answer = ANSWER_NOBODY;
	EFI_INPUT_KEY key;
	unsigned int i;

	for (i = 0; i < POLLS_PER_SECOND && answer == ANSWER_NOBODY; i++) {
		(void)f->fw->boot->Stall(POLL_MICROSECONDS);
		watchdog_pet(&f->watchdog);
		if (keyboard_read(f->fw, &key))
			answer = answer_of(&key);
	}
	return answer;
}

enum answer ask_person(struct front *f, const struct question *question)
{
	enum answer answer = ANSWER_NOBODY;
	unsigned int left;

	console_say(&f->console, SAY_WARNING, question->text);
	console_flush_text(&f->console);
	if (!keyboard_is_there(f->fw))
		return ANSWER_NOBODY;
	keyboard_forget(f->fw);
	for (left = question->seconds; left && answer == ANSWER_NOBODY;
		left--) {
		countdown_show(f, question, left);
		answer = second_wait(f);
	}
	screen_write(&f->console.screen, SCREEN_PLAIN, "\r\n", 2);
	return answer;
}
