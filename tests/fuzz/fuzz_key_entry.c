/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any keys in any order: the line stays a line, and only good keys get out. */
#include <stdlib.h>
#include <string.h>

#include "recovery/key_entry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int is_true)
{
	if (!is_true)
		abort();
}

/* Two bytes a key, mostly of those that mean something. */
static uint16_t key_of(const uint8_t *two)
{
	static const uint16_t special[] = {KEY_ENTRY_BACKSPACE, KEY_ENTRY_ENTER,
		KEY_ENTRY_ESCAPE, KEY_ENTRY_LEFT, KEY_ENTRY_RIGHT, KEY_ENTRY_F1,
		KEY_ENTRY_F10, 0xE9, 0xE0, '-'};

	if (two[1] < 0x80)
		return two[0];
	if (two[1] < 0xF0)
		return special[two[0] % (sizeof(special) / sizeof(special[0]))];
	return (uint16_t)(two[0] | (two[1] & 0x0F) << 8 | 0xE000);
}

static void line_check(const struct key_entry *e, enum secret_kind kind)
{
	char line[KEY_ENTRY_LINE_BYTES];
	char note[KEY_ENTRY_NOTE_BYTES];
	size_t cursor;
	size_t len = strlen(key_entry_line(e, line, &cursor));

	require(cursor <= len);
	require(kind == SECRET_PIN ? strspn(line, "*") == len
				   : strspn(line, "0123456789-_") == 55);
	require(strlen(key_entry_note(e, note)) < 79);
	require(key_entry_first_wrong(e) <= RECOVERY_PASSWORD_GROUPS);
}

static void text_check(const struct key_entry *e, enum secret_kind kind)
{
	uint8_t key[RECOVERY_PASSWORD_BYTES];
	char text[SECRET_BYTES];
	size_t len = key_entry_text(e, text);
	unsigned int group;

	require(len > 0 && len < SECRET_BYTES && text[len] == 0);
	require(strlen(text) == len);
	if (kind != SECRET_PIN)
		require(recovery_password_parse(text, len, key, &group) ==
			RECOVERY_GROUP_GOOD);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum key_entry_state state = KEY_ENTRY_OPEN;
	struct key_entry e;
	enum secret_kind kind;

	if (!size)
		return 0;
	kind = data[0] & 1 ? SECRET_PIN : SECRET_RECOVERY_PASSWORD;
	key_entry_open(&e, kind);
	for (size_t i = 1; i + 1 < size && state == KEY_ENTRY_OPEN; i += 2) {
		state = key_entry_press(&e, key_of(data + i));
		line_check(&e, kind);
	}
	if (state == KEY_ENTRY_DONE)
		text_check(&e, kind);
	key_entry_close(&e);
	return 0;
}
