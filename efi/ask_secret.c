/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "efi/ask_secret.h"

#include "efi/keyboard.h"
#include "efi/secret_page.h"
#include "storage/crypto/secret.h"
#include "storage/err.h"

/* A barcode scanner fills the firmware's short queue of keys in no time. */
#define POLL_MICROSECONDS 10000u
#define POLLS_PER_SECOND  (1000000u / POLL_MICROSECONDS)
#define MAX_BATCH	  256u

#define MAX_POLLS (30u * 60 * POLLS_PER_SECOND)

struct asking {
	struct front *front;
	struct secret_page page;
	struct key_entry entry;
	unsigned int polls; /* left, if no key comes */
	unsigned int polls_at_all;
};

/* As struct key_entry names them; 0 for those that mean nothing. */
static uint16_t key_of(const EFI_INPUT_KEY *key)
{
	if (key->UnicodeChar)
		return key->UnicodeChar;
	if (key->ScanCode >= SCAN_F1 && key->ScanCode <= SCAN_F10)
		return (uint16_t)(KEY_ENTRY_F1 + (key->ScanCode - SCAN_F1));
	switch (key->ScanCode) {
	case SCAN_ESC:
		return KEY_ENTRY_ESCAPE;
	case SCAN_DELETE: /* what Backspace is on many a terminal */
		return KEY_ENTRY_BACKSPACE;
	case SCAN_LEFT:
		return KEY_ENTRY_LEFT;
	case SCAN_RIGHT:
		return KEY_ENTRY_RIGHT;
	default:
		return 0;
	}
}

/* Everything that was pressed by now; *@ret_changed: it made a difference. */
static enum key_entry_state keys_take(struct asking *a, bool *ret_changed)
{
	enum key_entry_state state = KEY_ENTRY_OPEN;
	struct key_entry before = a->entry;
	EFI_INPUT_KEY key;

	for (unsigned int i = 0; i < MAX_BATCH && state == KEY_ENTRY_OPEN &&
				 keyboard_read(a->front->fw, &key);
		i++)
		state = key_entry_press(&a->entry, key_of(&key));
	*ret_changed = !key_entry_equal(&before, &a->entry);
	secret_wipe(&before, sizeof(before));
	secret_wipe(&key, sizeof(key));
	return state;
}

/* The time a person takes is nobody's hang. */
static void poll_wait(struct front *f)
{
	uint64_t before = clock_milliseconds(&f->clock);

	(void)f->fw->boot->Stall(POLL_MICROSECONDS);
	watchdog_excuse(&f->watchdog, clock_milliseconds(&f->clock) - before);
	watchdog_pet(&f->watchdog);
}

static unsigned int seconds_left(const struct asking *a)
{
	return (a->polls + POLLS_PER_SECOND - 1) / POLLS_PER_SECOND;
}

static enum key_entry_state line_type(struct asking *a, unsigned int polls)
{
	enum key_entry_state state = KEY_ENTRY_OPEN;

	a->polls = polls;
	a->polls_at_all = MAX_POLLS;
	secret_page_draw(&a->page, &a->entry, seconds_left(a));
	while (state == KEY_ENTRY_OPEN && a->polls && a->polls_at_all) {
		bool is_changed;

		poll_wait(a->front);
		a->polls--;
		a->polls_at_all--;
		state = keys_take(a, &is_changed);
		if (is_changed) {
			a->polls = polls;
			secret_page_draw(&a->page, &a->entry, seconds_left(a));
		} else if (a->polls % POLLS_PER_SECOND == 0) {
			secret_page_count(&a->page, &a->entry, seconds_left(a));
		}
	}
	return state;
}

int ask_secret(struct front *f, const struct secret_question *question,
	char *buf, size_t cap, size_t *ret_len)
{
	unsigned int seconds = question->seconds;
	enum key_entry_state state;
	struct asking a = {.front = f};

	if (cap < SECRET_BYTES)
		return -ERR_TOO_LARGE;
	if (seconds > MAX_POLLS / POLLS_PER_SECOND)
		seconds = MAX_POLLS / POLLS_PER_SECOND;
	if (!keyboard_is_there(f->fw)) {
		console_say(&f->console, SAY_WARNING, question->text);
		return -ERR_NOT_FOUND;
	}
	key_entry_open(&a.entry, question->kind);
	secret_page_open(&a.page, &f->console, f->fw, question);
	keyboard_forget(f->fw);
	state = line_type(&a, seconds * POLLS_PER_SECOND);
	secret_page_close(&a.page);
	if (state == KEY_ENTRY_DONE)
		*ret_len = key_entry_text(&a.entry, buf);
	key_entry_close(&a.entry);
	if (state == KEY_ENTRY_GIVEN_UP)
		return SECRET_DECLINED;
	return state == KEY_ENTRY_DONE ? 0 : -ERR_NOT_FOUND;
}
