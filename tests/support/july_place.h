/* SPDX-License-Identifier: GPL-2.0-or-later */
/* In which folder of July's PC (july.h) a file is. */
#ifndef TESTS_SUPPORT_JULY_PLACE_H
#define TESTS_SUPPORT_JULY_PLACE_H

#include <stdbool.h>

#include "tests/support/july.h"

/**
 * july_is_in - is the file @name in the folder named @folder, and no other?
 *
 * Its record says so, that folder's index has it once, and no other has it.
 */
bool july_is_in(const struct emudisk *e, const struct july *j, const char *name,
	const char *folder);

#endif
