/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "linux/host_clock.h"

#include <time.h>

#include "storage/filetime.h"

uint64_t host_clock_now(void)
{
	time_t now = time(NULL);

	return now > 0 ? filetime_from_unix((uint64_t)now) : 0;
}
