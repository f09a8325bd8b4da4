/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The program, once the C environment stands (efi/entry.c).
 */
#ifndef EFI_MAIN_H
#define EFI_MAIN_H

#include "efi/firmware.h"

/**
 * loopbreaker_main - examine the PC, repair it if it is in a crash loop, and
 * start Windows
 * @start: cpu_ticks() at the entry point
 *
 * Normally does not return.  If it does, the firmware's boot manager is to try
 * its next boot option.
 */
EFI_STATUS loopbreaker_main(const struct firmware *fw, uint64_t start);

#endif
