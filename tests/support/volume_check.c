/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/ntfs_peek.h"
#include "tests/support/volume_check.h"

void volume_check_sound(const unsigned char *volume, uint64_t size)
{
	char *complaints = peek_check(volume, size);

	if (complaints[0])
		fail_msg("%s", complaints);
	free(complaints);
}

unsigned int volume_check_lines(const char *difference)
{
	unsigned int lines = 0;

	while ((difference = strchr(difference, '\n'))) {
		lines++;
		difference++;
	}
	return lines;
}
