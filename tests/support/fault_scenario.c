/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/fault_scenario.h"

#include <stdlib.h>

#include "tests/support/july_batch.h"

/* So often that the next start would go to Automatic Repair. */
#define WOULD_DIVERT                                                           \
	{                                                                      \
		.size = 0xC8, .attempts = 2, .boot_id = JULY_LAST_BOOT + 1,    \
		.clean_boot_id = JULY_NOTED_BOOT - 1,                          \
		.heartbeat = JULY_HEARTBEAT                                    \
	}

static char batch_more[JULY_BATCH_BYTES];

const struct fault_scenario fault_scenarios[FAULT_SCENARIOS] = {
	{.name = "hold", .verdict = VERDICT_HOLD},
	{.name = "boot-status",
		.july = {.status = WOULD_DIVERT},
		.verdict = VERDICT_HOLD},
	{.name = "replay",
		.july = {.has_table = true,
			.journal = "--version 2.0 --committed "
				   "Windows/System32/ntoskrnl.exe=2 "
				   "--unfinished pagefile.sys=1",
			.status = WOULD_DIVERT},
		.has_open_journal = true,
		.verdict = VERDICT_HOLD},
	{.name = "large-folder",
		.july = {.more = "filler /" JULY_FOLDER " 400\n",
			.journal = "--version 1.1 --closed"},
		.verdict = VERDICT_HOLD},
	{.name = "ordered", .order = ORDER_HOLD_PATH, .verdict = VERDICT_HOLD},
	{.name = "undo",
		.is_after_hold = true,
		.order = ORDER_UNDO,
		.verdict = VERDICT_RESTORE_AND_HOLD,
		.is_undone = true},
	{.name = "restore",
		.july = {.has_table = true},
		.is_after_hold = true,
		.has_crashed_on = true,
		.verdict = VERDICT_RESTORE_AND_HOLD,
		.is_undone = true},
	{.name = "move", .is_moving = true, .verdict = VERDICT_HOLD},
	{.name = "undo-move",
		.is_moving = true,
		.is_after_hold = true,
		.order = ORDER_UNDO,
		.verdict = VERDICT_RESTORE_AND_HOLD,
		.is_undone = true},
	{.name = "locked",
		.july = {.has_table = true,
			.is_suspended = true,
			.journal = "--version 2.0 --committed "
				   "Windows/System32/ntoskrnl.exe=2 "
				   "--unfinished pagefile.sys=1",
			.status = WOULD_DIVERT},
		.has_open_journal = true,
		.verdict = VERDICT_HOLD},
	{.name = "batch",
		.july = {.more = batch_more},
		.verdict = VERDICT_HOLD,
		.can_lose_names = true},
};

void fault_scenario_setup(void)
{
	july_batch_more(batch_more);
}

void fault_scenario_policy(const struct fault_scenario *s, struct policy *ret)
{
	size_t len;
	const void *bytes = policy_builtin(&len);

	if (policy_check(bytes, len, ret) < 0)
		abort();
	ret->max_files = JULY_BATCH;
	for (size_t i = 0; s->is_moving && i < ret->rule_count; i++)
		if (ret->rules[i].unit == RULE_UNIT_FILE)
			ret->rules[i].hold = RULE_HOLD_MOVE;
}
