/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/key_entry.h"

#include <string.h>

#include "storage/crypto/secret.h"

#define GROUP_DIGITS RECOVERY_PASSWORD_GROUP_DIGITS
#define GROUPS	     RECOVERY_PASSWORD_GROUPS

/* --- Groups --------------------------------------------------------------- */

static enum recovery_group group_of(
	const char *digits, size_t count, unsigned int group)
{
	size_t start = (size_t)group * GROUP_DIGITS;
	size_t len = count > start ? count - start : 0;
	uint16_t value = 0;
	enum recovery_group g;

	if (len > GROUP_DIGITS)
		len = GROUP_DIGITS;
	g = recovery_group_check(digits + start, len, &value);
	secret_wipe(&value, sizeof(value));
	return g;
}

enum recovery_group key_entry_group(
	const struct key_entry *e, unsigned int group)
{
	return group_of(e->digits, e->count, group);
}

unsigned int key_entry_first_wrong(const struct key_entry *e)
{
	unsigned int group;

	for (group = 0; group < GROUPS; group++) {
		enum recovery_group g = key_entry_group(e, group);

		if (g != RECOVERY_GROUP_GOOD && g != RECOVERY_GROUP_SHORT)
			break;
	}
	return group;
}

/* --- What was typed, on each row of keys ---------------------------------- */

struct reading {
	char digits[KEY_ENTRY_DIGITS];
	size_t count;
	unsigned int wrong_groups;
};

/* False if it cannot have been typed on that row. */
static bool row_read(
	const struct key_entry *e, enum key_row row, struct reading *r)
{
	memset(r, 0, sizeof(*r));
	for (size_t i = 0; i < e->typed_count; i++) {
		int value = key_row_value(row, e->typed[i]);

		if (value == KEY_ROW_DIVIDER)
			continue;
		if (value < 0 || r->count == KEY_ENTRY_DIGITS)
			return false;
		r->digits[r->count++] = (char)('0' + value);
	}
	for (unsigned int i = 0; i < r->count / GROUP_DIGITS; i++)
		if (group_of(r->digits, r->count, i) != RECOVERY_GROUP_GOOD)
			r->wrong_groups++;
	return true;
}

/*
 * A sign can be two digits, on two rows: "&" is a 1 or a 7.  What else was
 * typed tells mostly, and if not, the groups do.  Nothing is looked for where
 * everything may be digits and dashes.
 */
static bool row_find(struct key_entry *e)
{
	unsigned int least = GROUPS + 1;
	struct reading r;

	for (enum key_row row = KEY_ROW_PLAIN; row < KEY_ROW_COUNT; row++) {
		if (!row_read(e, row, &r) || r.wrong_groups >= least)
			continue;
		least = r.wrong_groups;
		e->row = row;
		e->count = r.count;
		memcpy(e->digits, r.digits, sizeof(e->digits));
		if (row == KEY_ROW_PLAIN)
			break;
	}
	e->cursor = e->count;
	secret_wipe(&r, sizeof(r));
	return least <= GROUPS;
}

static bool is_on_some_row(uint16_t key)
{
	for (enum key_row row = KEY_ROW_PLAIN; row < KEY_ROW_COUNT; row++)
		if (key_row_value(row, key) != KEY_ROW_NOTHING)
			return true;
	return false;
}

static bool is_digit(uint16_t key)
{
	return key >= '0' && key <= '9';
}

static bool has_digit(const struct key_entry *e)
{
	for (size_t i = 0; i < e->typed_count; i++)
		if (is_digit(e->typed[i]))
			return true;
	return false;
}

static void typed_forget(struct key_entry *e)
{
	secret_wipe(e->typed, sizeof(e->typed));
	e->typed_count = 0;
	(void)row_find(e); /* nothing is on every row */
}

/* A scanner that types its whole label: "Recovery key: ". */
static void press_letter(struct key_entry *e)
{
	if (!e->typed_count)
		e->is_label = true;
	if (e->is_label && !has_digit(e))
		typed_forget(e);
	else
		e->remark = KEY_ENTRY_NO_DIGIT;
}

static void press_on_row(struct key_entry *e, uint16_t key)
{
	if (!is_on_some_row(key)) {
		press_letter(e);
		return;
	}
	/* Signs of the words, not of the key: "Clé de récupération : 1" */
	if (e->is_label && is_digit(key) && !has_digit(e))
		typed_forget(e);
	if (e->typed_count == KEY_ENTRY_MAX_TYPED) {
		e->remark = KEY_ENTRY_TOO_LONG;
		return;
	}
	e->typed[e->typed_count++] = key;
	if (row_find(e))
		return;
	e->typed[--e->typed_count] = 0;
	e->remark = e->count == KEY_ENTRY_DIGITS ? KEY_ENTRY_TOO_LONG
						 : KEY_ENTRY_NO_DIGIT;
	(void)row_find(e); /* as it was */
}

/* --- Correcting ----------------------------------------------------------- */

/* From now on the row is known, and only digits are kept. */
static void edit(struct key_entry *e)
{
	secret_wipe(e->typed, sizeof(e->typed));
	e->typed_count = 0;
	e->is_edited = true;
}

static void press_in_edited(struct key_entry *e, uint16_t key)
{
	int value = key_row_value(e->row, key);

	if (value == KEY_ROW_DIVIDER)
		return;
	if (value < 0) {
		e->remark = KEY_ENTRY_NO_DIGIT;
		return;
	}
	if (e->cursor == KEY_ENTRY_DIGITS) {
		e->remark = KEY_ENTRY_TOO_LONG;
		return;
	}
	e->digits[e->cursor++] = (char)('0' + value);
	if (e->count < e->cursor)
		e->count = e->cursor;
}

/* Takes the last digit away; among others it only goes back. */
static void backspace(struct key_entry *e)
{
	edit(e);
	if (e->cursor && e->cursor == e->count)
		e->digits[--e->count] = 0;
	if (e->cursor)
		e->cursor--;
	if (e->count)
		return;
	e->is_edited = false;
	e->is_label = false;
	typed_forget(e);
}

static enum key_entry_state finish_password(struct key_entry *e)
{
	unsigned int wrong = key_entry_first_wrong(e);

	if (wrong == GROUPS && e->count == KEY_ENTRY_DIGITS)
		return KEY_ENTRY_DONE;
	e->remark = KEY_ENTRY_UNFINISHED;
	if (wrong < GROUPS) {
		edit(e);
		e->cursor = (size_t)wrong * GROUP_DIGITS;
	}
	return KEY_ENTRY_OPEN;
}

/* Shows it, for as long as it is under the cursor, as Windows does. */
static enum key_entry_state press_password(struct key_entry *e, uint16_t key)
{
	switch (key) {
	case KEY_ENTRY_ENTER:
		return finish_password(e);
	case KEY_ENTRY_BACKSPACE:
		backspace(e);
		break;
	case KEY_ENTRY_LEFT:
		if (!e->cursor)
			break; /* the row may not be known yet */
		edit(e);
		e->cursor--;
		break;
	case KEY_ENTRY_RIGHT:
		e->cursor += e->cursor < e->count;
		break;
	default:
		if (e->is_edited)
			press_in_edited(e, key);
		else
			press_on_row(e, key);
		break;
	}
	return KEY_ENTRY_OPEN;
}

/* --- A PIN ---------------------------------------------------------------- */

static void press_in_pin(struct key_entry *e, uint16_t key)
{
	if (key < 0x20 || key > 0x7E)
		e->remark = KEY_ENTRY_NO_ASCII;
	else if (e->typed_count == SECRET_BYTES - 1)
		e->remark = KEY_ENTRY_TOO_LONG;
	else
		e->typed[e->typed_count++] = key;
}

static enum key_entry_state press_pin(struct key_entry *e, uint16_t key)
{
	switch (key) {
	case KEY_ENTRY_ENTER:
		if (e->typed_count)
			return KEY_ENTRY_DONE;
		e->remark = KEY_ENTRY_UNFINISHED;
		break;
	case KEY_ENTRY_BACKSPACE:
		if (e->typed_count)
			e->typed[--e->typed_count] = 0;
		break;
	case KEY_ENTRY_LEFT:
	case KEY_ENTRY_RIGHT:
		break; /* nobody sees where that would be */
	default:
		press_in_pin(e, key);
		break;
	}
	return KEY_ENTRY_OPEN;
}

/* --- All of it ------------------------------------------------------------ */

void key_entry_open(struct key_entry *e, enum secret_kind kind)
{
	memset(e, 0, sizeof(*e));
	e->kind = kind;
}

void key_entry_close(struct key_entry *e)
{
	secret_wipe(e, sizeof(*e));
}

bool key_entry_equal(const struct key_entry *a, const struct key_entry *b)
{
	return a->remark == b->remark && a->typed_count == b->typed_count &&
	       a->count == b->count && a->cursor == b->cursor &&
	       a->is_edited == b->is_edited && a->is_label == b->is_label &&
	       !memcmp(a->typed, b->typed, sizeof(a->typed)) &&
	       !memcmp(a->digits, b->digits, sizeof(a->digits));
}

enum key_entry_remark key_entry_remark(const struct key_entry *e)
{
	return e->remark;
}

/* One name for each key; 0 for those that do nothing. */
static uint16_t key_named(uint16_t key)
{
	if (key == '\n')
		return KEY_ENTRY_ENTER;
	if (key == 0x7F) /* what terminals send for Backspace */
		return KEY_ENTRY_BACKSPACE;
	if (key >= KEY_ENTRY_F1 && key <= KEY_ENTRY_F10)
		return (uint16_t)('0' + (key - KEY_ENTRY_F1 + 1) % 10);
	if (key == KEY_ENTRY_ENTER || key == KEY_ENTRY_BACKSPACE ||
		key == KEY_ENTRY_ESCAPE || key == '\t')
		return key;
	return key < 0x20 ? 0 : key;
}

enum key_entry_state key_entry_press(struct key_entry *e, uint16_t key)
{
	key = key_named(key);
	if (!key)
		return KEY_ENTRY_OPEN;
	e->remark = KEY_ENTRY_FINE;
	if (key == KEY_ENTRY_ESCAPE)
		return KEY_ENTRY_GIVEN_UP;
	return e->kind == SECRET_PIN ? press_pin(e, key)
				     : press_password(e, key);
}
