/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The decision a second time, in the plainest way, from design.md: may anything
 * be changed, and on whose word?  Shares no code with recovery/decide*.c.
 */
#ifndef TESTS_SUPPORT_DECISION_AGAIN_H
#define TESTS_SUPPORT_DECISION_AGAIN_H

#include "recovery/decide.h"

enum again_change { AGAIN_NOTHING, AGAIN_HOLD, AGAIN_RESTORE };

struct again {
	enum again_change change;
	enum consent consent;
};

/**
 * decision_again - what may be changed
 *
 * For a volume that may be touched and a boot status that could be read.
 */
struct again decision_again(const struct evidence *e, const struct policy *p);

#endif
