/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is wrong with a policy, and where: for its author, before anybody signs
 * it.  policy_check() only says that something is.
 */
#ifndef RECOVERY_POLICY_LINT_H
#define RECOVERY_POLICY_LINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define POLICY_LINT_TEXT_BYTES 256
#define POLICY_LINT_PATH_BYTES 256

struct policy_finding {
	bool is_error; /* the policy is refused, or must not be signed */
	char path[POLICY_LINT_PATH_BYTES]; /* of the node: "/vendors/x" */
	const char *property;		   /* or NULL: the node itself */
	char text[POLICY_LINT_TEXT_BYTES]; /* what is wrong, no full stop */
};

/**
 * policy_lint - look for everything that is wrong with a policy
 * @blob: @len bytes, aligned to 8
 * @now:  FILETIME, to find an expiry in the past; 0: do not
 * @tell: called for each finding
 *
 * Finds unknown properties (ignored, so usually a slip), values out of bounds,
 * what is missing, patterns that mean files of Windows itself, rules that mean
 * the same files, rules without effect.  What it does not call an error is
 * accepted by policy_check(), and the other way round what that refuses is an
 * error here.  Returns the number of errors; negative if it is no tree at all,
 * as tree_check().
 */
int policy_lint(const void *blob, size_t len, uint64_t now,
	void (*tell)(void *ctx, const struct policy_finding *f), void *ctx);

/** policy_patterns_meet - is there a name that both patterns match? */
bool policy_patterns_meet(const char *a, const char *b);

#endif
