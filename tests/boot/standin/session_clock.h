/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The time as Windows keeps it: the PC's clock shows local time, files and the
 * boot status data hold UTC.
 */
#ifndef TESTS_BOOT_STANDIN_SESSION_CLOCK_H
#define TESTS_BOOT_STANDIN_SESSION_CLOCK_H

#include "efi/firmware.h"

#define SECONDS 10000000ull /* of FILETIME */

struct session_clock {
	EFI_TIME local;
	uint64_t utc; /* FILETIME */
};

/** session_clock_read - what time is it; 0 or -ERR_IO */
int session_clock_read(const struct firmware *fw, int utc_offset_minutes,
	struct session_clock *ret);

#endif
