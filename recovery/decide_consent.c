/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * On whose word?  Two sources that agree, a signed incident order, or a person:
 * the policy says for each way Loopbreaker was started which of them suffices.
 */
#include "recovery/decide_parts.h"

/* Nothing is remembered of what is not done. */
static void deny(struct deciding *c)
{
	struct decision *d = c->d;

	decide_because(d,
		c->e->mode == POLICY_SIGNED_ORDER_ONLY
			? REASON_MODE_ORDER_ONLY
			: REASON_MODE_DETECT_ONLY,
		0, 0);
	d->consent = CONSENT_DENIED;
}

void decide_consent(struct deciding *c)
{
	enum policy_mode mode = c->e->mode;

	if (!decide_is_action(c->d))
		return;
	/* What was begun with consent is finished, or the disk stays torn. */
	if (c->d->is_finishing && mode != POLICY_DETECT_ONLY)
		return;
	if (c->word != POLICY_WORD_PERSON && policy_may(mode, c->word))
		return;
	if (!policy_may(mode, POLICY_WORD_PERSON)) {
		deny(c);
		return;
	}
	if (c->word != POLICY_WORD_PERSON)
		decide_because(c->d, REASON_MODE_ASK, 0, 0);
	c->d->consent = CONSENT_NEEDED;
}
