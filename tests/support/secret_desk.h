/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Somebody at the desk (desk.h) who is asked for a key: what they press, what
 * is taken for the answer, and what was to be seen meanwhile.
 */
#ifndef TESTS_SUPPORT_SECRET_DESK_H
#define TESTS_SUPPORT_SECRET_DESK_H

#include "efi/ask_secret.h"
#include "tests/support/desk.h"

#define SECRET_DESK_KEY                                                        \
	"012342-123453-234564-345675-456786-567897-678909-701239"
#define SECRET_DESK_ID	    "9D4A7CB0-AB9D-4D71-961F-50F1D9C9252F"
#define SECRET_DESK_QR_TEXT "PC-7 " SECRET_DESK_ID
#define SECRET_DESK_SECONDS 60

struct secret_desk {
	struct fakefw_port port;
	struct secret_question question; /* for a recovery password */
	char answer[SECRET_BYTES];
	size_t answer_len;
	uint64_t asked_ms; /* how long the question took */

	/* The screen when the keys were used up. */
	bool is_seen;
	char rows[FAKEFW_ROWS][FAKEFW_COLUMNS + 1];
	UINTN colours[FAKEFW_ROWS][FAKEFW_COLUMNS];
};

extern struct secret_desk asked;

/** secret_desk_start - for cmocka: another desk, with a serial port */
int secret_desk_start(void **state);

/** secret_desk_press - one key, @at_ms after the boot */
void secret_desk_press(uint64_t at_ms, uint16_t scan, CHAR16 c);

/** secret_desk_type - a key each @every ms; returns when the next would be */
uint64_t secret_desk_type(uint64_t at_ms, const char *text, uint64_t every);

/** secret_desk_ask - boot, and ask; returns what ask_secret() does */
int secret_desk_ask(void);

/** secret_desk_expect - ask; the answer is @expected */
void secret_desk_expect(const char *expected);

/** secret_desk_row - which row showed @part; FAKEFW_ROWS: none */
size_t secret_desk_row(const char *part);

#endif
