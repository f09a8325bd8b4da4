/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Asking the person in front of the screen, with a countdown.
 */
#ifndef EFI_ASK_H
#define EFI_ASK_H

#include "efi/front.h"

/**
 * ask_person - show @question and wait for a key
 *
 * F10 and Y say yes, Esc and N say no: the first of each pair is the same on
 * every keyboard layout.  Keys pressed before the question do not count.  Where
 * the firmware has no keyboard there is no waiting; one that never answers, or
 * only with errors, costs the time of the question.  Needs task priority level
 * TPL_APPLICATION.
 */
enum answer ask_person(struct front *f, const struct question *question);

#endif
