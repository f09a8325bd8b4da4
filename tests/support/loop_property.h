/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What must never be seen in a life of a PC; see tests/support/loop_explore.h
 */
#ifndef TESTS_SUPPORT_LOOP_PROPERTY_H
#define TESTS_SUPPORT_LOOP_PROPERTY_H

#include "tests/support/loop_explore.h"

/*
 * Whatever happens: no more changes than the ladder has rungs between two good
 * sessions; passes alone come to rest; no hold without a blue screen and two
 * sessions that ended badly, or a word; what has helped stays on hold; after a
 * completed hold the next start is no Automatic Repair; and where BootNext is
 * honoured Loopbreaker stays first in the boot order.
 */
loop_property property_of_any_life;

/* As above, and a pass changes nothing but the mark of the hand-over. */
loop_property property_of_health;

/* As above, and Windows is well again within max_starts. */
loop_property property_of_cure;

#endif
