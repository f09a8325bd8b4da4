/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Boot logs as Windows' boot programs write them, built from the description
 * of the format; shares no code with recovery/boot_log.c.
 */
#ifndef TESTS_SUPPORT_LOG_MAKER_H
#define TESTS_SUPPORT_LOG_MAKER_H

#include <stdint.h>

#define LOG_BYTES 4096

extern uint8_t log_bytes[LOG_BYTES];
extern uint32_t log_next_at; /* where the next entry goes */

extern const uint8_t log_windows_guid[16];
extern const uint8_t log_other_guid[16];

/** log_setup - for cmocka: an empty log without its header */
int log_setup(void **state);

/** log_put_header - over the entries that are there */
void log_put_header(uint32_t version, uint32_t first);

/** log_put_entry - the frame of an entry; returns where its data go */
uint8_t *log_put_entry(uint32_t program, uint32_t event, uint32_t data_bytes);

/* On 2024-07-19: the boot manager begins, launches, is returned to. */
void log_put_init(unsigned int hour, unsigned int minute);
void log_put_launch(const uint8_t guid[16], uint32_t type);
void log_put_return(const uint8_t guid[16], uint32_t status, uint32_t flags);

/** log_put_start - it begins and launches Windows */
void log_put_start(unsigned int hour, unsigned int minute);

/**
 * log_put_each_kind - one of each: INIT, LAUNCH and RETURN of Windows,
 * LOAD_FAILED, INIT of a loader (boot id 43) at no time at all, LAUNCH_OS 44,
 * and one of event 0x50 that nobody knows
 */
void log_put_each_kind(void);

#endif
