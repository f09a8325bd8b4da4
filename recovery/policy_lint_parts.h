/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of policy_lint() share.  Nobody else includes this.
 *
 *   policy_lint.c	   properties: unknown, missing, of the wrong form
 *   policy_lint_rules.c   what the rules mean, together and against Windows
 */
#ifndef RECOVERY_POLICY_LINT_PARTS_H
#define RECOVERY_POLICY_LINT_PARTS_H

#include "recovery/policy.h"
#include "recovery/policy_lint.h"

struct linting {
	const void *fdt;
	void (*tell)(void *ctx, const struct policy_finding *f);
	void *ctx;
	int errors;
};

/** policy_lint_find - tell of one finding at @node */
void policy_lint_find(struct linting *l, bool is_error, int node,
	const char *property, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/** policy_lint_rules - @p is what policy_check() made of l->fdt */
void policy_lint_rules(struct linting *l, const struct policy *p);

#endif
