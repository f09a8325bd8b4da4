/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The content of the stand-in's one driver: where it lies, what it is called,
 * and what the driver cannot bear.
 */
#ifndef TESTS_BOOT_STANDIN_CONTENT_H
#define TESTS_BOOT_STANDIN_CONTENT_H

#include <stdbool.h>
#include <stddef.h>

#define CONTENT_FOLDER	   "Windows/System32/drivers/CrowdStrike"
#define CONTENT_BYTES	   40960 /* of delivered content; never resident */
#define CONTENT_MARK_BYTES 3	 /* how much of it the driver looks at */

/** content_has_name - is a file of this name content: C-00000291*.sys */
bool content_has_name(const char *name);

/** content_is_generation - is a folder of this name full of it: {...}? */
bool content_is_generation(const char *name);

/** content_is_bad - does the driver crash on content that begins so? */
bool content_is_bad(const char *start, size_t len);

/** content_fill - @text, not empty, over and over */
void content_fill(char bytes[CONTENT_BYTES], const char *text);

#endif
