/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The checks of tests/support/crypto_check.h on whatever processor this runs.
 */
#ifndef TESTS_ENGINES_JUDGE_H
#define TESTS_ENGINES_JUDGE_H

/**
 * engines_judge - each check of each engine that the processor has
 *
 * Prints which engine it is given for which work, one line each, then "ok" or
 * "not ok" for each check, and for what each kernel leaves in the registers.
 * Returns how many failed.
 */
int engines_judge(void);

#endif
