/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Formats for the fixed-width types. */
#ifndef LIBC_INTTYPES_H
#define LIBC_INTTYPES_H

#include <stdint.h>

#define PRId64 "ld"
#define PRIi64 "li"
#define PRIu64 "lu"
#define PRIx64 "lx"
#define PRIX64 "lX"
#define PRIu32 "u"
#define PRIx32 "x"
#define PRIX32 "X"
#define PRIu16 "u"

/* libblkid: probe.c, blkid_probe_set_hint() and blkid_do_wipe() */
uintmax_t strtoumax(const char *text, char **ret_end, int base);

#endif
