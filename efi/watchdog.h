/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The firmware's watchdog timer: resets the PC if we hang.
 */
#ifndef EFI_WATCHDOG_H
#define EFI_WATCHDOG_H

#include "efi/clock.h"

struct watchdog {
	const struct firmware *fw;
	const struct clock *clock;
	uint64_t petted_ms; /* clock_milliseconds() when it was last set */
};

/** watchdog_arm - start it; @fw and @clock must outlive @w */
void watchdog_arm(struct watchdog *w, const struct firmware *fw,
	const struct clock *clock);

/**
 * watchdog_pet - work is going on
 *
 * May be called as often as one likes: it asks the firmware only every few
 * seconds.
 */
void watchdog_pet(struct watchdog *w);

/**
 * watchdog_hand_over - set it as the next program expects to find it
 *
 * To the five minutes the UEFI specification gives a boot option.
 */
void watchdog_hand_over(struct watchdog *w);

/** watchdog_stop - switch it off: control goes back to the firmware */
void watchdog_stop(struct watchdog *w);

#endif
