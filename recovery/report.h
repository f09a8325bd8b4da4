/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine-readable report: one JSON object per line (JSON Lines).  Own
 * code because it must work without allocation inside the firmware; it only
 * writes, and nests only as deep as REPORT_MAX_DEPTH.
 */
#ifndef RECOVERY_REPORT_H
#define RECOVERY_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REPORT_LINE_BYTES 2048
#define REPORT_MAX_DEPTH  4 /* open arrays and objects inside the line */

struct report_line {
	char text[REPORT_LINE_BYTES];
	size_t len;
	bool is_full; /* something was left out; the line says so */
	bool needs_comma;
	char open[REPORT_MAX_DEPTH]; /* the brackets that will close them */
	unsigned int depth;
	unsigned int left_out; /* arrays and objects that found no room */
};

/*
 * What does not fit is left out as a whole member or item, never cut in the
 * middle; the line then ends with "truncated":true.
 */

/**
 * report_begin - start a line
 * @event: becomes the member "event"; NULL: none
 */
void report_begin(struct report_line *l, const char *event);
/*
 * Add a member.  Strings are UTF-8 and are escaped; bad UTF-8 becomes '?',
 * NULL null.  A hexadecimal number is a string: "0x7e".
 */
void report_string(struct report_line *l, const char *key, const char *value);
void report_number(struct report_line *l, const char *key, uint64_t value);
void report_hex(struct report_line *l, const char *key, uint64_t value);
/* Seconds from FILETIME's ticks, as a decimal fraction: 4.125. */
void report_seconds(struct report_line *l, const char *key, uint64_t ticks);
void report_bool(struct report_line *l, const char *key, bool value);
/* A number that is known as eight digits without "0x": "c0000001". */
void report_status(struct report_line *l, const char *key, uint32_t value);
/*
 * Add an array: begin, any number of items, end.  Inside an array @key is NULL.
 * A member that is added inside an array stands behind it: the array ends.
 */
void report_array_begin(struct report_line *l, const char *key);
void report_array_string(struct report_line *l, const char *value);
void report_array_number(struct report_line *l, uint64_t value);
void report_array_status(struct report_line *l, uint32_t value);
void report_array_end(struct report_line *l);
/*
 * Add an object: begin, any members, end.  Inside an array @key is NULL.
 */
void report_object_begin(struct report_line *l, const char *key);
void report_object_end(struct report_line *l);
/** report_end - close the object; always gives valid JSON */
const char *report_end(struct report_line *l);

#endif
