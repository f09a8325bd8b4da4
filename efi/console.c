/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Collecting, wrapping and printing.
 */
#include <stdlib.h>
#include <string.h>

#include "efi/console.h"

#define TEXT_BYTES   8192
#define REPORT_BYTES 65536

/* One column stays free: some consoles wrap when the last one is filled. */
#define LINE_CHARS   (SCREEN_COLUMNS - 1)
#define INDENT_CHARS 2

struct style {
	enum screen_colour colour;
	char mark[INDENT_CHARS + 1]; /* for those who see no colours */
};

static struct style style_of(enum say_level level)
{
	switch (level) {
	case SAY_RESULT:
		return (struct style){SCREEN_BRIGHT, "* "};
	case SAY_WARNING:
		return (struct style){SCREEN_YELLOW, "! "};
	case SAY_ERROR:
		return (struct style){SCREEN_RED, "! "};
	case SAY_TITLE:
	case SAY_INFO:
		break;
	}
	return (struct style){SCREEN_PLAIN, "  "};
}

void console_open(struct console *c, const struct firmware *fw)
{
	memset(c, 0, sizeof(*c));
	screen_open(&c->screen, fw);
	serial_open(&c->serial, fw);
	c->text = malloc(TEXT_BYTES);
	c->text_room = c->text ? TEXT_BYTES : 0;
	c->report = malloc(REPORT_BYTES);
	c->report_room = c->report ? REPORT_BYTES : 0;
}

static void text_print(struct console *c, enum screen_colour colour,
	const char *text, size_t len)
{
	screen_write(&c->screen, colour, text, len);
	serial_write(&c->serial, SERIAL_TEXT, text, len);
}

size_t console_page_begin(struct console *c)
{
	size_t runs = c->run_count;

	console_flush_text(c);
	return runs;
}

/* What was flushed last is still there. */
void console_page_end(struct console *c, size_t page)
{
	size_t start = 0;

	(void)screen_clear(&c->screen);
	for (size_t i = 0; i < page; i++) {
		screen_write(&c->screen, c->runs[i].colour, c->text + start,
			c->runs[i].end - start);
		start = c->runs[i].end;
	}
}

void console_flush_text(struct console *c)
{
	size_t start = 0;

	for (size_t i = 0; i < c->run_count; i++) {
		text_print(c, c->runs[i].colour, c->text + start,
			c->runs[i].end - start);
		start = c->runs[i].end;
	}
	c->run_count = 0;
	c->text_len = 0;
}

static void text_add(struct console *c, enum screen_colour colour,
	const char *text, size_t len)
{
	bool is_new_run =
		!c->run_count || c->runs[c->run_count - 1].colour != colour;

	if (len > c->text_room - c->text_len ||
		(is_new_run && c->run_count == CONSOLE_MAX_RUNS)) {
		console_flush_text(c);
		is_new_run = true;
	}
	if (len > c->text_room) {
		text_print(c, colour, text, len);
		return;
	}
	memcpy(c->text + c->text_len, text, len);
	c->text_len += len;
	if (is_new_run)
		c->runs[c->run_count++].colour = colour;
	c->runs[c->run_count - 1].end = c->text_len;
}

size_t console_line_fit(const char *text, size_t room)
{
	size_t len = strnlen(text, room + 1);
	size_t cut;

	if (len <= room)
		return len;
	for (cut = room; cut > 0 && text[cut] != ' '; cut--)
		;
	return cut ? cut : room; /* a word longer than the line */
}

static void line_add(struct console *c, enum screen_colour colour,
	const char *mark, const char *text, size_t len)
{
	char line[LINE_CHARS + 2];
	size_t used = INDENT_CHARS;

	memcpy(line, mark, INDENT_CHARS);
	for (size_t i = 0; i < len; i++) {
		bool is_printable = text[i] >= 0x20 && text[i] < 0x7f;

		line[used++] = is_printable ? text[i] : '?';
	}
	line[used++] = '\r';
	line[used++] = '\n';
	text_add(c, colour, line, used);
}

void console_say(struct console *c, enum say_level level, const char *sentence)
{
	struct style style = style_of(level);
	const char *mark = style.mark;

	if (level == SAY_TITLE) {
		console_title(c, sentence);
		return;
	}
	do {
		size_t len =
			console_line_fit(sentence, LINE_CHARS - INDENT_CHARS);

		line_add(c, style.colour, mark, sentence, len);
		sentence += len;
		while (*sentence == ' ')
			sentence++;
		mark = "  ";
	} while (*sentence);
}

void console_title(struct console *c, const char *title)
{
	text_add(c, SCREEN_BRIGHT, "\r\n", 2);
	text_add(c, SCREEN_BRIGHT, title, strlen(title));
	text_add(c, SCREEN_BRIGHT, "\r\n", 2);
}

static void report_print(struct console *c, const char *text, size_t len)
{
	/* A mirrored port is wherever the console left it: start a line. */
	if (!c->has_reported)
		serial_write(&c->serial, SERIAL_REPORT, "\r\n", 2);
	c->has_reported = true;
	serial_write(&c->serial, SERIAL_REPORT, text, len);
}

void console_flush_report(struct console *c)
{
	console_flush_text(c);
	if (c->report_len > c->report_printed)
		report_print(c, c->report + c->report_printed,
			c->report_len - c->report_printed);
	c->report_printed = c->report_len;
}

/* The end of a printed line becomes a NUL. */
const char *console_report_next(struct console *c, size_t *at)
{
	char *line = c->report + *at;
	char *end;

	if (*at >= c->report_printed)
		return NULL;
	end = memchr(line, '\r', c->report_printed - *at);
	if (!end)
		return NULL;
	*end = '\0';
	*at = (size_t)(end - c->report) + 2;
	return line;
}

void console_report(struct console *c, const char *json)
{
	size_t len = strlen(json);

	if (len > SIZE_MAX - 2 || len + 2 > c->report_room - c->report_len) {
		console_flush_report(c);
		c->report_len = 0;
		c->report_printed = 0;
	}
	if (len + 2 > c->report_room) {
		report_print(c, json, len);
		report_print(c, "\r\n", 2);
		return;
	}
	memcpy(c->report + c->report_len, json, len);
	memcpy(c->report + c->report_len + len, "\r\n", 2);
	c->report_len += len + 2;
}

void console_close(struct console *c)
{
	console_flush_report(c);
	screen_close(&c->screen);
	free(c->text);
	free(c->report);
	c->text = NULL;
	c->report = NULL;
	c->text_room = 0;
	c->report_room = 0;
}
