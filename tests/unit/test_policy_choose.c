/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which policy is in force: on a fake machine, with signed files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/policy_in_force.h"
#include "recovery/policy_overlay.h"
#include "storage/err.h"
#include "storage/filetime.h"
#include "tests/support/exact.h"
#include "tests/support/failalloc.h"
#include "tests/support/fake_machine.h"
#include "tests/support/signer.h"
#include "tests/support/tree.h"

static struct signer owner, other;
static struct fake_machine machine;
static struct record record;
static struct policy_in_force force;
static struct tree tree;

/* --- Files ------------------------------------------------------------------
 */

static struct {
	_Alignas(8) uint8_t bytes[8192];
	uint8_t signature[SIGNATURE_BYTES];
} made[POLICY_SLOT_COUNT];

static const enum platform_file files[POLICY_SLOT_COUNT] = {
	[POLICY_SLOT_NEWEST] = FILE_POLICY,
	[POLICY_SLOT_PREVIOUS] = FILE_PREVIOUS,
	[POLICY_SLOT_OVERLAY] = FILE_OVERLAY,
	[POLICY_SLOT_INSTALLED] = FILE_INSTALLED,
};

/* The tree becomes a file, signed by @by; its signature is the next file. */
static void put(enum policy_slot slot, const struct signer *by)
{
	struct fake_file *file = &machine.files[files[slot]];

	assert_true(tree.len <= sizeof(made[slot].bytes));
	memcpy(made[slot].bytes, tree.blob, tree.len);
	file[0] =
		(struct fake_file){.bytes = made[slot].bytes, .len = tree.len};
	file[1].bytes = NULL;
	if (!by)
		return;
	file[1].len = signer_sign(by, tree.blob, tree.len, "",
		made[slot].signature, SIGNATURE_BYTES);
	file[1].bytes = made[slot].signature;
}

static void add_limits(uint32_t crashes)
{
	tree_node(&tree, "limits");
	tree_number(&tree, "crashes", crashes);
	tree_number(&tree, "window-hours", 48);
	tree_number(&tree, "max-files", 8);
	tree_end(&tree);
}

static void add_modes(const char *mode)
{
	if (!mode)
		return;
	tree_node(&tree, "modes");
	tree_text(&tree, "installed", mode);
	tree_text(&tree, "removable", mode);
	tree_end(&tree);
}

static void add_rule(const char *node, const char *vendor, const char *folder,
	const char *content)
{
	tree_node(&tree, node);
	tree_text(&tree, "vendor-name", vendor);
	tree_text(&tree, "folder", folder);
	tree_text(&tree, "unit", "file");
	tree_text(&tree, "content", content);
	tree_text(&tree, "source", "a test");
	tree_end(&tree);
}

static void make_policy(uint32_t serial, const char *expires, const char *mode)
{
	tree_begin(&tree);
	tree_text(&tree, "compatible", POLICY_COMPATIBLE);
	tree_number(&tree, "serial", serial);
	if (expires)
		tree_text(&tree, "expires", expires);
	add_limits(3);
	add_modes(mode);
	tree_node(&tree, "vendors");
	add_rule("own", "Contoso", "Windows/Contoso", "*.dat");
	add_rule("falcon", "CrowdStrike Falcon",
		"Windows/System32/drivers/CrowdStrike", "C-00000291*.sys");
	tree_end(&tree);
	tree_finish(&tree);
}

static void put_policy(
	enum policy_slot slot, uint32_t serial, const struct signer *by)
{
	make_policy(serial, NULL, NULL);
	put(slot, by);
}

/* An overlay on @target, with what it changes yet to be written. */
static void begin_overlay(uint32_t base_serial, const char *target)
{
	tree_begin(&tree);
	tree_text(&tree, "compatible", POLICY_OVERLAY_COMPATIBLE);
	tree_number(&tree, "base-serial", base_serial);
	tree_node(&tree, "fragment@0");
	tree_text(&tree, "target-path", target);
	tree_node(&tree, "__overlay__");
}

static void finish_overlay(void)
{
	tree_end(&tree);
	tree_end(&tree);
	tree_finish(&tree);
}

/* An overlay that changes @name in /limits, and perhaps the serial. */
static void make_overlay(uint32_t base_serial, const char *name, uint32_t value,
	uint32_t new_serial)
{
	begin_overlay(base_serial, "/");
	if (new_serial)
		tree_number(&tree, "serial", new_serial);
	tree_text(&tree, "site", "emea");
	tree_node(&tree, "limits");
	tree_number(&tree, name, value);
	tree_end(&tree);
	finish_overlay();
}

/* --- A machine --------------------------------------------------------------
 */

static int open_signers(void **state)
{
	(void)state;
	signer_open(&owner, 3072);
	signer_open(&other, 3072);
	return 0;
}

static int close_signers(void **state)
{
	(void)state;
	signer_close(&owner);
	signer_close(&other);
	return 0;
}

static int start(void **state)
{
	(void)state;
	fake_machine_init(&machine);
	memset(&record, 0, sizeof(record));
	machine.platform.keys = owner.section;
	machine.platform.keys_len = sizeof(owner.section);
	machine.platform.origin = POLICY_ORIGIN_INSTALLED;
	machine.clock = filetime_parse("2026-07-01T00:00:00Z");
	return 0;
}

static int stop(void **state)
{
	(void)state;
	policy_in_force_close(&force);
	return 0;
}

static const struct policy *open_policy(void)
{
	policy_in_force_close(&force);
	fake_machine_forget(&machine);
	assert_int_equal(
		policy_in_force_open(&machine.platform, &record, &force), 0);
	/* One sentence, one line. */
	assert_int_equal(machine.said_count, 1);
	assert_int_equal(machine.line_count, 1);
	return &force.choice.policy;
}

static void assert_choice(enum policy_slot slot, enum policy_state newest,
	enum policy_state previous)
{
	(void)open_policy();
	assert_int_equal(force.choice.in_force, slot);
	assert_int_equal(force.choice.state[POLICY_SLOT_NEWEST], newest);
	assert_int_equal(force.choice.state[POLICY_SLOT_PREVIOUS], previous);
	assert_int_equal(fake_machine_said(&machine, SAY_WARNING),
		newest != POLICY_ACCEPTED &&
			(newest != POLICY_ABSENT || previous != POLICY_ABSENT));
}

#define HEARD(part) assert_int_equal(fake_machine_heard(&machine, part), 1)
#define REPORTED(part)                                                         \
	assert_int_equal(fake_machine_reported(&machine, part), 1)

/* --- Installed --------------------------------------------------------------
 */

static void nothing_but_the_builtin(void **state)
{
	(void)state;
	assert_choice(POLICY_SLOT_BUILTIN, POLICY_ABSENT, POLICY_ABSENT);
	assert_int_equal(force.choice.policy.crashes, 2);
	HEARD("the built-in policy (serial 1, act).");
	REPORTED("\"in_force\":\"built-in\",\"serial\":1,");
	machine.platform.keys = NULL;
	machine.platform.keys_len = 0;
	assert_choice(POLICY_SLOT_BUILTIN, POLICY_ABSENT, POLICY_ABSENT);
}

static void a_signed_one(void **state)
{
	(void)state;
	put_policy(POLICY_SLOT_NEWEST, 7, &owner);
	assert_choice(POLICY_SLOT_NEWEST, POLICY_ACCEPTED, POLICY_ABSENT);
	assert_int_equal(force.choice.policy.serial, 7);
	assert_int_equal(force.choice.policy.crashes, 3);
	assert_int_equal(force.choice.policy.rule_count, 2);
	HEARD("In force is policy.dtb (serial 7, act).");
	REPORTED("\"newest\":\"accepted\"");
	put_policy(POLICY_SLOT_PREVIOUS, 6, &owner);
	assert_choice(POLICY_SLOT_NEWEST, POLICY_ACCEPTED, POLICY_NOT_NEEDED);
}

static void not_signed(void **state)
{
	(void)state;
	put_policy(POLICY_SLOT_NEWEST, 7, NULL);
	assert_choice(POLICY_SLOT_BUILTIN, POLICY_FORGED, POLICY_ABSENT);
	HEARD("the built-in policy (serial 1, detect-only): policy.dtb is not "
	      "signed");
	put_policy(POLICY_SLOT_NEWEST, 7, &other);
	assert_choice(POLICY_SLOT_BUILTIN, POLICY_FORGED, POLICY_ABSENT);
	put_policy(POLICY_SLOT_NEWEST, 7, &owner);
	made[POLICY_SLOT_NEWEST].bytes[100] ^= 1;
	assert_choice(POLICY_SLOT_BUILTIN, POLICY_FORGED, POLICY_ABSENT);
	put_policy(POLICY_SLOT_NEWEST, 7, &owner);
	machine.files[FILE_POLICY_SIGNATURE].len--;
	assert_choice(POLICY_SLOT_BUILTIN, POLICY_FORGED, POLICY_ABSENT);
	machine.files[FILE_POLICY_SIGNATURE] = (struct fake_file){
		.bytes = made[0].bytes, .len = 2 * SIGNATURE_BYTES};
	assert_choice(POLICY_SLOT_BUILTIN, POLICY_FORGED, POLICY_ABSENT);
}

static void without_a_key(void **state)
{
	(void)state;
	put_policy(POLICY_SLOT_NEWEST, 7, &owner);
	machine.platform.keys_len = 0;
	assert_choice(POLICY_SLOT_BUILTIN, POLICY_NO_KEY, POLICY_ABSENT);
	HEARD("this program has no key");
	/* Damaged keys are none, and that is said, too. */
	machine.platform.keys_len = sizeof(owner.section) - 1;
	policy_in_force_close(&force);
	assert_int_equal(
		policy_in_force_open(&machine.platform, &record, &force), 0);
	assert_int_equal(force.choice.state[POLICY_SLOT_NEWEST], POLICY_NO_KEY);
	HEARD("keys in this copy of Loopbreaker are damaged");
}

static void signed_but_no_policy(void **state)
{
	(void)state;
	tree_begin(&tree);
	tree_text(&tree, "compatible", "loopbreaker,incident-order-1");
	tree_number(&tree, "serial", 9);
	tree_finish(&tree);
	put(POLICY_SLOT_NEWEST, &owner);
	assert_choice(POLICY_SLOT_BUILTIN, POLICY_MALFORMED, POLICY_ABSENT);
	tree.len = 0;
	put(POLICY_SLOT_NEWEST, &owner);
	assert_choice(POLICY_SLOT_BUILTIN, POLICY_MALFORMED, POLICY_ABSENT);
}

static void not_readable(void **state)
{
	(void)state;
	put_policy(POLICY_SLOT_PREVIOUS, 7, &owner);
	machine.files[FILE_POLICY].err = -ERR_IO;
	assert_choice(POLICY_SLOT_PREVIOUS, POLICY_UNREADABLE, POLICY_ACCEPTED);
	HEARD("In force is policy-previous.dtb (serial 7, act): policy.dtb "
	      "could not be read.");
	machine.files[FILE_POLICY] = (struct fake_file){
		.bytes = &machine, .len = POLICY_MAX_BYTES + 1};
	assert_choice(POLICY_SLOT_PREVIOUS, POLICY_UNREADABLE, POLICY_ACCEPTED);
	machine.files[FILE_PREVIOUS_SIGNATURE].err = -ERR_IO;
	assert_choice(
		POLICY_SLOT_BUILTIN, POLICY_UNREADABLE, POLICY_UNREADABLE);
	/* Who knows what they forbid. */
	HEARD("the built-in policy (serial 1, detect-only): policy.dtb could");
	assert_int_equal(force.choice.policy.mode[POLICY_ORIGIN_NETWORK],
		POLICY_DETECT_ONLY);
}

static void the_previous_one(void **state)
{
	(void)state;
	put_policy(POLICY_SLOT_NEWEST, 8, &other);
	put_policy(POLICY_SLOT_PREVIOUS, 7, &owner);
	assert_choice(POLICY_SLOT_PREVIOUS, POLICY_FORGED, POLICY_ACCEPTED);
	/* Missing is a reason, too. */
	machine.files[FILE_POLICY].bytes = NULL;
	assert_choice(POLICY_SLOT_PREVIOUS, POLICY_ABSENT, POLICY_ACCEPTED);
	HEARD("policy.dtb is missing");
	put_policy(POLICY_SLOT_PREVIOUS, 7, &other);
	assert_choice(POLICY_SLOT_BUILTIN, POLICY_ABSENT, POLICY_FORGED);
	HEARD("the built-in policy (serial 1, act): policy-previous.dtb is "
	      "not");
}

static void rolled_back(void **state)
{
	(void)state;
	put_policy(POLICY_SLOT_NEWEST, 7, &owner);
	assert_choice(POLICY_SLOT_NEWEST, POLICY_ACCEPTED, POLICY_ABSENT);
	policy_choice_remember(&force.choice, &record);
	assert_int_equal(record.policy_serial, 7);
	put_policy(POLICY_SLOT_NEWEST, 20, &owner);
	assert_choice(POLICY_SLOT_NEWEST, POLICY_ACCEPTED, POLICY_ABSENT);
	policy_choice_remember(&force.choice, &record);
	policy_choice_remember(&force.choice, &record);
	assert_int_equal(record.policy_serial, 20);
	assert_int_equal(record.policy_previous_serial, 7);
	/* As the newest it may not come back ... */
	put_policy(POLICY_SLOT_NEWEST, 7, &owner);
	assert_choice(POLICY_SLOT_BUILTIN, POLICY_ROLLED_BACK, POLICY_ABSENT);
	HEARD("policy.dtb is older than one that was in force");
	REPORTED("\"newest\":\"rolled-back\"");
	policy_choice_remember(&force.choice, &record);
	assert_int_equal(record.policy_serial, 20);
	/* ... as the previous one it may, but none that is older. */
	put_policy(POLICY_SLOT_PREVIOUS, 7, &owner);
	assert_choice(
		POLICY_SLOT_PREVIOUS, POLICY_ROLLED_BACK, POLICY_ACCEPTED);
	policy_choice_remember(&force.choice, &record);
	assert_int_equal(record.policy_serial, 20);
	put_policy(POLICY_SLOT_PREVIOUS, 6, &owner);
	assert_choice(
		POLICY_SLOT_BUILTIN, POLICY_ROLLED_BACK, POLICY_ROLLED_BACK);
	put_policy(POLICY_SLOT_PREVIOUS, 8, &owner);
	assert_choice(
		POLICY_SLOT_BUILTIN, POLICY_ROLLED_BACK, POLICY_ROLLED_BACK);
}

/* An expired policy is not in force, but what it forbade stays forbidden. */
static void expired(void **state)
{
	const struct policy *p;

	(void)state;
	make_policy(7, "2026-06-30T23:59:59Z", "detect-only");
	put(POLICY_SLOT_NEWEST, &owner);
	assert_choice(POLICY_SLOT_BUILTIN, POLICY_EXPIRED, POLICY_ABSENT);
	HEARD("narrowed by the expired one: policy.dtb has expired.");
	p = &force.choice.policy;
	assert_int_equal(p->mode[POLICY_ORIGIN_INSTALLED], POLICY_DETECT_ONLY);
	assert_int_equal(p->crashes, 3);
	assert_int_equal(p->window_hours, 24);
	assert_int_equal(p->rule_count, 1);
	assert_true(rule_matches(&p->rules[0], "C-00000291-1.sys"));
	assert_false(rule_matches(&p->rules[0], "C-00000292-1.sys"));
	put_policy(POLICY_SLOT_PREVIOUS, 6, &owner);
	assert_choice(POLICY_SLOT_PREVIOUS, POLICY_EXPIRED, POLICY_ACCEPTED);
	assert_int_equal(force.choice.policy.mode[POLICY_ORIGIN_INSTALLED],
		POLICY_DETECT_ONLY);
	assert_int_equal(force.choice.policy.rule_count, 2);
	/* To the second. */
	machine.clock -= FILETIME_TICKS_PER_SECOND;
	assert_choice(POLICY_SLOT_NEWEST, POLICY_ACCEPTED, POLICY_NOT_NEEDED);
}

static void clocks(void **state)
{
	uint64_t now = filetime_parse("2026-07-01T00:00:00Z");

	(void)state;
	make_policy(7, "2026-06-30T23:59:59Z", NULL);
	put(POLICY_SLOT_NEWEST, &owner);
	/* No clock at all: the serial has to do. */
	machine.clock = 0;
	assert_choice(POLICY_SLOT_NEWEST, POLICY_ACCEPTED, POLICY_ABSENT);
	/* The battery is empty, but we were here before. */
	machine.clock = filetime_parse("2000-01-01T00:00:00Z");
	assert_choice(POLICY_SLOT_NEWEST, POLICY_ACCEPTED, POLICY_ABSENT);
	record.handover_time =
		now / FILETIME_TICKS_PER_SECOND - FILETIME_SECONDS_UNTIL_1970;
	assert_choice(POLICY_SLOT_BUILTIN, POLICY_EXPIRED, POLICY_ABSENT);
	record.handover_time = 0;
	record.hold_time = now;
	assert_choice(POLICY_SLOT_BUILTIN, POLICY_EXPIRED, POLICY_ABSENT);
	assert_int_equal(policy_clock(5, &record), now);
	/* Nonsense in the record is no time. */
	record.hold_time = 0;
	record.handover_time = UINT64_MAX;
	assert_int_equal(policy_clock(5, &record), 5);
	record.handover_time = UINT64_MAX / FILETIME_TICKS_PER_SECOND;
	assert_int_equal(policy_clock(5, &record), 5);
}

/* --- Overlays ---------------------------------------------------------------
 */

static void an_overlay(void **state)
{
	(void)state;
	put_policy(POLICY_SLOT_NEWEST, 7, &owner);
	make_overlay(7, "crashes", 5, 0);
	put(POLICY_SLOT_OVERLAY, &owner);
	(void)open_policy();
	assert_int_equal(
		force.choice.state[POLICY_SLOT_OVERLAY], POLICY_ACCEPTED);
	assert_int_equal(force.choice.policy.crashes, 5);
	assert_int_equal(force.choice.policy.window_hours, 48);
	assert_string_equal(force.choice.policy.site, "emea");
	assert_int_equal(force.choice.policy.rule_count, 2);
	HEARD("policy.dtb (serial 7, act) with policy-site.dtbo.");
	/* On the previous one as well, if it is for that. */
	machine.files[FILE_POLICY].bytes = NULL;
	put_policy(POLICY_SLOT_PREVIOUS, 7, &owner);
	(void)open_policy();
	assert_int_equal(force.choice.policy.crashes, 5);
	/* And on the built-in one. */
	machine.files[FILE_PREVIOUS].bytes = NULL;
	make_overlay(1, "max-files", 3, 0);
	put(POLICY_SLOT_OVERLAY, &owner);
	(void)open_policy();
	assert_int_equal(force.choice.in_force, POLICY_SLOT_BUILTIN);
	assert_int_equal(force.choice.policy.max_files, 3);
	assert_int_equal(force.choice.policy.crashes, 2);
}

static void assert_overlay_is(enum policy_state wanted)
{
	(void)open_policy();
	assert_int_equal(force.choice.state[POLICY_SLOT_OVERLAY], wanted);
	assert_int_equal(force.choice.in_force, POLICY_SLOT_NEWEST);
	assert_int_equal(force.choice.policy.serial, 7);
	assert_int_equal(force.choice.policy.crashes, 3);
	HEARD("policy-site.dtbo");
	assert_int_equal(fake_machine_said(&machine, SAY_WARNING), 1);
}

static void overlays_that_are_refused(void **state)
{
	(void)state;
	put_policy(POLICY_SLOT_NEWEST, 7, &owner);
	make_overlay(7, "crashes", 5, 0);
	put(POLICY_SLOT_OVERLAY, &other);
	assert_overlay_is(POLICY_FORGED);
	put(POLICY_SLOT_OVERLAY, NULL);
	assert_overlay_is(POLICY_FORGED);
	make_overlay(6, "crashes", 5, 0);
	put(POLICY_SLOT_OVERLAY, &owner);
	assert_overlay_is(POLICY_OTHER_BASE);
	make_overlay(7, "crashes", 5, 8);
	put(POLICY_SLOT_OVERLAY, &owner);
	assert_overlay_is(POLICY_OTHER_BASE);
	/* What it makes of the policy has to pass like any other. */
	make_overlay(7, "crashes", 1, 0);
	put(POLICY_SLOT_OVERLAY, &owner);
	assert_overlay_is(POLICY_MALFORMED);
	make_policy(7, NULL, NULL);
	put(POLICY_SLOT_OVERLAY, &owner);
	assert_overlay_is(POLICY_MALFORMED);
	assert_int_equal(force.choice.policy.mode[0], POLICY_ACT);
	/* There is nothing that it could change. */
	begin_overlay(7, "/no/such/node");
	finish_overlay();
	put(POLICY_SLOT_OVERLAY, &owner);
	assert_overlay_is(POLICY_MALFORMED);
	machine.files[FILE_OVERLAY].err = -ERR_IO;
	assert_overlay_is(POLICY_UNREADABLE);
	assert_int_equal(force.choice.policy.mode[0], POLICY_DETECT_ONLY);
}

/* As an expired policy: not in force, but what it forbade stays forbidden. */
static void an_overlay_that_expires(void **state)
{
	(void)state;
	put_policy(POLICY_SLOT_NEWEST, 7, &owner);
	begin_overlay(7, "/");
	tree_text(&tree, "expires", "2026-06-30T23:59:59Z");
	tree_text(&tree, "site", "emea");
	tree_node(&tree, "modes");
	tree_text(&tree, "installed", "detect-only");
	tree_end(&tree);
	finish_overlay();
	put(POLICY_SLOT_OVERLAY, &owner);
	assert_overlay_is(POLICY_EXPIRED);
	assert_true(force.choice.is_narrowed);
	assert_int_equal(force.choice.policy.mode[POLICY_ORIGIN_INSTALLED],
		POLICY_DETECT_ONLY);
	assert_int_equal(
		force.choice.policy.mode[POLICY_ORIGIN_REMOVABLE], POLICY_ACT);
	machine.clock -= FILETIME_TICKS_PER_SECOND;
	(void)open_policy();
	assert_int_equal(
		force.choice.state[POLICY_SLOT_OVERLAY], POLICY_ACCEPTED);
	assert_false(force.choice.is_narrowed);
	assert_int_not_equal(force.choice.policy.expires, 0);
}

static void overlays_cut_short(void **state)
{
	uint32_t serial = 99;
	size_t len;

	(void)state;
	make_overlay(7, "crashes", 5, 0);
	for (len = 0; len < tree.len; len++) {
		void *cut = exact_copy(tree.blob, len);

		assert_int_equal(policy_overlay_check(cut, len, &serial),
			-ERR_TRUNCATED);
		assert_int_equal(serial, 99);
		free(cut);
	}
	assert_int_equal(policy_overlay_check(tree.blob, tree.len, &serial), 0);
	assert_int_equal(serial, 7);
}

/* The base alone is too large, then the sum of both; never beyond @cap. */
static void merging_where_room_is_short(void **state)
{
	static _Alignas(8) uint8_t overlay[2 * TREE_BYTES];
	static _Alignas(8) uint8_t room[POLICY_MAX_BYTES];
	const void *base;
	size_t base_len;
	size_t need = 0;
	size_t len = 99;
	size_t cap;

	(void)state;
	make_overlay(1, "crashes", 5, 0);
	base = policy_builtin(&base_len);
	for (cap = 0; cap < base_len + tree.len && !need; cap += 8) {
		uint8_t *exact = calloc(1, cap + 1);
		int err;

		memcpy(overlay, tree.blob, tree.len);
		err = policy_overlay_merge(base, overlay, exact, cap, &len);
		assert_true(err == 0 || err == -ERR_TOO_LARGE);
		if (err == 0)
			need = len;
		else
			assert_int_equal(len, 99);
		free(exact);
	}
	assert_true(need > base_len);
	/* As much room as anybody says there is, but no larger a policy. */
	memcpy(overlay, tree.blob, tree.len);
	assert_int_equal(
		policy_overlay_merge(base, overlay, room, SIZE_MAX, &len), 0);
	assert_int_equal(len, need);
}

/* libfdt does not survive all of them. */
static void overlays_with_references(void **state)
{
	static const char *const nodes[] = {
		"__symbols__", "__fixups__", "__local_fixups__"};
	uint32_t serial;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		tree_begin(&tree);
		tree_text(&tree, "compatible", POLICY_OVERLAY_COMPATIBLE);
		tree_number(&tree, "base-serial", 1);
		tree_node(&tree, nodes[i]);
		tree_end(&tree);
		tree_finish(&tree);
		assert_int_equal(
			policy_overlay_check(tree.blob, tree.len, &serial),
			-ERR_UNSUPPORTED);
	}
}

static void deep_overlays(void **state)
{
	uint32_t serial;
	int depth;
	int i;

	(void)state;
	for (depth = 1; depth < 40; depth++) {
		tree_begin(&tree);
		tree_text(&tree, "compatible", POLICY_OVERLAY_COMPATIBLE);
		tree_number(&tree, "base-serial", 3);
		for (i = 0; i < depth; i++)
			tree_node(&tree, "n");
		for (i = 0; i < depth; i++)
			tree_end(&tree);
		tree_finish(&tree);
		assert_int_equal(
			policy_overlay_check(tree.blob, tree.len, &serial),
			depth > POLICY_OVERLAY_MAX_DEPTH ? -ERR_CORRUPT : 0);
	}
}

/* --- A stick ----------------------------------------------------------------
 */

static void a_stick_narrows(void **state)
{
	const struct policy *p;

	(void)state;
	machine.platform.origin = POLICY_ORIGIN_REMOVABLE;
	record.policy_serial = 50;
	put_policy(POLICY_SLOT_NEWEST, 7, &owner);
	p = open_policy();
	assert_int_equal(force.choice.in_force, POLICY_SLOT_BUILTIN);
	assert_int_equal(
		force.choice.state[POLICY_SLOT_NEWEST], POLICY_ACCEPTED);
	assert_int_equal(p->serial, 1);
	assert_int_equal(p->crashes, 3);
	assert_int_equal(p->window_hours, 24);
	/* Its own vendor is none of this PC's. */
	assert_int_equal(p->rule_count, 1);
	assert_string_equal(p->rules[0].vendor, "CrowdStrike Falcon");
	HEARD("narrowed by what came with this program.");
	/* Nor does the PC remember the stick's serial. */
	policy_choice_remember(&force.choice, &record);
	assert_int_equal(record.policy_serial, 50);
}

/* Whoever can write its partition must not get rid of a policy by that. */
static void a_policy_that_was_deleted(void **state)
{
	(void)state;
	record.policy_serial = 7;
	assert_choice(POLICY_SLOT_BUILTIN, POLICY_ABSENT, POLICY_ABSENT);
	assert_int_equal(force.choice.policy.mode[POLICY_ORIGIN_INSTALLED],
		POLICY_DETECT_ONLY);
	/* The previous one is what the owner wanted as well. */
	record.policy_previous_serial = 6;
	put_policy(POLICY_SLOT_PREVIOUS, 6, &owner);
	assert_choice(POLICY_SLOT_PREVIOUS, POLICY_ABSENT, POLICY_ACCEPTED);
	assert_int_equal(
		force.choice.policy.mode[POLICY_ORIGIN_INSTALLED], POLICY_ACT);
}

static void a_stick_on_a_pc_with_a_policy(void **state)
{
	(void)state;
	machine.platform.origin = POLICY_ORIGIN_REMOVABLE;
	make_policy(7, NULL, "signed-order-only");
	put(POLICY_SLOT_INSTALLED, &owner);
	(void)open_policy();
	assert_int_equal(force.choice.in_force, POLICY_SLOT_INSTALLED);
	assert_int_equal(force.choice.policy.mode[POLICY_ORIGIN_REMOVABLE],
		POLICY_SIGNED_ORDER_ONLY);
	assert_false(force.choice.is_narrowed);
	make_policy(3, NULL, "ask");
	put(POLICY_SLOT_NEWEST, &owner);
	(void)open_policy();
	assert_int_equal(force.choice.policy.mode[POLICY_ORIGIN_REMOVABLE],
		POLICY_DETECT_ONLY);
	assert_int_equal(force.choice.policy.serial, 7);
	/* That an old one is put back is seen from a stick as well. */
	record.policy_serial = 8;
	(void)open_policy();
	assert_int_equal(
		force.choice.state[POLICY_SLOT_INSTALLED], POLICY_ROLLED_BACK);
	assert_int_equal(force.choice.in_force, POLICY_SLOT_BUILTIN);
	assert_int_equal(force.choice.policy.mode[POLICY_ORIGIN_REMOVABLE],
		POLICY_DETECT_ONLY);
	/* Installed, the slot means nothing. */
	machine.platform.origin = POLICY_ORIGIN_INSTALLED;
	record.policy_serial = 0;
	(void)open_policy();
	assert_int_equal(
		force.choice.state[POLICY_SLOT_INSTALLED], POLICY_ABSENT);
	assert_int_equal(force.choice.in_force, POLICY_SLOT_NEWEST);
}

static void an_overlay_on_a_stick(void **state)
{
	(void)state;
	machine.platform.origin = POLICY_ORIGIN_REMOVABLE;
	make_overlay(1, "crashes", 5, 0);
	put(POLICY_SLOT_OVERLAY, &owner);
	(void)open_policy();
	assert_int_equal(
		force.choice.state[POLICY_SLOT_OVERLAY], POLICY_ACCEPTED);
	assert_int_equal(force.choice.in_force, POLICY_SLOT_BUILTIN);
	assert_int_equal(force.choice.policy.crashes, 5);
	assert_true(force.choice.is_narrowed);
	/* It narrows: of two numbers the stricter one. */
	make_overlay(1, "max-files", POLICY_MAX_FILES, 0);
	put(POLICY_SLOT_OVERLAY, &owner);
	(void)open_policy();
	assert_int_equal(
		force.choice.state[POLICY_SLOT_OVERLAY], POLICY_ACCEPTED);
	assert_int_equal(force.choice.policy.max_files, 16);
}

/* What the PC's own policy forbids cannot be known: so everything is. */
static void a_stick_that_cannot_read_the_pcs_policy(void **state)
{
	(void)state;
	machine.platform.origin = POLICY_ORIGIN_REMOVABLE;
	put_policy(POLICY_SLOT_NEWEST, 7, &owner);
	put_policy(POLICY_SLOT_INSTALLED, 7, &owner);
	machine.files[FILE_INSTALLED].err = -ERR_IO;
	(void)open_policy();
	assert_int_equal(
		force.choice.state[POLICY_SLOT_INSTALLED], POLICY_UNREADABLE);
	assert_int_equal(force.choice.policy.mode[POLICY_ORIGIN_REMOVABLE],
		POLICY_DETECT_ONLY);
	machine.files[FILE_INSTALLED].err = 0;
	(void)open_policy();
	assert_int_equal(
		force.choice.policy.mode[POLICY_ORIGIN_REMOVABLE], POLICY_ACT);
}

/* --- Everything else --------------------------------------------------------
 */

static void without_memory(void **state)
{
	uint64_t nth;
	int err;

	(void)state;
	put_policy(POLICY_SLOT_NEWEST, 7, &owner);
	make_overlay(7, "crashes", 5, 0);
	put(POLICY_SLOT_OVERLAY, &owner);
	for (nth = 1;; nth++) {
		policy_in_force_close(&force);
		fake_machine_forget(&machine);
		failalloc_arm(nth, false);
		err = policy_in_force_open(&machine.platform, &record, &force);
		if (!failalloc_disarm())
			break;
		/* No policy, one that forbids everything, or not noticed. */
		assert_true(err == 0 || err == -ERR_NO_MEMORY);
		assert_int_equal(machine.said_count, 1);
		if (err == 0 && force.choice.policy.crashes != 5)
			assert_int_equal(force.choice.policy.mode[0],
				POLICY_DETECT_ONLY);
	}
	assert_true(nth > 8);
	assert_int_equal(force.choice.policy.crashes, 5);
}

static void names_for_everything(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < POLICY_STATE_COUNT; i++)
		assert_string_not_equal(
			policy_state_name((enum policy_state)i), "unknown");
	for (i = 0; i <= POLICY_SLOT_COUNT; i++)
		assert_string_not_equal(
			policy_slot_name((enum policy_slot)i), "unknown");
	assert_string_equal(policy_state_name(POLICY_STATE_COUNT), "unknown");
	assert_string_equal(
		policy_slot_name((enum policy_slot)(POLICY_SLOT_COUNT + 1)),
		"unknown");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_but_the_builtin),
		TEST(a_signed_one),
		TEST(not_signed),
		TEST(without_a_key),
		TEST(signed_but_no_policy),
		TEST(not_readable),
		TEST(the_previous_one),
		TEST(rolled_back),
		TEST(expired),
		TEST(clocks),
		TEST(an_overlay),
		TEST(overlays_that_are_refused),
		TEST(an_overlay_that_expires),
		TEST(overlays_cut_short),
		TEST(merging_where_room_is_short),
		TEST(overlays_with_references),
		TEST(deep_overlays),
		TEST(a_stick_narrows),
		TEST(a_policy_that_was_deleted),
		TEST(a_stick_on_a_pc_with_a_policy),
		TEST(an_overlay_on_a_stick),
		TEST(a_stick_that_cannot_read_the_pcs_policy),
		TEST(without_memory),
		TEST(names_for_everything),
	};

	return cmocka_run_group_tests(tests, open_signers, close_signers);
}
