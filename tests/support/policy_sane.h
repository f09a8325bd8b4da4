/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What must be true of every policy that was accepted. */
#ifndef TESTS_SUPPORT_POLICY_SANE_H
#define TESTS_SUPPORT_POLICY_SANE_H

#include "recovery/policy.h"

/** policy_expect_sane - it is within bounds and safe to use, or the test fails
 */
void policy_expect_sane(const struct policy *p);

#endif
