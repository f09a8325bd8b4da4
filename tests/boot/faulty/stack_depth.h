/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How deep a run gets into the stack, and whether efi/stack_wipe.h reaches it.
 *
 * The stack is painted before the run.  What is called after a run that had
 * secrets, stack_wipe(), is diverted to here: the lowest place that has lost
 * its paint is how far the run, or an interrupt in it, got.
 */
#ifndef TESTS_BOOT_FAULTY_STACK_DEPTH_H
#define TESTS_BOOT_FAULTY_STACK_DEPTH_H

#include "efi/front.h"

/** stack_depth_paint - from here on it is measured, and reported by @f */
void stack_depth_paint(struct front *f);

#endif
