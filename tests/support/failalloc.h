/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lets chosen allocations of the code under test fail.
 *
 * Works in programs linked with -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc;
 * it then sees every call from our objects and from static libraries, not
 * those from shared libraries.  Does nothing until it is armed.
 *
 *	for (n = 1, hit = true; hit; n++) {
 *		failalloc_arm(n, false);
 *		err = what_is_tested();
 *		hit = failalloc_disarm();
 *		assert_int_equal(err, hit ? -ERR_NO_MEMORY : 0);
 *	}
 */
#ifndef TESTS_SUPPORT_FAILALLOC_H
#define TESTS_SUPPORT_FAILALLOC_H

#include <stdbool.h>
#include <stdint.h>

/**
 * failalloc_arm - let the @nth allocation from now fail; 1 is the next one
 * @from_then_on: that one and all later ones, not only that one
 */
void failalloc_arm(uint64_t nth, bool from_then_on);

/** failalloc_disarm - allocate as usual again; did any allocation fail? */
bool failalloc_disarm(void);

/**
 * failalloc_count - how many allocations were seen since the last arming
 *
 * 0 after an armed run that allocates means: not linked with the flags above.
 */
uint64_t failalloc_count(void);

#endif
