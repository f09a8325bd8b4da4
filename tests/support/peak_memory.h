/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How much memory the code under test holds at most.
 *
 * Asks AddressSanitizer, which sees every allocation of the program, those of
 * libraries too.
 */
#ifndef TESTS_SUPPORT_PEAK_MEMORY_H
#define TESTS_SUPPORT_PEAK_MEMORY_H

#include <stdint.h>

/** peak_memory_begin - count from nothing; what is allocated already is not */
void peak_memory_begin(void);

/** peak_memory_end - the most bytes that were held at one time since then */
int64_t peak_memory_end(void);

#endif
