/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The end of a run that cannot go on: say so on the serial ports, make Windows
 * next, reset.  A plain reset would start Loopbreaker again, and the same disk
 * would end it again, for ever.
 */
#ifndef EFI_LAST_RESORT_H
#define EFI_LAST_RESORT_H

#include "efi/firmware.h"

/** last_resort_init - remember the firmware; @fw is copied */
void last_resort_init(const struct firmware *fw);

/** last_resort_set_next - the Boot#### to start then */
void last_resort_set_next(uint16_t number);

/**
 * last_resort_take - take it
 * @event:    name of the report line
 * @sentence: for a person
 *
 * Uses nothing but what it remembers.
 */
_Noreturn void last_resort_take(const char *event, const char *sentence);

#endif
