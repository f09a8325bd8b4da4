/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What tests want to be true of a whole volume, as ntfs_peek.h sees it.
 * Failures are failed assertions.
 */
#ifndef TESTS_SUPPORT_VOLUME_CHECK_H
#define TESTS_SUPPORT_VOLUME_CHECK_H

#include <stdint.h>

/** volume_check_sound - a file system check would not complain */
void volume_check_sound(const unsigned char *volume, uint64_t size);

/** volume_check_lines - how many lines a difference has */
unsigned int volume_check_lines(const char *difference);

#endif
