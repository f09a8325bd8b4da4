/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Arming and petting the watchdog.
 */
#include <cpuid.h>
#include <string.h>

#include "efi/watchdog.h"

/*
 * Longer than any single device call should take, short enough that nobody
 * reaches for the power button first.  Firmware arms it with five minutes,
 * which is our time as long as we do not set our own (quirk Q46).
 */
#define TIMEOUT_SECONDS	  60
#define HAND_OVER_SECONDS 300

/* Quirk Q46 asks for at least every 10 s; asking the firmware costs time. */
#define PET_MILLISECONDS 2000

/* Codes up to 0xffff belong to the firmware. */
#define WATCHDOG_CODE 0x4c425245u

#define LEAF_HYPERVISOR 0x40000000u

static void watchdog_set(struct watchdog *w, UINTN seconds)
{
	/* Where there is none, there is nothing to be done about it. */
	(void)w->fw->boot->SetWatchdogTimer(seconds, WATCHDOG_CODE, 0, NULL);
	w->petted_ms = clock_milliseconds(w->clock);
}

void watchdog_arm(struct watchdog *w, const struct firmware *fw,
	const struct clock *clock)
{
	w->fw = fw;
	w->clock = clock;
	watchdog_set(w, TIMEOUT_SECONDS);
}

void watchdog_pet(struct watchdog *w)
{
	if (clock_milliseconds(w->clock) - w->petted_ms >= PET_MILLISECONDS)
		watchdog_set(w, TIMEOUT_SECONDS);
}

static bool is_hyper_v(void)
{
	unsigned int eax;
	unsigned int words[3];

	__cpuid(LEAF_HYPERVISOR, eax, words[0], words[1], words[2]);
	return eax >= LEAF_HYPERVISOR &&
	       !memcmp(words, "Microsoft Hv", sizeof(words));
}

void watchdog_hand_over(struct watchdog *w)
{
	/* Quirk Q47: on Hyper-V it goes on ticking inside Windows. */
	watchdog_set(w, is_hyper_v() ? 0 : HAND_OVER_SECONDS);
}

void watchdog_stop(struct watchdog *w)
{
	watchdog_set(w, 0);
}
