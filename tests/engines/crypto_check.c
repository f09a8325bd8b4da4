/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * judge.h for Linux, on a processor that QEMU emulates as a rule
 * (tests/cli/test_engines.py).
 *
 * usage: crypto_check
 *
 * Exit status: 0 all good, 1 not.
 */
#include "tests/engines/judge.h"

int main(void)
{
	return engines_judge() ? 1 : 0;
}
