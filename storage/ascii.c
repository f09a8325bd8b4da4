/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "storage/ascii.h"

bool ascii_same_text(const char *a, const char *b)
{
	while (*a && ascii_lower(*a) == ascii_lower(*b)) {
		a++;
		b++;
	}
	return ascii_lower(*a) == ascii_lower(*b);
}
