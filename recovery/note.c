/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checking the health note; its layout is in note.h. */
#include "recovery/note.h"

#include "storage/bytes.h"
#include "storage/err.h"

#define NOTE_MAGIC 0x314E424Cu /* "LBN1" */

#define FLAG_HAS_BUGCHECK 0x1u

int note_check(const void *bytes, size_t len, struct health_note *ret)
{
	struct health_note n = {0};
	const uint8_t *b = bytes;
	uint32_t flags;

	if (len != 0) {
		if (len < NOTE_BYTES)
			return -ERR_TRUNCATED;
		if (len > NOTE_BYTES)
			return -ERR_TOO_LARGE;
		flags = le32_get(b + 0x10);
		if (le32_get(b) != NOTE_MAGIC ||
			(flags & ~FLAG_HAS_BUGCHECK) != 0 ||
			le32_get(b + 0x24) != 0 || le64_get(b + 0x28) != 0)
			return -ERR_CORRUPT;
		n.is_present = true;
		n.boot_id = le32_get(b + 0x04);
		n.noted_at = le64_get(b + 0x08);
		/* As bugcheck_check(): a code of 0 is none. */
		if ((flags & FLAG_HAS_BUGCHECK) && le32_get(b + 0x14) != 0) {
			n.bugcheck.is_present = true;
			n.bugcheck.code = le32_get(b + 0x14);
			n.bugcheck.parameter1 = le64_get(b + 0x18);
			n.bugcheck.progress = le32_get(b + 0x20);
		}
	}
	*ret = n;
	return 0;
}
