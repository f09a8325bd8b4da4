/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which policy is in force, and why not another: one sentence, one line of the
 * report.
 */
#ifndef RECOVERY_TELL_POLICY_H
#define RECOVERY_TELL_POLICY_H

#include "recovery/policy_choose.h"
#include "recovery/tell.h"

void tell_policy(const struct platform *p, const struct policy_choice *c);

#endif
