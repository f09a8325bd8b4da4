/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Forgetting what calls have left on the stack. */
#ifndef EFI_STACK_WIPE_H
#define EFI_STACK_WIPE_H

#define STACK_WIPE_BYTES (48u * 1024)

/**
 * stack_wipe - overwrite what lies below the caller's part of the stack
 *
 * Our functions wipe their keys; but an interrupt in the middle of one has the
 * firmware save the registers, keys of the moment included, on the same stack,
 * where they stay until something else needs that place.  To be called from a
 * function that itself needs little of the stack, after all that handled keys.
 * Writes STACK_WIPE_BYTES of the 128 KiB that UEFI guarantees, below 29 of
 * loopbreaker_main()'s own; the scenario stack-depth measures what a run uses.
 */
void stack_wipe(void);

#endif
