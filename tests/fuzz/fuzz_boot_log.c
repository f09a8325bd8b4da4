/* SPDX-License-Identifier: GPL-2.0-or-later */
/* boot_log_check() on any bytes, and reading whatever it accepts. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "recovery/boot_log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct boot_log log;
	struct boot_log_place place = {0};
	struct boot_log_place loop = {0};
	struct boot_log_event event;
	struct boot_log_run run;
	uint32_t launches = 0;
	uint32_t seen = 0;

	if (boot_log_check(data, size, &log) < 0)
		return 0;
	while (boot_log_next(&log, &place, &event)) {
		seen++;
		launches += event.kind == BOOT_LOG_LAUNCH;
		if (strlen(event.path) >= BOOT_LOG_PATH_BYTES)
			abort();
	}
	if (seen != log.entries)
		abort();
	boot_log_last_run(&log, &run);
	if (run.launches > launches)
		abort();
	for (int i = 0; i < 4 && boot_log_next_loop(&log, &loop, &run); i++)
		if (!run.was_diverted || !run.launches)
			abort();
	return 0;
}
