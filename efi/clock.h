/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Time: milliseconds since we were started, from the processor's counter, and
 * seconds from the PC's clock.
 */
#ifndef EFI_CLOCK_H
#define EFI_CLOCK_H

#include "efi/firmware.h"

struct clock {
	const struct firmware *fw;
	uint64_t start; /* ticks at our entry point */
	uint64_t ticks_per_ms;
	uint64_t
		start_seconds; /* what the PC's clock showed then; 0: unknown */
	bool is_read;	       /* the PC's clock was asked */
};

/**
 * clock_open - start measuring
 * @start: cpu_ticks() at the entry point
 *
 * The counter's frequency is asked of the processor; where it does not say,
 * it is measured once, which takes two milliseconds.
 */
void clock_open(struct clock *c, const struct firmware *fw, uint64_t start);

/** clock_milliseconds - since the entry point */
uint64_t clock_milliseconds(const struct clock *c);

/** clock_microseconds - the same, finer */
uint64_t clock_microseconds(const struct clock *c);

/**
 * clock_seconds - the PC's clock as seconds since 1970
 *
 * UTC where the firmware knows its time zone, local time where not.  0 if it
 * cannot be read or shows a date that does not exist.  Read once: asking the
 * firmware is slow.
 */
uint64_t clock_seconds(struct clock *c);

#endif
