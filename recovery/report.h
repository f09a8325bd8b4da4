/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine-readable report: one JSON object per line (JSON Lines).  Own
 * code because it must work without allocation inside the firmware; it only
 * writes, and only flat objects and arrays of strings.
 */
#ifndef RECOVERY_REPORT_H
#define RECOVERY_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REPORT_LINE_BYTES 2048

struct report_line {
	char text[REPORT_LINE_BYTES];
	size_t len;
	bool is_full; /* something was left out; the line says so */
	bool needs_comma;
	bool is_in_array;
};

/*
 * What does not fit is left out as a whole member or item, never cut in the
 * middle; the line then ends with "truncated":true.
 */

/** report_begin - start a line: {"event":"@event" */
void report_begin(struct report_line *l, const char *event);
/*
 * Add a member.  Strings are UTF-8 and are escaped; bad UTF-8 becomes '?',
 * NULL null.  A hexadecimal number is a string: "0x7e".
 */
void report_string(struct report_line *l, const char *key, const char *value);
void report_number(struct report_line *l, const char *key, uint64_t value);
void report_hex(struct report_line *l, const char *key, uint64_t value);
void report_bool(struct report_line *l, const char *key, bool value);
/* Add an array of strings: begin, any number of items, end. */
void report_array_begin(struct report_line *l, const char *key);
void report_array_string(struct report_line *l, const char *value);
void report_array_end(struct report_line *l);
/** report_end - close the object; always gives valid JSON */
const char *report_end(struct report_line *l);

#endif
