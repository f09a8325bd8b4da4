/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xmm0 to xmm15; of those, firmware keeps xmm6 and up (UEFI, 2.3.4.2). */
#include "tests/engines/registers.h"

#define FIRST_KEPT 6

const unsigned int registers_count = 16;

unsigned int registers_kept_bytes(unsigned int i)
{
	return i >= FIRST_KEPT ? REGISTER_BYTES : 0;
}

/* In assembler: nothing may happen between the filling, call and look. */
__asm__(".pushsection .text\n"
	".globl registers_around\n"
	".type registers_around, @function\n"
	"registers_around:\n\t"
	"push %rbx\n\t"
	"mov %rsi, %rbx\n\t"
	".irp i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15\n\t"
	"movdqu 16 * \\i(%rbx), %xmm\\i\n\t"
	".endr\n\t"
	"call *%rdi\n\t"
	".irp i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15\n\t"
	"movdqu %xmm\\i, 16 * \\i(%rbx)\n\t"
	".endr\n\t"
	"pop %rbx\n\t"
	"ret\n\t"
	".size registers_around, . - registers_around\n"
	".popsection");
