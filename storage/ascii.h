/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Comparing text without regard to case, where the letters of ASCII are all
 * that matter: vendors, folders, drivers, keys and values of the registry. What
 * NTFS takes for the same letter is a table on each volume
 * (quarantine/content.h). Own code: strcasecmp() is POSIX, and asks the locale.
 */
#ifndef STORAGE_ASCII_H
#define STORAGE_ASCII_H

#include <stdbool.h>

/** ascii_lower - a capital letter as a small one; all else as it is */
static inline char ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/** ascii_same_text - equal but for the case of ASCII letters? */
bool ascii_same_text(const char *a, const char *b);

#endif
