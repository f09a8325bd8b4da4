/* SPDX-License-Identifier: GPL-2.0-or-later */
/* v0 to v31; of v8 to v15 the lower halves are the caller's (AAPCS64). */
#include "tests/engines/registers.h"

#define FIRST_KEPT 8
#define LAST_KEPT  15

const unsigned int registers_count = 32;

unsigned int registers_kept_bytes(unsigned int i)
{
	return i >= FIRST_KEPT && i <= LAST_KEPT ? REGISTER_BYTES / 2 : 0;
}

/*
 * In assembler: nothing may happen between the filling, call and look.  The
 * caller's own v8 to v15 are kept around it all.
 */
__asm__(".pushsection .text\n"
	".globl registers_around\n"
	".type registers_around, %function\n"
	"registers_around:\n\t"
	"stp x29, x30, [sp, #-96]!\n\t"
	"stp d8, d9, [sp, #16]\n\t"
	"stp d10, d11, [sp, #32]\n\t"
	"stp d12, d13, [sp, #48]\n\t"
	"stp d14, d15, [sp, #64]\n\t"
	"str x19, [sp, #80]\n\t"
	"mov x19, x1\n\t"
	".irp i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, "
	"17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31\n\t"
	"ldr q\\i, [x19, #16 * \\i]\n\t"
	".endr\n\t"
	"blr x0\n\t"
	".irp i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, "
	"17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31\n\t"
	"str q\\i, [x19, #16 * \\i]\n\t"
	".endr\n\t"
	"ldr x19, [sp, #80]\n\t"
	"ldp d14, d15, [sp, #64]\n\t"
	"ldp d12, d13, [sp, #48]\n\t"
	"ldp d10, d11, [sp, #32]\n\t"
	"ldp d8, d9, [sp, #16]\n\t"
	"ldp x29, x30, [sp], #96\n\t"
	"ret\n\t"
	".size registers_around, . - registers_around\n"
	".popsection");
