/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The failure note of recovery/failure.h, around a run.
 */
#ifndef EFI_FAILURE_NOTE_H
#define EFI_FAILURE_NOTE_H

#include "efi/front.h"

/**
 * failure_note_heed - did Loopbreaker itself fail the last time?
 *
 * True if this start has to hand over without examining anything; that is
 * said, and the note remembers it, so that the start after this one may try
 * again.  last_resort_take() and failure_note_foresee() count on from the note
 * found.
 */
bool failure_note_heed(struct front *f);

/**
 * failure_note_foresee - Windows is not next from now on
 * @kind: what will be true if this run does not come to its end
 *
 * True if that is stored.
 */
bool failure_note_foresee(struct front *f, enum failure_kind kind);

/** failure_note_clear - a run came through: there is no failure any more */
void failure_note_clear(struct front *f);

#endif
