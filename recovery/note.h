/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The health note: what the BugCheck variables held in the last good session,
 * and which session that was.  Written by the installer and then by the
 * re-arming task inside a healthy Windows, so Windows can forge it; it is
 * therefore never a source by itself, only the measure for one.
 *
 * Variable "LoopbreakerNote", attributes NV + BS + RT, 48 bytes, little-endian:
 *
 *   00 u32 magic "LBN1"
 *   04 u32 boot id of the session that wrote it
 *   08 u64 time of writing, FILETIME UTC
 *   10 u32 flags: bit 0 = BugCheckCode was present
 *   14 u32 BugCheckCode
 *   18 u64 BugCheckParameter1
 *   20 u32 BugCheckProgress
 *   24 u32 zero
 *   28 u64 zero
 */
#ifndef RECOVERY_NOTE_H
#define RECOVERY_NOTE_H

#include "recovery/bugcheck.h"

#define NOTE_BYTES 48

struct health_note {
	bool is_present;
	uint32_t boot_id;
	uint64_t noted_at;
	struct bugcheck bugcheck;
};

/**
 * note_check - parse the health note
 *
 * @len 0 stands for "not there" and gives is_present = false.  Returns 0;
 * -ERR_TRUNCATED or -ERR_TOO_LARGE for another length; -ERR_CORRUPT for a
 * wrong magic, unknown flags or non-zero padding.  *@ret is written only on
 * success.
 */
int note_check(const void *bytes, size_t len, struct health_note *ret);

#endif
