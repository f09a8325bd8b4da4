/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A USB stick with a partition for redo records, prepared and empty.
 */
#ifndef TESTS_SUPPORT_REDO_STICK_H
#define TESTS_SUPPORT_REDO_STICK_H

#include "tests/support/emudisk.h"

/** redo_stick_open - make the stick; the caller closes it */
void redo_stick_open(struct emudisk *e);

/** redo_stick_medium - the first byte of its partition */
unsigned char *redo_stick_medium(const struct emudisk *e);

#endif
