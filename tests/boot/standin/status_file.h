/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * \Windows\bootstat.dat as winload and Windows keep it.  Shares no code with
 * the reader that is being tested (recovery/boot_status.c): written from the
 * published descriptions of RTL_BSD_DATA and of its log.
 */
#ifndef TESTS_BOOT_STANDIN_STATUS_FILE_H
#define TESTS_BOOT_STANDIN_STATUS_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "storage/volume.h"
#include "tests/boot/standin/session_clock.h"

struct status_file {
	struct volume *volume;
	uint8_t *bytes; /* the whole file; NULL: there is none to keep */
	bool follows_abnormal_end; /* of the session before */
};

/**
 * status_file_open - read the file
 *
 * A missing file, or one of an unknown form, is left alone, as Windows does.
 * Returns 0, -ERR_IO or -ERR_NO_MEMORY; status_file_close() is valid either
 * way.
 */
int status_file_open(struct status_file *s, struct volume *v);

/** status_file_close - free it; writes nothing */
void status_file_close(struct status_file *s);

/**
 * status_file_start - winload's part: count this start
 * @ret_diverted: winload starts Automatic Repair instead of Windows
 *
 * Returns 0 or the error of writing the file.
 */
int status_file_start(struct status_file *s, const struct session_clock *now,
	bool *ret_diverted);

/** status_file_note_healthy - the session works and lived for two minutes */
int status_file_note_healthy(struct status_file *s, uint64_t utc);

/** status_file_note_shutdown - the session ends cleanly */
int status_file_note_shutdown(struct status_file *s, uint64_t utc);

/** status_file_boot_id - of the present session, 0 if nobody knows */
uint32_t status_file_boot_id(const struct status_file *s);

#endif
