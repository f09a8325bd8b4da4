/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Carries out the hand-over that recovery/handover.h has chosen: stores the
 * mark, makes Windows next, resets.
 */
#ifndef EFI_HANDOVER_H
#define EFI_HANDOVER_H

#include "efi/front.h"
#include "recovery/record.h"

/**
 * handover_prepare - find out who gets the hand-over, before any risky work
 *
 * Reads only.  From here on a hang or a broken stack ends in Windows, too.
 */
void handover_prepare(struct front *f);

/**
 * handover_begin - make Windows next already now
 *
 * A run that does not come to its end is then followed by Windows and not by
 * another such run.  False if that cannot be stored.
 */
bool handover_begin(struct front *f);

/**
 * handover_suspend - take that back: the disk is about to be changed
 *
 * A change that is cut short has to be finished before Windows sees the disk:
 * started from a stick or the network, we are next ourselves.
 * The failure note of it has to be stored by then; handover_begin() is called
 * again when the disk is changed.
 */
void handover_suspend(struct front *f);

/**
 * handover_carry_out - start Windows
 * @record:  as now stored, hand-over mark as found
 * @boot_id: newest Windows boot id, 0 if unknown
 *
 * Unless f->store is STORE_KEEPS nothing is reset: the next start might not
 * know of this one.
 *
 * Comes back only if control has to go back to the firmware, so that its boot
 * manager tries the next entry: there is nothing to start, or all that could
 * be tried was tried.  Everything is said and sent by then.
 */
void handover_carry_out(
	struct front *f, const struct record *record, uint32_t boot_id);

#endif
