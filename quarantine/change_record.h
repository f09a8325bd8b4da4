/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One record of the NTFS change journal ($Extend\$UsnJrnl:$J), as
 * USN_RECORD_V2 and USN_RECORD_V3 of the Windows SDK describe it.
 */
#ifndef QUARANTINE_CHANGE_RECORD_H
#define QUARANTINE_CHANGE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reasons, of which a record collects those since the file was opened. */
#define CHANGE_DATA_OVERWRITE	0x00000001u
#define CHANGE_DATA_EXTEND	0x00000002u
#define CHANGE_DATA_TRUNCATION	0x00000004u
#define CHANGE_FILE_CREATE	0x00000100u
#define CHANGE_RENAME_OLD_NAME	0x00001000u
#define CHANGE_RENAME_NEW_NAME	0x00002000u
#define CHANGE_HARD_LINK_CHANGE 0x00010000u
#define CHANGE_CLOSE		0x80000000u

struct change_record {
	uint64_t file;	     /* MFT reference: number and sequence */
	uint64_t folder;     /* ... of the folder that it is in */
	uint64_t changed_at; /* FILETIME, UTC */
	uint32_t reasons;
	const uint8_t *name; /* UTF-16LE, within the bytes given */
	size_t name_bytes;
};

/**
 * change_record_check - parse the record at the beginning of @bytes
 * @bytes:  @len hostile bytes, to the end of the journal's page
 * @usn:    where it lies in the journal, which it has to know itself
 * @ret_known: false for a record of another version (V4: ranges of a file),
 *	    of which only the length is told
 *
 * Returns its length; 0 if there is none any more on this page; -ERR_CORRUPT.
 */
int change_record_check(const uint8_t *bytes, size_t len, uint64_t usn,
	struct change_record *ret, bool *ret_known);

#endif
