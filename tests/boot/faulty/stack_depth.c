/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/boot/faulty/stack_depth.h"

#include "efi/stack_wipe.h"
#include "recovery/report.h"

/* With what is above it, within the 128 KiB that UEFI guarantees. */
#define PAINT_BYTES (60u * 1024)
#define PAINT	    0xA5
/*
 * The product is optimised as a whole, these callers apart from the rest: its
 * functions were seen to need 3.4 KiB more (x86-64).
 */
#define MARGIN_BYTES (6u * 1024)

/* The linker's names. */
void __real_stack_wipe(void);
void __wrap_stack_wipe(void);

static struct front *front; /* NULL: not painted */
static uintptr_t painted;   /* its lowest byte */

__attribute__((noinline)) void stack_depth_paint(struct front *f)
{
	volatile unsigned char below[PAINT_BYTES];

	for (size_t i = 0; i < PAINT_BYTES; i++)
		below[i] = PAINT;
	front = f;
	painted = (uintptr_t)below;
}

static void depth_report(uintptr_t top)
{
	const volatile unsigned char *at =
		(const volatile unsigned char *)painted;
	struct report_line line;
	uint64_t depth;

	while ((uintptr_t)at < top && *at == PAINT)
		at++;
	depth = top - (uintptr_t)at;
	report_begin(&line, "stack");
	report_number(&line, "bytes", depth);
	report_number(&line, "wiped", STACK_WIPE_BYTES);
	report_bool(
		&line, "is_enough", depth + MARGIN_BYTES <= STACK_WIPE_BYTES);
	console_report(&front->console, report_end(&line));
}

/* Its caller's part of the stack ends where its own begins. */
__attribute__((noinline)) void __wrap_stack_wipe(void)
{
	if (front)
		depth_report((uintptr_t)__builtin_frame_address(0));
	__real_stack_wipe();
}
