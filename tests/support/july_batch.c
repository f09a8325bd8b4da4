/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/july_batch.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/support/july.h"

#define MINUTE	     600000000ull
#define EACH_APART   (40 * MINUTE / JULY_BATCH_OTHERS)
#define FIRST_MINUTE 50 /* before the heartbeat */

const char *july_batch_name(unsigned int i, const char *suffix)
{
	static char name[64];

	snprintf(name, sizeof(name), "C-%08u.sys%s", 500 + i, suffix);
	return name;
}

void july_batch_more(char ret[JULY_BATCH_BYTES])
{
	uint64_t at = JULY_HEARTBEAT - FIRST_MINUTE * MINUTE;
	size_t len = 0;

	for (unsigned int i = 0; i < JULY_BATCH_OTHERS; i++, at += EACH_APART)
		len += (size_t)snprintf(ret + len, JULY_BATCH_BYTES - len,
			"clock %llu\nfile /" JULY_FOLDER "/%s repeat X 700\n",
			(unsigned long long)at, july_batch_name(i, ""));
	if (len >= JULY_BATCH_BYTES)
		abort();
}
