/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where some sources look for the BSD string functions. */
#ifndef LIBC_STRINGS_H
#define LIBC_STRINGS_H

#include <string.h>

#endif
