/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How Windows is started: the bounded ladder that ends in Windows even on
 * firmware that ignores BootNext.  Pure; the front carries it out.
 */
#ifndef RECOVERY_HANDOVER_H
#define RECOVERY_HANDOVER_H

#include "recovery/record.h"

enum handover {
	HANDOVER_BOOT_NEXT,  /* BootNext and a cold reset: the normal path */
	HANDOVER_BOOT_ORDER, /* BootNext was not honoured: put Windows first in
				BootOrder as well, and reset */
	HANDOVER_CHAIN_LOAD  /* neither helped: start it from here.  Changes
				PCR 4 and 7: BitLocker will ask for its key */
};

/* A session that did not begin within this time says nothing any more. */
#define HANDOVER_WINDOW_SECONDS 600

/*
 * ... but only so often: a server that needs longer than that for its
 * self-test, and ignores BootNext, must not be reset for ever.
 */
#define HANDOVER_MAX_RESTARTS 3

/*
 * Without a boot id (a locked, hibernated or damaged volume) nothing shows
 * whether a session began, and a person may well restart the PC twice within
 * ten minutes.  Then it takes more passes in quick succession before the
 * firmware is blamed, and passes far apart hardly count.
 */
#define HANDOVER_BLIND_PASSES	3
#define HANDOVER_BLIND_RESTARTS 1000

/**
 * handover_choose - the next step, and the mark to store before taking it
 * @r:	     the record; its hand-over mark is updated
 * @boot_id: newest Windows boot id, 0 if it could not be read
 * @now:     seconds since any fixed day, 0 if the clock cannot be read
 *
 * Windows gives every session a new boot id.  The same id shortly after the
 * last hand-over means that no session has begun since: BootNext was not
 * honoured, and the next step of the ladder is taken.  Whatever firmware,
 * clock and volume do, the number of resets in a row without a session is
 * bounded.
 */
enum handover handover_choose(struct record *r, uint32_t boot_id, uint64_t now);

#endif
