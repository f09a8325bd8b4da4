/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A vendor rule: which files of which folder are delivered content.  Filled in
 * from the policy (recovery/policy.h); knows nothing of where it came from.
 */
#ifndef QUARANTINE_RULE_H
#define QUARANTINE_RULE_H

#include <stdbool.h>
#include <stddef.h>

#define RULE_MAX_PATTERNS 8

enum rule_unit {
	RULE_UNIT_FILE /* each file is a delivery of its own */
};

/* The strings belong to the policy and live as long as it does. */
struct rule {
	const char *vendor; /* "CrowdStrike Falcon" */
	const char *folder; /* "Windows/System32/drivers/CrowdStrike" */
	enum rule_unit unit;
	const char *patterns[RULE_MAX_PATTERNS]; /* content: "C-*.sys" */
	size_t pattern_count;
	const char *never[RULE_MAX_PATTERNS]; /* never held, whatever matches */
	size_t never_count;
};

/**
 * rule_matches - is @name content that this rule may hold?
 *
 * '*' stands for any run of characters, '?' for one; letters compare without
 * regard to case (ASCII).  A name that is already on hold never matches.
 */
bool rule_matches(const struct rule *r, const char *name);

#endif
