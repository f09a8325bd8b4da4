/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The generic timer. */
#include "efi/cpu.h"

/*
 * 1 MHz to 10 GHz.  The architecture asks for 1 GHz from version 8.6 on; before
 * that anything from a few MHz up is in use (19.2, 24, 62.5, 100).
 */
#define MIN_TICKS_PER_MS 1000u
#define MAX_TICKS_PER_MS 10000000u

/* The virtual counter can be read on every exception level. */
uint64_t cpu_ticks(void)
{
	uint64_t ticks;

	/* The barrier keeps it from being read early. */
	__asm__ volatile("isb\n\tmrs %0, cntvct_el0"
			 : "=r"(ticks)
			 :
			 : "memory");
	return ticks;
}

uint64_t cpu_ticks_per_ms(void)
{
	uint64_t hertz;
	uint64_t rate;

	/* Set by the firmware, which may have forgotten to. */
	__asm__ volatile("mrs %0, cntfrq_el0" : "=r"(hertz));
	rate = (hertz & 0xffffffffu) / 1000;
	return rate >= MIN_TICKS_PER_MS && rate <= MAX_TICKS_PER_MS ? rate : 0;
}

/*
 * A hypervisor cannot be asked: HVC is undefined where there is none.  ACPI
 * names it (acpi.h).
 */
bool cpu_is_hyper_v(void)
{
	return false;
}
