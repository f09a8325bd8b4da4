/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file that somebody took from a PC that crashes: which kind of evidence is
 * it, and what does it say?
 *
 *   os		\Windows\bootstat.dat
 *   esp	the ESP's \EFI\Microsoft\Boot\BOOTSTAT.DAT
 *   bugcheck	one of the firmware variables BugCheckCode, ...
 *   note, record, failure	Loopbreaker's own variables
 *   dump	a 64-bit kernel dump, or a page file that begins with one
 *   hive	a hive of the registry, with its logs
 *   bcd	the ESP's \EFI\Microsoft\Boot\BCD, the same
 *
 * Variables may be as Linux shows them in efivarfs, with four bytes of
 * attributes in front.  BugCheck variables have no mark of their own: they are
 * known by the name of the file.
 */
#ifndef RECOVERY_EVIDENCE_FILE_H
#define RECOVERY_EVIDENCE_FILE_H

#include <stddef.h>

#include "recovery/evidence_report.h"
#include "storage/disk.h"

/* Enough of what is read at once; a bootstat.dat has 67584. */
#define EVIDENCE_FILE_MAX_BYTES (2u << 20)

/**
 * evidence_file_report - add what the file says to @l
 * @name:  of the file, without its folder
 * @bytes: its first @len bytes, hostile
 * @whole: the same file, for what reads on by itself
 * @beside: what belongs to it; or NULL
 *
 * Members: "kind", "size", and those of the kind (recovery/evidence_report.h).
 * Where the log behind the boot status is broken, "log_error" says why.
 *
 * Returns 0; -ERR_NOT_FOUND if it is no kind of evidence; or what the kind's
 * checking function found, with "kind" and "size" in @l.
 */
int evidence_file_report(const char *name, const void *bytes, size_t len,
	struct disk *whole, const struct evidence_beside *beside,
	struct report_line *l);

#endif
