/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Do the kernels leave the vector registers as registers.h says? */
#ifndef TESTS_ENGINES_REGISTERS_CHECK_H
#define TESTS_ENGINES_REGISTERS_CHECK_H

/**
 * registers_check_aes, registers_check_sha256 - each function of the kernel
 *
 * Print a line for each.  Return how many failed.  To be called only on a
 * processor with these instructions.
 */
int registers_check_aes(void);
int registers_check_sha256(void);

#endif
