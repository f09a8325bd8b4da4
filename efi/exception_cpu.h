/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Exceptions of one processor architecture, as EFI_SYSTEM_CONTEXT (UEFI
 * specification, EFI_DEBUG_SUPPORT_PROTOCOL) describes them.  One
 * implementation per architecture.
 */
#ifndef EFI_EXCEPTION_CPU_H
#define EFI_EXCEPTION_CPU_H

#include <stddef.h>
#include <stdint.h>

#define EXCEPTION_CPU_MAX 24

/* Those after which the program cannot go on: never an interrupt. */
extern const uint8_t exception_cpu_types[];
extern const size_t exception_cpu_count; /* 1 .. EXCEPTION_CPU_MAX */

/** exception_cpu_address - where it happened; @context as handed over */
uint64_t exception_cpu_address(const void *context);

/**
 * exception_cpu_reset - reset without the firmware's help, if there is a way
 *
 * Comes back where there is none.
 */
void exception_cpu_reset(void);

#endif
