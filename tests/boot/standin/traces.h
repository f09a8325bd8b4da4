/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The traces that a session leaves in firmware variables: the stop code of a
 * blue screen, and what the re-arming task writes in a healthy session.
 * Shares no code with the readers that are being tested (recovery/).
 */
#ifndef TESTS_BOOT_STANDIN_TRACES_H
#define TESTS_BOOT_STANDIN_TRACES_H

#include "efi/firmware.h"

struct stop_code {
	uint64_t code;
	uint64_t parameter1;
	uint32_t progress;
};

/** traces_count_session - which start is this, from 1; 0 if not to be had */
uint32_t traces_count_session(const struct firmware *fw);

/** traces_write_stop_code - as Windows does at a blue screen; 0 or -ERR_IO */
int traces_write_stop_code(
	const struct firmware *fw, const struct stop_code *stop);

/** traces_write_health_note - note the stop code as it is now; 0 or -ERR_IO */
int traces_write_health_note(
	const struct firmware *fw, uint32_t boot_id, uint64_t utc);

/** traces_rearm - BootNext = the option we were started by; 0 or -ERR_IO */
int traces_rearm(const struct firmware *fw);

#endif
