/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which PC this is, for whoever reads the report: what is on its label, and the
 * network card it was started from.
 */
#ifndef EFI_MACHINE_H
#define EFI_MACHINE_H

#include "efi/front.h"

/**
 * machine_tell - fill in f->sender what the PC says of itself, and report it
 *
 * What it does not say stays empty, and out of the report.
 */
void machine_tell(struct front *f);

#endif
