/* SPDX-License-Identifier: GPL-2.0-or-later */
/* policy_check() on any bytes; what it accepts must be safe to use. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "recovery/policy.h"
#include "recovery/policy_text.h"
#include "tests/support/mutate.h"
#include "tests/support/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_rule(const struct rule *r)
{
	size_t i;

	if (!policy_text_is_plain(r->vendor, POLICY_NAME_CHARS) ||
		!policy_text_is_folder(r->folder) ||
		(r->unit != RULE_UNIT_FILE &&
			r->unit != RULE_UNIT_GENERATION) ||
		r->driver_count > RULE_MAX_DRIVERS || r->pattern_count < 1 ||
		r->pattern_count > RULE_MAX_PATTERNS ||
		r->never_count > RULE_MAX_PATTERNS)
		abort();
	for (i = 0; i < r->pattern_count; i++)
		if (!policy_text_is_pattern(r->patterns[i]))
			abort();
	(void)rule_matches(r, "C-00000291-00000000-00000032.sys");
}

static void check(const void *blob, size_t size)
{
	struct policy p;
	size_t i;

	if (policy_check(blob, size, &p) < 0)
		return;
	if (p.serial < POLICY_MIN_SERIAL || p.crashes < POLICY_MIN_CRASHES ||
		p.crashes > POLICY_MAX_CRASHES || p.window_hours < 1 ||
		p.window_hours > POLICY_MAX_WINDOW_HOURS || p.max_files < 1 ||
		p.max_files > POLICY_MAX_FILES ||
		p.rule_count > POLICY_MAX_RULES || p.max_rung < 1 ||
		p.max_rung > POLICY_MAX_RUNG || p.share > SHARE_ALL ||
		p.network_seconds < 1 ||
		p.network_seconds > POLICY_MAX_NETWORK_SECONDS)
		abort();
	for (i = 0; i < POLICY_ORIGIN_COUNT; i++)
		if (!strcmp(policy_mode_text(p.mode[i]), "unknown"))
			abort();
	for (i = 0; i < p.rule_count; i++)
		check_rule(&p.rules[i]);
}

static struct tree tree;

/* What the built-in policy does without. */
static void make_canary(void)
{
	tree_begin(&tree);
	tree_text(&tree, "compatible", POLICY_COMPATIBLE);
	tree_number(&tree, "serial", 7);
	tree_node(&tree, "limits");
	tree_number(&tree, "crashes", 2);
	tree_number(&tree, "window-hours", 24);
	tree_number(&tree, "max-files", 16);
	tree_number(&tree, "share-per-mille", 10);
	tree_end(&tree);
	tree_node(&tree, "vendors");
	tree_end(&tree);
	tree_finish(&tree);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t len;
	const void *builtin = policy_builtin(&len);

	mutate_try(builtin, len, data, size, check);
	make_canary();
	mutate_try(tree.blob, tree.len, data, size, check);
	return 0;
}
