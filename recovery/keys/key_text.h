/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Recovery passwords in free text: the "BitLocker Recovery Key <GUID>.TXT" that
 * Windows saves, in any language and however somebody has saved it again, the
 * output of manage-bde and PowerShell, a note.
 *
 * What belongs together is told by what is near.  A password goes with each
 * identifier since the password before it: where Windows writes one, that is
 * the protector's, and where a program adds that of the PC or of another
 * protector, nobody will ask for a password by those.  Without one before it
 * goes with the first behind it; without any, with that in the name of the
 * file.  A wrong pair does no harm: it opens nothing.
 */
#ifndef RECOVERY_KEYS_KEY_TEXT_H
#define RECOVERY_KEYS_KEY_TEXT_H

#include "recovery/keys/key.h"
#include "recovery/keys/key_source.h"

/* The last ones before a password; manage-bde lists those of a volume. */
#define KEY_TEXT_MAX_IDS 4

/**
 * key_text_parse - hand in every key of a text
 *
 * Rows are lines.  A text without any is none the worse.  Returns 0; what the
 * source or the sink returns; -ERR_TOO_LARGE; -ERR_NO_MEMORY.
 */
int key_text_parse(
	const struct key_source *source, const struct key_sink *sink);

#endif
