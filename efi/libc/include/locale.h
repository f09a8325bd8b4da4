/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Locales: there are none, see unsupported.c. */
#ifndef LIBC_LOCALE_H
#define LIBC_LOCALE_H

#define LC_ALL	 6
#define LC_CTYPE 0

char *setlocale(int category, const char *locale);

#endif
