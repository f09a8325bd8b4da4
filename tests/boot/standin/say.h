/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The stand-in's voice: lines on the firmware's console, which the runner reads
 * on the serial port.  Every line begins with "STANDIN: ".
 */
#ifndef TESTS_BOOT_STANDIN_SAY_H
#define TESTS_BOOT_STANDIN_SAY_H

#include "efi/firmware.h"

/** say - print one line; what does not fit is cut off */
void say(const struct firmware *fw, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
