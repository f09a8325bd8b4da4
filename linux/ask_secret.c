/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "linux/ask_secret.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "linux/terminal.h"
#include "recovery/key_entry.h"
#include "storage/crypto/secret.h"
#include "storage/err.h"

/* What belongs to one key comes at once. */
#define SEQUENCE_MS 50

#define LINE "\r\x1b[K" /* the line is empty, the cursor at its start */

#define NO_KEY 0

bool ask_secret_can(void)
{
	return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

/* --- Keys ----------------------------------------------------------------- */

/* 1, or 0 if none came in that time, or -1 if none will. */
static int byte_read(int timeout_ms, unsigned char *ret)
{
	struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
	int count = poll(&input, 1, timeout_ms);

	if (count <= 0)
		return count;
	return read(STDIN_FILENO, ret, 1) == 1 ? 1 : -1;
}

/* Escape alone, or an arrow: "ESC [ D".  Of other keys nothing is wanted. */
static uint16_t sequence_read(void)
{
	unsigned char c = 0;

	if (byte_read(SEQUENCE_MS, &c) <= 0)
		return KEY_ENTRY_ESCAPE;
	if (c != '[' && c != 'O')
		return NO_KEY;
	do {
		if (byte_read(SEQUENCE_MS, &c) <= 0)
			return NO_KEY;
	} while (c < 0x40); /* its parameters */
	if (c == 'D')
		return KEY_ENTRY_LEFT;
	return c == 'C' ? KEY_ENTRY_RIGHT : NO_KEY;
}

/* UTF-8 of two bytes: all that there is on a row of digits. */
static uint16_t character_read(unsigned char first)
{
	unsigned char next = 0;

	if (first < 0x80)
		return first;
	if (first < 0xC2 || first > 0xDF ||
		byte_read(SEQUENCE_MS, &next) <= 0 || (next & 0xC0) != 0x80)
		return NO_KEY;
	return (uint16_t)((first & 0x1F) << 6 | (next & 0x3F));
}

/* As byte_read(). */
static int key_read(int timeout_ms, uint16_t *ret)
{
	unsigned char c = 0;
	int count = byte_read(timeout_ms, &c);

	if (count <= 0)
		return count;
	if (c == 0x04) /* Ctrl-D */
		return -1;
	*ret = c == KEY_ENTRY_ESCAPE ? sequence_read() : character_read(c);
	return 1;
}

/* --- The line ------------------------------------------------------------- */

static void show(const struct key_entry *e, unsigned int *wrong,
	enum key_entry_remark *remark)
{
	char line[KEY_ENTRY_LINE_BYTES];
	char note[KEY_ENTRY_NOTE_BYTES];
	size_t cursor;
	size_t len;

	if (key_entry_first_wrong(e) != *wrong ||
		key_entry_remark(e) != *remark) {
		*wrong = key_entry_first_wrong(e);
		*remark = key_entry_remark(e);
		if (*key_entry_note(e, note))
			(void)dprintf(STDERR_FILENO, LINE "%s\n", note);
	}
	len = strlen(key_entry_line(e, line, &cursor));
	(void)dprintf(STDERR_FILENO, LINE "%s", line);
	if (len > cursor)
		(void)dprintf(STDERR_FILENO, "\x1b[%zuD", len - cursor);
	secret_wipe(line, sizeof(line));
}

static enum key_entry_state type(struct key_entry *e, unsigned int seconds)
{
	enum key_entry_state state = KEY_ENTRY_OPEN;
	enum key_entry_remark remark = KEY_ENTRY_FINE;
	unsigned int wrong = RECOVERY_PASSWORD_GROUPS;
	int timeout_ms = seconds < 3600 ? (int)seconds * 1000 : 3600000;

	while (state == KEY_ENTRY_OPEN) {
		uint16_t key = NO_KEY;

		show(e, &wrong, &remark);
		if (key_read(timeout_ms, &key) <= 0)
			break;
		state = key_entry_press(e, key);
	}
	/* What was typed does not stay on the screen. */
	(void)dprintf(STDERR_FILENO, LINE "\n");
	return state;
}

static void question_show(const struct secret_question *q)
{
	bool is_pin = q->kind == SECRET_PIN;

	fprintf(stderr, "%s\n", q->text);
	for (size_t i = 0; i < q->id_count; i++)
		fprintf(stderr, "Key ID: %s\n", q->ids[i]);
	fprintf(stderr,
		"%s, then Enter; or Esc to go on without, as happens by itself "
		"after %u seconds without a key press.\n",
		is_pin ? "Type the PIN" : "Type the 48 digits", q->seconds);
	(void)fflush(stderr);
}

int ask_secret(const struct secret_question *question, char *buf, size_t cap,
	size_t *ret_len)
{
	enum key_entry_state state;
	struct terminal terminal;
	struct key_entry entry;
	int caught;

	if (cap < SECRET_BYTES)
		return -ERR_TOO_LARGE;
	if (!ask_secret_can() || terminal_hide(&terminal, STDIN_FILENO, true))
		return -ERR_NOT_FOUND;
	question_show(question);
	key_entry_open(&entry, question->kind);
	state = type(&entry, question->seconds);
	if (state == KEY_ENTRY_DONE)
		*ret_len = key_entry_text(&entry, buf);
	key_entry_close(&entry);
	caught = terminal_show(&terminal);
	if (caught) {
		secret_wipe(buf, cap);
		(void)raise(caught);
	}
	if (state == KEY_ENTRY_GIVEN_UP)
		return SECRET_DECLINED;
	return state == KEY_ENTRY_DONE ? 0 : -ERR_NOT_FOUND;
}
