/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Multibyte characters: none.  Because MB_CUR_MAX is not defined (stdlib.h),
 * libntfs-3g compiles EILSEQ in the place of its locale conversions; names are
 * converted by its own UTF-8 code.
 */
#ifndef LIBC_WCHAR_H
#define LIBC_WCHAR_H

#include <stddef.h>

#endif
