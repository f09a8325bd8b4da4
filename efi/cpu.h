/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What only the processor can say.  One implementation per architecture; the
 * tests bring their own (tests/support/fakefw_time.c).
 */
#ifndef EFI_CPU_H
#define EFI_CPU_H

#include <stdbool.h>
#include <stdint.h>

/** cpu_ticks - a counter that runs at a constant rate */
uint64_t cpu_ticks(void);

/**
 * cpu_ticks_per_ms - its rate as the processor gives it
 *
 * 0 if it gives none, or one that no such processor has.
 */
uint64_t cpu_ticks_per_ms(void);

/** cpu_is_hyper_v - does the processor say that we are a guest of Hyper-V? */
bool cpu_is_hyper_v(void);

#endif
