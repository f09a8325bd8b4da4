/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Exceptions of AArch64 processors. */
#include "efi/exception_cpu.h"

#define SYNCHRONOUS  0
#define SYSTEM_ERROR 3

/* Without IRQ (1) and FIQ (2), which are the firmware's own. */
const uint8_t exception_cpu_types[] = {SYNCHRONOUS, SYSTEM_ERROR};
const size_t exception_cpu_count = sizeof(exception_cpu_types);

/* EFI_SYSTEM_CONTEXT_AARCH64, which gnu-efi does not know. */
struct context {
	uint64_t general[32];
	uint64_t vector[32][2];
	uint64_t return_address;
};

uint64_t exception_cpu_address(const void *context)
{
	const struct context *c = context;

	return c->return_address;
}

/* Every way leads through firmware (PSCI), whose conduit cannot be known. */
void exception_cpu_reset(void)
{
}
