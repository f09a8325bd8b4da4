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

#endif
