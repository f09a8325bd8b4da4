/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A fake machine with signed policies, for tests of which one is in force.
 * Failures are failed assertions.
 */
#ifndef TESTS_SUPPORT_POLICY_PC_H
#define TESTS_SUPPORT_POLICY_PC_H

#include "recovery/policy_in_force.h"
#include "tests/support/fake_machine.h"
#include "tests/support/signer.h"
#include "tests/support/tree.h"

struct policy_pc {
	struct signer owner; /* the machine knows this one's key */
	struct signer other;
	struct fake_machine machine; /* installed; it is 2026-07-01 */
	struct record record;	     /* empty */
	struct policy_in_force force;
	struct tree tree;	  /* the file in the making */
	int share;		  /* of the policies to be made; -1: none */
	uint32_t network_seconds; /* ... 0: none */
	struct {
		_Alignas(8) uint8_t bytes[8192];
		uint8_t signature[SIGNATURE_BYTES];
	} made[POLICY_SLOT_COUNT];
};

extern struct policy_pc policy_pc;

/* For cmocka: of the group, and of each test. */
int policy_pc_open_signers(void **state);
int policy_pc_close_signers(void **state);
int policy_pc_start(void **state);
int policy_pc_stop(void **state);

/* --- Files --------------------------------------------------------------- */

/** policy_pc_put - the tree becomes a file; @by: who signs it, or NULL */
void policy_pc_put(enum policy_slot slot, const struct signer *by);

/**
 * policy_pc_make_policy - a tree: three crashes, two vendors
 * @expires, @mode: or NULL
 */
void policy_pc_make_policy(
	uint32_t serial, const char *expires, const char *mode);

/** policy_pc_put_policy - make and put one that never expires */
void policy_pc_put_policy(
	enum policy_slot slot, uint32_t serial, const struct signer *by);

/** policy_pc_begin_overlay - on @target, its changes yet to be written */
void policy_pc_begin_overlay(uint32_t base_serial, const char *target);
void policy_pc_finish_overlay(void);

/**
 * policy_pc_make_overlay - an overlay that changes @name in /limits
 * @new_serial: of the policy, or 0
 */
void policy_pc_make_overlay(uint32_t base_serial, const char *name,
	uint32_t value, uint32_t new_serial);

/* --- What becomes of them --------------------------------------------------
 */

/**
 * policy_pc_open - policy_in_force_open(); it says one sentence, and another
 * where there is a share, and one line
 */
const struct policy *policy_pc_open(void);

/** policy_pc_assert_choice - the same, with this result; a warning if need be
 */
void policy_pc_assert_choice(enum policy_slot slot, enum policy_state newest,
	enum policy_state previous);

#endif
