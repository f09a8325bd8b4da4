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
#define RULE_MAX_DRIVERS  16
/* Those of two rules, and one's drivers: see policy_narrow(). */
#define RULE_MAX_NEVER (2 * RULE_MAX_PATTERNS + RULE_MAX_DRIVERS)

enum rule_unit {
	RULE_UNIT_FILE, /* each file is a delivery of its own */
	/*
	 * Each folder in the rule's folder is one generation, valid only as a
	 * whole; the patterns are for their names.  "never" and "drivers" are
	 * for their names and for the files in them: a generation that brings
	 * such a file is left alone.
	 */
	RULE_UNIT_GENERATION
};

enum rule_hold {
	RULE_HOLD_RENAME, /* in its own folder */
	/* Out of its folder, for drivers that read every file in it; only with
	   RULE_UNIT_FILE. */
	RULE_HOLD_MOVE
};

/* The strings belong to the policy and live as long as it does. */
struct rule {
	const char *vendor; /* "CrowdStrike Falcon" */
	const char *folder; /* "Windows/System32/drivers/CrowdStrike" */
	enum rule_unit unit;
	enum rule_hold hold;
	const char *patterns[RULE_MAX_PATTERNS]; /* content: "C-*.sys" */
	size_t pattern_count;
	const char *never[RULE_MAX_NEVER]; /* never held, whatever matches */
	size_t never_count;
	/*
	 * The vendor's drivers as a crash dump names them: "csagent.sys".
	 * Patterns, too; never held either.
	 */
	const char *drivers[RULE_MAX_DRIVERS];
	size_t driver_count;
};

/**
 * rule_matches - is @name content that this rule may hold?
 *
 * '*' stands for any run of characters, '?' for one; letters compare without
 * regard to case (ASCII).  A name that is already on hold never matches.
 */
bool rule_matches(const struct rule *r, const char *name);

/** rule_bars - is @name one that the rule never holds, whatever it matches? */
bool rule_bars(const struct rule *r, const char *name);

/** rule_is_driver - does @module ("csagent.sys") belong to the vendor? */
bool rule_is_driver(const struct rule *r, const char *module);

/**
 * rule_pattern_covers - does @wide match every name that @narrow matches?
 *
 * Errs on the side of "no": true only where it can be seen from the text.
 */
bool rule_pattern_covers(const char *wide, const char *narrow);

#endif
