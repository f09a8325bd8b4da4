/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What must be true of every decision, whatever it was made from. */
#ifndef TESTS_SUPPORT_DECISION_CHECK_H
#define TESTS_SUPPORT_DECISION_CHECK_H

#include "recovery/decide.h"

/** decision_reason - the reason @id; NULL if it is none */
const struct reason *decision_reason(
	const struct decision *d, enum reason_id id);

/** decision_has - is @id among the reasons? */
bool decision_has(const struct decision *d, enum reason_id id);

/**
 * decision_is_sane - does @d obey the rules that know no exception?
 *
 * Returns NULL, or what is wrong.
 */
const char *decision_is_sane(const struct evidence *e, const struct policy *p,
	uint32_t hold_id, const struct decision *d);

#endif
