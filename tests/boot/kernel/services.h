/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The firmware's services that the stand-in uses, by way of a running Linux:
 * variables through efivarfs, the clock, the console.  A warm reset, which is
 * how the stand-in ends a blue screen, is a panic of the kernel.
 */
#ifndef TESTS_BOOT_KERNEL_SERVICES_H
#define TESTS_BOOT_KERNEL_SERVICES_H

#include "efi/firmware.h"

/**
 * services_init - fill @ret with them
 *
 * The tables are static; functions that the stand-in does not call are NULL.
 */
void services_init(struct firmware *ret);

#endif
