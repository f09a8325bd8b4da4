/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The policy of one run: gets the files from the platform, lets policy_choose()
 * decide, and says what it decided.
 */
#ifndef RECOVERY_POLICY_IN_FORCE_H
#define RECOVERY_POLICY_IN_FORCE_H

#include "recovery/platform.h"
#include "recovery/policy_choose.h"

struct policy_in_force {
	struct policy_choice choice;
	struct signature_keys keys;	/* for incident orders as well */
	void *files[POLICY_SLOT_COUNT]; /* private */
};

/**
 * policy_in_force_open - find the policy of this run, and say which it is
 * @r:	 the own record, all zero if there is none
 * @ret: large; its policy is ret->choice.policy
 *
 * Returns 0; -ERR_NO_MEMORY, or what is wrong with the built-in policy; that is
 * said as well.  policy_in_force_close() is valid either way.
 */
int policy_in_force_open(const struct platform *p, const struct record *r,
	struct policy_in_force *ret);

/** policy_in_force_close - accepts a zeroed one */
void policy_in_force_close(struct policy_in_force *f);

#endif
