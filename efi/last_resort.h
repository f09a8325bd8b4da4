/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The end of a run that cannot go on: note it down, make Windows next, say so
 * on the serial ports, reset.  A plain reset would start Loopbreaker again, and
 * the same disk would end it again, for ever: where neither can be stored for
 * good, control goes back to the firmware, which starts its next boot option.
 */
#ifndef EFI_LAST_RESORT_H
#define EFI_LAST_RESORT_H

#include "efi/firmware.h"
#include "recovery/failure.h"

struct last_words {
	enum failure_kind kind;
	uint32_t exception; /* of FAILURE_EXCEPTION */
	uint64_t address;   /* in memory; 0 if unknown */
};

/** last_resort_init - remember the firmware; @fw is copied */
void last_resort_init(const struct firmware *fw);

/** last_resort_set_failure - the failure note that was found; copied */
void last_resort_set_failure(const struct failure *f);

/** last_resort_set_next - the Boot#### to start then */
void last_resort_set_next(uint16_t number);

/** last_resort_set_forgetful - what the firmware stores does not stay (Q22) */
void last_resort_set_forgetful(void);

/** last_resort_set_timer - a timer that must not outlive us, or NULL */
void last_resort_set_timer(EFI_EVENT timer);

/**
 * last_resort_take - take it
 *
 * Uses nothing but what it remembers.  If the last resort fails in its turn
 * (an exception inside the firmware, say), the second call only resets.
 */
_Noreturn void last_resort_take(const struct last_words *words);

#endif
