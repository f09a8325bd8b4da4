/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Character classes of ASCII. */
#include "efi/libc/include/ctype.h"

/* libblkid: trimming labels */
int isspace(int c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* string.c: strncasecmp() */
int tolower(int c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}
