/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libntfs-3g's log speaks to its own developers, in 48 KiB of words and calls;
 * we report in ours.  Included before its sources: a message is nothing, as its
 * debug messages are when DEBUG is not defined, and only that a call failed is
 * passed on, since the library calls want of memory "damaged".
 */
#ifndef NTFS_3G_QUIET_H
#define NTFS_3G_QUIET_H

#include "scripts/deps/ntfs-3g/config.h"

#include "logging.h"

#include "storage/ntfs_remark.h"

#undef ntfs_log_critical
#undef ntfs_log_error
#undef ntfs_log_info
#undef ntfs_log_perror
#undef ntfs_log_progress
#undef ntfs_log_quiet
#undef ntfs_log_verbose
#undef ntfs_log_warning

#define NTFS_NOT_SAID(...)                                                     \
	do {                                                                   \
	} while (0)

#define ntfs_log_critical(...)	  NTFS_NOT_SAID()
#define ntfs_log_early_error(...) NTFS_NOT_SAID()
#define ntfs_log_error(...)	  NTFS_NOT_SAID()
#define ntfs_log_info(...)	  NTFS_NOT_SAID()
#define ntfs_log_perror(...)	  ntfs_remark_failure()
#define ntfs_log_progress(...)	  NTFS_NOT_SAID()
#define ntfs_log_quiet(...)	  NTFS_NOT_SAID()
#define ntfs_log_verbose(...)	  NTFS_NOT_SAID()
#define ntfs_log_warning(...)	  NTFS_NOT_SAID()

#endif
