/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is said and reported: collected in memory, wrapped for an 80-column
 * screen, and printed at once, because printing costs more than a repair.
 */
#ifndef EFI_CONSOLE_H
#define EFI_CONSOLE_H

#include "efi/screen.h"
#include "efi/serial.h"
#include "recovery/platform.h"

#define CONSOLE_MAX_RUNS 64

/* Text of one colour. */
struct console_run {
	enum screen_colour colour;
	size_t end; /* offset behind it */
};

struct console {
	struct screen screen;
	struct serial serial;
	char *text;
	size_t text_len;
	size_t text_room; /* 0: no memory, nothing is collected */
	struct console_run runs[CONSOLE_MAX_RUNS];
	size_t run_count;
	char *report;
	size_t report_len;
	size_t report_printed; /* of it; what is printed is kept */
	size_t report_room;
	bool has_reported; /* something of the report is on the ports */
};

/**
 * console_open - clear the screen, find the ports
 *
 * Never fails: without memory everything is printed as it comes.
 */
void console_open(struct console *c, const struct firmware *fw);

/** console_title - a heading line, with an empty line before and after it */
void console_title(struct console *c, const char *title);

/**
 * console_say - one sentence for a person
 *
 * Anything that is not printable ASCII is shown as '?': file names come from
 * the disk, and must not steer a terminal.
 */
void console_say(struct console *c, enum say_level level, const char *sentence);

/** console_report - one line of the report, a JSON object without newline */
void console_report(struct console *c, const char *json);

/** console_flush_text - show now what was said */
void console_flush_text(struct console *c);

/** console_line_fit - how much of @text goes onto a line of @room characters */
size_t console_line_fit(const char *text, size_t room);

/**
 * console_page_begin - show what was said, then the screen is somebody else's
 *
 * Returns what console_page_end() wants; between them nothing may be said.
 */
size_t console_page_begin(struct console *c);

/**
 * console_page_end - the screen as it was before
 *
 * Not the ports: nothing of the page went there.
 */
void console_page_end(struct console *c, size_t page);

/** console_flush_report - send the report now, after what was said */
void console_flush_report(struct console *c);

/**
 * console_report_next - a line of the report, to be sent elsewhere, too
 * @at: 0 for the first; moves on
 *
 * Everything is to be printed.  NULL after the last.  In a long report the
 * first lines are missing: REPORT_BYTES of console.c are kept.
 */
const char *console_report_next(struct console *c, size_t *at);

/** console_close - flush both, and leave the screen as it was found */
void console_close(struct console *c);

#endif
