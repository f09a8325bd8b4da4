/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Exceptions of x86-64 processors. */
#include <efi.h>
#include <efidebug.h>

#include "efi/exception_cpu.h"

/* What efidebug.h is too old to name. */
#define EXCEPT_X64_NO_DEVICE	      7
#define EXCEPT_X64_CONTROL_PROTECTION 21

/* Without debug (1) and NMI (2), which need not come from the program. */
const uint8_t exception_cpu_types[] = {
	EXCEPT_X64_DIVIDE_ERROR,
	EXCEPT_X64_BREAKPOINT, /* how EDK2's ASSERT() ends */
	EXCEPT_X64_OVERFLOW,
	EXCEPT_X64_BOUND,
	EXCEPT_X64_INVALID_OPCODE,
	EXCEPT_X64_NO_DEVICE,
	EXCEPT_X64_DOUBLE_FAULT,
	EXCEPT_X64_INVALID_TSS,
	EXCEPT_X64_SEG_NOT_PRESENT,
	EXCEPT_X64_STACK_FAULT,
	EXCEPT_X64_GP_FAULT,
	EXCEPT_X64_PAGE_FAULT,
	EXCEPT_X64_FP_ERROR,
	EXCEPT_X64_ALIGNMENT_CHECK,
	EXCEPT_X64_MACHINE_CHECK,
	EXCEPT_X64_SIMD,
	EXCEPT_X64_CONTROL_PROTECTION,
};
const size_t exception_cpu_count = sizeof(exception_cpu_types);

uint64_t exception_cpu_address(const void *context)
{
	const EFI_SYSTEM_CONTEXT_X64 *c = context;

	return c->Rip;
}

/* Reset control register of PC chipsets: first select a hard reset, then do. */
#define RESET_CONTROL_PORT   0xcf9
#define RESET_CONTROL_SELECT 0x02
#define RESET_CONTROL_DO     0x06

static void port_write(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

void exception_cpu_reset(void)
{
	static const struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) no_vectors = {0, 0};

	port_write(RESET_CONTROL_PORT, RESET_CONTROL_SELECT);
	port_write(RESET_CONTROL_PORT, RESET_CONTROL_DO);
	/* An exception that nobody can take resets the processor. */
	__asm__ volatile("lidt %0\n\tint3" : : "m"(no_vectors));
}
