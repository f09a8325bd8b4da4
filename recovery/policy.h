/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The policy: thresholds, limits and vendor rules, as a flattened device tree
 * (source: images/policy/default.dts, compiled by dtc, read by libfdt).
 */
#ifndef RECOVERY_POLICY_H
#define RECOVERY_POLICY_H

#include <stddef.h>
#include <stdint.h>

#include "quarantine/rule.h"

#define POLICY_COMPATIBLE "loopbreaker,policy-1"
#define POLICY_MAX_BYTES  65536
#define POLICY_MAX_RULES  16

/* Bounds a policy may not leave, whoever wrote it. */
#define POLICY_MIN_CRASHES	2
#define POLICY_MAX_CRASHES	10
#define POLICY_MAX_WINDOW_HOURS 720
#define POLICY_MAX_FILES	64

struct policy {
	uint32_t serial;
	uint32_t crashes;      /* crashed sessions in a row before acting */
	uint32_t window_hours; /* blame window before the crash */
	uint32_t max_files;    /* a larger set is not one delivery: refuse */
	struct rule rules[POLICY_MAX_RULES];
	size_t rule_count;
};

/**
 * policy_check - parse a policy
 * @blob: @len hostile bytes; must stay where they are as long as *@ret is
 *	  used, whose strings point into it.  Aligned to 8 bytes.
 *
 * Returns 0; -ERR_TRUNCATED, -ERR_CORRUPT, -ERR_UNSUPPORTED (another
 * "compatible" or unit), -ERR_TOO_LARGE (a value outside the bounds above).
 * *@ret is written only on success.
 */
int policy_check(const void *blob, size_t len, struct policy *ret);

/** policy_builtin - the compiled-in default policy's bytes */
const void *policy_builtin(size_t *ret_len);

#endif
