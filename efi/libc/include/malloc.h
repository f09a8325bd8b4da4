/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where ntfsrecover looks for malloc(). */
#ifndef LIBC_MALLOC_H
#define LIBC_MALLOC_H

#include <stdlib.h>

#endif
