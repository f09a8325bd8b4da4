/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The stricter of two policies, in everything: what a stick or the network may
 * do to the policy of a PC.
 */
#ifndef RECOVERY_POLICY_NARROW_H
#define RECOVERY_POLICY_NARROW_H

#include "recovery/policy.h"

/**
 * policy_narrow - @installed, restricted to what @other permits as well
 * @ret: may be neither of the two; its strings are theirs
 *
 * Never wider than either in any respect: more crashes are needed, the window
 * is shorter, fewer files, a lower rung, a smaller share of the PCs, the modes'
 * intersection, the earlier expiry.  A rule is kept where both have one for the
 * same vendor, folder and unit, with those content patterns that the other's
 * seen to cover, and both rules' exceptions; the drivers by which a vendor is
 * blamed are @installed's. Serial and site are @installed's, unless it has no
 * site.
 */
void policy_narrow(const struct policy *installed, const struct policy *other,
	struct policy *ret);

#endif
