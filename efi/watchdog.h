/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Notices if we hang.  An own timer then makes Windows next and resets; behind
 * it stands the firmware's watchdog, which can only reset.
 */
#ifndef EFI_WATCHDOG_H
#define EFI_WATCHDOG_H

#include "efi/clock.h"

struct watchdog {
	const struct firmware *fw;
	const struct clock *clock;
	uint64_t armed_ms;  /* clock_milliseconds() when it was armed */
	uint64_t petted_ms; /* ... when it was last set */
	uint64_t hang_ms;   /* after that nothing but a hang is left */
	EFI_EVENT timer;    /* NULL: there is only the firmware's watchdog */
};

/**
 * watchdog_arm - start both
 *
 * @w, @fw and @clock must stay until watchdog_hand_over() or watchdog_stop().
 */
void watchdog_arm(struct watchdog *w, const struct firmware *fw,
	const struct clock *clock);

/**
 * watchdog_pet - work is going on
 *
 * May be called as often as one likes: it asks the firmware only every few
 * seconds.  Work that goes on for more than ten minutes is a hang as well: it
 * has no effect then.
 */
void watchdog_pet(struct watchdog *w);

/**
 * watchdog_expect - the firmware may come back that much later
 *
 * For a call that is not to be broken off; watchdog_pet() ends it.
 */
void watchdog_expect(struct watchdog *w, unsigned int seconds);

/**
 * watchdog_excuse - a person was waited for, or work done that certainly ends
 *
 * Those @milliseconds do not count among the ten minutes.
 */
void watchdog_excuse(struct watchdog *w, uint64_t milliseconds);

/**
 * watchdog_hand_over - leave it as the next program expects to find it
 *
 * Stops the own timer and sets the firmware's watchdog to the five minutes the
 * UEFI specification gives a boot option.
 */
void watchdog_hand_over(struct watchdog *w);

/** watchdog_stop - switch both off: control goes back to the firmware */
void watchdog_stop(struct watchdog *w);

#endif
