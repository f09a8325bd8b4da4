/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Character classes of ASCII; every other character is in none. */
#ifndef LIBC_CTYPE_H
#define LIBC_CTYPE_H

int isblank(int c);
int isspace(int c);
int tolower(int c);

#endif
