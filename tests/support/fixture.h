/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files made by Windows and their stand-ins.  They are not part of the
 * project: tests that want them are skipped where they are absent.
 *
 * Looked for in the folder that LOOPBREAKER_FIXTURES names, else in
 * ../shared/fixtures.
 */
#ifndef TESTS_SUPPORT_FIXTURE_H
#define TESTS_SUPPORT_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** fixture_folder_exists - false, with the reason printed, if it is absent */
bool fixture_folder_exists(void);

/**
 * fixture_read - a whole file, as "bootstat/synthetic-os-c0.dat"
 *
 * Returns NULL, with the reason printed, if it is absent.  free() it.
 */
uint8_t *fixture_read(const char *name, size_t *ret_len);

#endif
