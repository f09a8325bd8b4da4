/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A policy for a share of the PCs: who is in it, and what the others may do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/policy_pc.h"

static const struct policy_choice *const choice = &policy_pc.force.choice;

#define HEARD(part)                                                            \
	assert_int_equal(fake_machine_heard(&policy_pc.machine, part), 1)
#define REPORTED(part)                                                         \
	assert_int_equal(fake_machine_reported(&policy_pc.machine, part), 1)

/* As in test_share. */
#define NUMBER		539
#define NUMBER_OFFLINE	26
#define NUMBER_NAMELESS 59

static const uint8_t id[SHARE_ID_BYTES] = {0xb0, 0x7c, 0x4a, 0x9d, 0x5c, 0x4a,
	0xef, 0x11, 0x9f, 0x5a, 0x08, 0x00, 0x20, 0x0c, 0x9a, 0x66};
static const uint8_t mac[SHARE_MAC_BYTES] = {
	0x52, 0x54, 0x00, 0x12, 0x34, 0x56};

static int start(void **state)
{
	int err = policy_pc_start(state);

	policy_pc.machine.platform.origin = POLICY_ORIGIN_NETWORK;
	policy_pc.machine.platform.mac = mac;
	policy_pc.machine.has_id = true;
	memcpy(policy_pc.machine.id, id, sizeof(id));
	return err;
}

/* The mode that comes out of a policy with this share and mode. */
static enum policy_mode mode_in(
	enum policy_slot slot, uint32_t serial, int share, const char *mode)
{
	policy_pc.share = share;
	policy_pc_make_policy(serial, NULL, mode);
	policy_pc_put(slot, &policy_pc.owner);
	(void)policy_pc_open();
	return choice->policy.mode[policy_pc.machine.platform.origin];
}

static enum policy_mode mode_at(int share)
{
	return mode_in(POLICY_SLOT_NEWEST, 7, share, NULL);
}

/* Once in, a PC stays in with every larger share, whatever the serial. */
static void larger_shares_take_more(void **state)
{
	uint32_t serial = 1;
	int share;

	(void)state;
	for (share = 0; share <= SHARE_ALL; share += 7, serial++)
		assert_int_equal(
			mode_in(POLICY_SLOT_NEWEST, serial, share, NULL),
			share > NUMBER ? POLICY_ACT : POLICY_ASK);
	assert_int_equal(mode_at(NUMBER), POLICY_ASK);
	assert_int_equal(mode_at(NUMBER + 1), POLICY_ACT);
}

static void outside_only_a_person_decides(void **state)
{
	static const struct {
		const char *mode;
		enum policy_mode inside, outside;
	} modes[] = {
		{"act", POLICY_ACT, POLICY_ASK},
		{"ask", POLICY_ASK, POLICY_ASK},
		{"signed-order-only", POLICY_SIGNED_ORDER_ONLY,
			POLICY_DETECT_ONLY},
		{"detect-only", POLICY_DETECT_ONLY, POLICY_DETECT_ONLY},
	};
	size_t i, k;

	(void)state;
	for (k = 0; k < POLICY_ORIGIN_COUNT; k++)
		for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
			policy_pc.machine.platform.origin =
				(enum policy_origin)k;
			assert_int_equal(mode_in(POLICY_SLOT_NEWEST, 7,
						 SHARE_ALL, modes[i].mode),
				modes[i].inside);
			assert_int_equal(mode_in(POLICY_SLOT_NEWEST, 7, 10,
						 modes[i].mode),
				modes[i].outside);
		}
}

static void what_is_said(void **state)
{
	(void)state;
	(void)mode_at(10);
	assert_true(choice->is_outside);
	HEARD("not in the share (10 per mille) that acts by itself: its number "
	      "is 539.");
	REPORTED("\"mode\":\"ask\"");
	REPORTED("\"share\":10,\"number\":539,\"in_share\":false");
	(void)mode_at(540);
	assert_false(choice->is_outside);
	HEARD("This PC is in the share (540 per mille) that acts by itself");
	REPORTED("\"share\":540,\"number\":539,\"in_share\":true");
	/* Of a share of all there is nothing to say. */
	(void)mode_at(SHARE_ALL);
	assert_int_equal(fake_machine_reported(&policy_pc.machine, "share"), 0);
}

static void what_a_pc_does_not_say(void **state)
{
	(void)state;
	policy_pc.machine.platform.mac = NULL;
	assert_int_equal(mode_at(NUMBER_OFFLINE), POLICY_ASK);
	assert_int_equal(mode_at(NUMBER_OFFLINE + 1), POLICY_ACT);
	policy_pc.machine.has_id = false;
	assert_int_equal(mode_at(SHARE_ALL - 1), POLICY_ASK);
	HEARD("not in the share (999 per mille) that acts by itself: it has "
	      "neither UUID nor MAC address.");
	REPORTED("\"share\":999,\"in_share\":false");
	assert_int_equal(mode_at(SHARE_ALL), POLICY_ACT);
	policy_pc.machine.platform.mac = mac;
	assert_int_equal(mode_at(NUMBER_NAMELESS), POLICY_ASK);
	assert_int_equal(mode_at(NUMBER_NAMELESS + 1), POLICY_ACT);
}

/* The server's share and the PC's own: the smaller one. */
static void a_server_only_narrows(void **state)
{
	(void)state;
	assert_int_equal(
		mode_in(POLICY_SLOT_INSTALLED, 3, NUMBER, "act"), POLICY_ASK);
	assert_int_equal(mode_at(SHARE_ALL), POLICY_ASK);
	assert_int_equal(choice->policy.share, NUMBER);
	assert_int_equal(mode_in(POLICY_SLOT_INSTALLED, 3, NUMBER + 1, "act"),
		POLICY_ACT);
	assert_int_equal(mode_at(NUMBER), POLICY_ASK);
	assert_int_equal(choice->policy.share, NUMBER);
}

/* A clock set forward does not get rid of a share. */
static void an_expired_one_still_counts(void **state)
{
	(void)state;
	policy_pc.machine.platform.origin = POLICY_ORIGIN_INSTALLED;
	policy_pc.share = NUMBER;
	policy_pc_make_policy(7, "2026-06-30T23:59:59Z", NULL);
	policy_pc_put(POLICY_SLOT_NEWEST, &policy_pc.owner);
	(void)policy_pc_open();
	assert_int_equal(choice->state[POLICY_SLOT_NEWEST], POLICY_EXPIRED);
	assert_int_equal(choice->policy.share, NUMBER);
	assert_int_equal(
		choice->policy.mode[POLICY_ORIGIN_INSTALLED], POLICY_ASK);
}

#define pc_test(f) cmocka_unit_test_setup_teardown(f, start, policy_pc_stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		pc_test(larger_shares_take_more),
		pc_test(outside_only_a_person_decides),
		pc_test(what_is_said),
		pc_test(what_a_pc_does_not_say),
		pc_test(a_server_only_narrows),
		pc_test(an_expired_one_still_counts),
	};

	return cmocka_run_group_tests(
		tests, policy_pc_open_signers, policy_pc_close_signers);
}
