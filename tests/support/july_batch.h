/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A delivery of sixty files on the PC of July 2024 (july.h): JULY_BAD,
 * JULY_OTHER, and the others over the forty minutes before the crash.
 */
#ifndef TESTS_SUPPORT_JULY_BATCH_H
#define TESTS_SUPPORT_JULY_BATCH_H

#include <stddef.h>

#define JULY_BATCH	  60
#define JULY_BATCH_OTHERS (JULY_BATCH - 2)
#define JULY_BATCH_BYTES  8192

/** july_batch_more - the others, as struct july wants them in @more */
void july_batch_more(char ret[JULY_BATCH_BYTES]);

/** july_batch_name - of the @i-th of the others; valid until the next call */
const char *july_batch_name(unsigned int i, const char *suffix);

#endif
