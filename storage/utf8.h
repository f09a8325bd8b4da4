/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * UTF-8, the form of every string above the libraries.  Own code: the C library
 * of the firmware front has no locales, and libntfs-3g keeps its own private.
 */
#ifndef STORAGE_UTF8_H
#define STORAGE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/**
 * utf8_length - bytes of the character at @s, or 0 if there is none
 * @s: ends in a NUL, past which nothing is read
 *
 * Overlong forms, surrogates and values above U+10FFFF are not UTF-8.
 */
size_t utf8_length(const char *s);

/** utf8_is_valid - is all of @s UTF-8? */
bool utf8_is_valid(const char *s);

#define UTF8_MAX_BYTES 3 /* that one unit of UTF-16 becomes, at most */

/**
 * utf8_from_utf16 - a string of Windows as UTF-8
 * @utf16: @units of UTF-16LE, two bytes each; any alignment, any content
 * @ret:   receives at most @cap bytes, at least 1, with the closing NUL
 *
 * Ends at the first NUL, or where the next character does not fit any more.
 * Half a surrogate pair becomes '?'.  Returns the bytes without the NUL.
 */
size_t utf8_from_utf16(const void *utf16, size_t units, char *ret, size_t cap);

/**
 * utf8_to_utf16 - a string as Windows has it, without a NUL
 * @s:	       valid UTF-8
 * @ret_utf16: room for @cap units of UTF-16LE, two bytes each
 *
 * Returns whether all of it fits; what has been written otherwise is no use.
 */
bool utf8_to_utf16(
	const char *s, void *ret_utf16, size_t cap, size_t *ret_units);

#endif
