/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One PC for a file of tests of decide(), and what they say of its last pass.
 */
#ifndef TESTS_SUPPORT_MODEL_RIG_H
#define TESTS_SUPPORT_MODEL_RIG_H

#include "tests/support/decision_check.h"
#include "tests/support/model_pc.h"

static struct model_pc pc;

#define assert_pass(want)  assert_int_equal(model_pass(&pc), want)
#define assert_because(id) assert_true(decision_has(&pc.last, id))

/* For cmocka: a healthy PC. */
static inline int model_rig_make(void **state)
{
	(void)state;
	model_make(&pc);
	return 0;
}

/* The same with a policy of two rungs. */
static inline int model_rig_make_two_rungs(void **state)
{
	(void)model_rig_make(state);
	pc.policy.max_rung = 2;
	return 0;
}

/* One that has crashed, as model_make_crashed(). */
static inline int model_rig_make_crashed(void **state)
{
	(void)state;
	model_make_crashed(&pc);
	return 0;
}

#endif
