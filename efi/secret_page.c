/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "efi/secret_page.h"

#include <stdio.h>
#include <string.h>

#include "storage/crypto/secret.h"

/* Firmware has 25 rows and 80 columns at least. */
#define TITLE_ROW     1
#define TEXT_ROW      3
#define MAX_TEXT_ROWS 5
#define INDENT	      2
#define COLUMNS	      (SCREEN_COLUMNS - 1 - INDENT)

/* From the line. */
#define HELP_ABOVE  2
#define NOTE_BELOW  2
#define COUNT_BELOW 4

static bool is_password(const struct secret_page *p)
{
	return p->question->kind == SECRET_RECOVERY_PASSWORD;
}

/*
 * Overwrites what was in that row; its end is cut off.  What a disk says of
 * itself must not steer a terminal.
 */
static void row_write(struct secret_page *p, unsigned int row,
	enum screen_colour colour, const char *text, size_t len, size_t room)
{
	char line[INDENT + COLUMNS];

	if (len > room)
		len = room;
	memset(line, ' ', sizeof(line));
	for (size_t i = 0; i < len; i++)
		line[INDENT + i] =
			text[i] >= 0x20 && text[i] < 0x7f ? text[i] : '?';
	if (screen_move(&p->console->screen, 0, row))
		screen_write(&p->console->screen, colour, line, INDENT + room);
	secret_wipe(line, sizeof(line));
}

static void row_text(struct secret_page *p, unsigned int row,
	enum screen_colour colour, const char *text)
{
	row_write(p, row, colour, text, strlen(text), COLUMNS);
}

/* --- What does not change ------------------------------------------------- */

static const char *title_of(const struct secret_page *p)
{
	return is_password(p) ? "Loopbreaker: BitLocker recovery key"
			      : "Loopbreaker: PIN";
}

/* Returns the row behind it. */
static unsigned int text_draw(struct secret_page *p, size_t room)
{
	const char *text = p->question->text;
	unsigned int row = TEXT_ROW;

	while (*text && row < TEXT_ROW + MAX_TEXT_ROWS) {
		size_t len = console_line_fit(text, room);

		row_write(p, row++, SCREEN_PLAIN, text, len, room);
		text += len;
		while (*text == ' ')
			text++;
	}
	return row;
}

static unsigned int ids_draw(
	struct secret_page *p, unsigned int row, size_t room)
{
	const char *heading =
		p->picture.area.width
			? "Key ID, to be read out or photographed:"
			: "Key ID, to be read out:";

	if (!p->question->id_count)
		return row;
	row_write(p, ++row, SCREEN_PLAIN, heading, strlen(heading), room);
	for (size_t i = 0; i < p->question->id_count; i++)
		row_write(p, ++row, SCREEN_BRIGHT, p->question->ids[i],
			strlen(p->question->ids[i]), room);
	return row + 1;
}

static void rows_draw(struct secret_page *p)
{
	bool has_picture = p->picture.area.width != 0;
	size_t room = has_picture ? QR_PICTURE_FREE_COLUMNS - INDENT : COLUMNS;
	unsigned int row;

	row_write(p, TITLE_ROW, SCREEN_BRIGHT, title_of(p), strlen(title_of(p)),
		room);
	row = ids_draw(p, text_draw(p, room), room);
	if (has_picture && row < QR_PICTURE_ROWS)
		row = QR_PICTURE_ROWS;
	p->row = row + 1 + HELP_ABOVE;
	row_text(p, p->row - HELP_ABOVE, SCREEN_PLAIN,
		is_password(p) ? "Type the 48 digits, then Enter. F1 to F10 "
				 "give 1 to 0 on every keyboard."
			       : "Type the PIN, then Enter.");
}

/* In words, for a log, too. */
static void question_say(struct secret_page *p)
{
	const struct secret_question *q = p->question;
	char line[80];

	console_say(p->console, SAY_WARNING, q->text);
	for (size_t i = 0; i < q->id_count; i++) {
		(void)snprintf(line, sizeof(line), "Key ID: %s", q->ids[i]);
		console_say(p->console, SAY_INFO, line);
	}
}

void secret_page_open(struct secret_page *p, struct console *c,
	const struct firmware *fw, const struct secret_question *question)
{
	memset(p, 0, sizeof(*p));
	p->console = c;
	p->question = question;
	p->wrong = RECOVERY_PASSWORD_GROUPS;
	question_say(p);
	p->said = console_page_begin(c);
	/* A picture would be torn by lines that scroll. */
	p->has_rows = screen_clear(&c->screen) &&
		      screen_move(&c->screen, 0, TITLE_ROW);
	if (!p->has_rows)
		return;
	(void)qr_picture_draw(&p->picture, fw, question->qr_text);
	rows_draw(p);
	screen_show_cursor(&c->screen, true);
}

/* --- What does ------------------------------------------------------------ */

static bool group_is_wrong(const struct key_entry *e, size_t group)
{
	enum recovery_group g = key_entry_group(e, (unsigned int)group);

	return g != RECOVERY_GROUP_GOOD && g != RECOVERY_GROUP_SHORT;
}

/* Groups that are wrong in red; as few calls as possible (efi/screen.h). */
static void password_draw(struct secret_page *p, const struct key_entry *e,
	const char *line, size_t len)
{
	const size_t columns = RECOVERY_PASSWORD_GROUP_DIGITS + 1;
	size_t start = 0;

	for (size_t end = columns; start < len; end += columns) {
		bool is_wrong = group_is_wrong(e, start / columns);

		while (end < len &&
			group_is_wrong(e, end / columns) == is_wrong)
			end += columns;
		if (end > len)
			end = len;
		screen_write(&p->console->screen,
			is_wrong ? SCREEN_RED : SCREEN_BRIGHT, line + start,
			end - start);
		start = end;
	}
}

static void cursor_place(struct secret_page *p, const struct key_entry *e)
{
	char line[KEY_ENTRY_LINE_BYTES];
	size_t column;

	(void)key_entry_line(e, line, &column);
	(void)screen_move(
		&p->console->screen, INDENT + (unsigned int)column, p->row);
	secret_wipe(line, sizeof(line));
}

/* Of a PIN that has become shorter a star would stay. */
static void line_draw(struct secret_page *p, const struct key_entry *e)
{
	char line[KEY_ENTRY_LINE_BYTES];
	size_t column;
	size_t len = strlen(key_entry_line(e, line, &column));

	if (!is_password(p)) {
		row_text(p, p->row, SCREEN_BRIGHT, line);
	} else if (screen_move(&p->console->screen, 0, p->row)) {
		screen_write(&p->console->screen, SCREEN_PLAIN, "  ", INDENT);
		password_draw(p, e, line, len);
	}
	secret_wipe(line, sizeof(line));
}

static void note_draw(struct secret_page *p, const struct key_entry *e)
{
	char note[KEY_ENTRY_NOTE_BYTES];

	if (key_entry_remark(e) == p->remark &&
		key_entry_first_wrong(e) == p->wrong)
		return;
	p->remark = key_entry_remark(e);
	p->wrong = key_entry_first_wrong(e);
	(void)key_entry_note(e, note);
	if (p->has_rows) {
		row_text(p, p->row + NOTE_BELOW, SCREEN_YELLOW, note);
	} else if (*note) {
		screen_write(&p->console->screen, SCREEN_PLAIN, "\r\n", 2);
		screen_write(
			&p->console->screen, SCREEN_YELLOW, note, strlen(note));
		screen_write(&p->console->screen, SCREEN_PLAIN, "\r\n", 2);
	}
}

static void one_line_draw(
	struct secret_page *p, const struct key_entry *e, unsigned int seconds)
{
	char line[KEY_ENTRY_LINE_BYTES];
	char whole[SCREEN_COLUMNS];
	size_t column;
	int len;

	(void)key_entry_line(e, line, &column);
	len = snprintf(
		whole, sizeof(whole), "\r  %-62.62s %4u s ", line, seconds);
	screen_write(&p->console->screen, SCREEN_BRIGHT, whole, (size_t)len);
	secret_wipe(line, sizeof(line));
	secret_wipe(whole, sizeof(whole));
}

void secret_page_count(
	struct secret_page *p, const struct key_entry *e, unsigned int seconds)
{
	char line[COLUMNS + 1];

	if (!p->has_rows) {
		one_line_draw(p, e, seconds);
		return;
	}
	(void)snprintf(line, sizeof(line),
		"Esc: go on without %s (by itself in %u seconds)",
		is_password(p) ? "this key" : "it", seconds);
	row_text(p, p->row + COUNT_BELOW, SCREEN_PLAIN, line);
	cursor_place(p, e);
}

void secret_page_draw(
	struct secret_page *p, const struct key_entry *e, unsigned int seconds)
{
	note_draw(p, e);
	if (p->has_rows)
		line_draw(p, e);
	secret_page_count(p, e, seconds);
}

void secret_page_close(struct secret_page *p)
{
	struct screen *s = &p->console->screen;
	char blank[SCREEN_COLUMNS];

	if (p->has_rows) {
		screen_show_cursor(s, false);
		qr_picture_remove(&p->picture);
		console_page_end(p->console, p->said);
		return;
	}
	memset(blank, ' ', sizeof(blank));
	blank[0] = '\r';
	screen_write(s, SCREEN_PLAIN, blank, sizeof(blank) - 1);
	screen_write(s, SCREEN_PLAIN, "\r\n", 2);
}
