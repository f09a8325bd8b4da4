/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * decide() on every point of the space of evidence, against rules written down
 * a second time.  LOOPBREAKER_DEEP=1: all of them; otherwise a part.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/decision_again.h"
#include "tests/support/decision_check.h"
#include "tests/support/decision_space.h"

/* No factor of any question's answers: every answer meets every other. */
#define STRIDE 61

static void explain(const struct decision_point *p, const struct decision *d)
{
	size_t i;
	int q;

	for (q = 0; q < ASK_COUNT; q++)
		print_message("%s: %s\n",
			decision_space_question((enum decision_question)q),
			decision_space_answer(
				(enum decision_question)q, p->answers[q]));
	print_message("verdict %s, consent %d, because",
		verdict_text(d->verdict), (int)d->consent);
	for (i = 0; i < d->reason_count; i++)
		print_message(" %s", reason_name(d->reasons[i].id));
	print_message("\n");
}

static enum again_change change_of(const struct decision *d)
{
	switch (d->verdict) {
	case VERDICT_HOLD:
		return AGAIN_HOLD;
	case VERDICT_RESTORE_AND_HOLD:
		return AGAIN_RESTORE;
	case VERDICT_BOOT:
	case VERDICT_RETRY:
	case VERDICT_REFUSE:
		break;
	}
	return AGAIN_NOTHING;
}

static const char *compare(const struct again *again, const struct decision *d)
{
	static const char *const lacks[] = {"a change that is not due",
		"a hold that was due was not made",
		"a restore that was due was not made"};

	if (change_of(d) != again->change)
		return lacks[again->change];
	if (d->consent != again->consent)
		return "on another word than the policy's";
	return NULL;
}

static void every_point(void **state)
{
	unsigned long by_verdict[VERDICT_REFUSE + 1] = {0};
	unsigned long size = decision_space_size();
	unsigned long step = getenv("LOOPBREAKER_DEEP") ? 1 : STRIDE;
	struct decision_point p;
	struct decision d;
	unsigned long i;
	int v;

	(void)state;
	for (i = 0; i < size; i += step) {
		const char *wrong;
		struct again again;

		decision_space_point(i, &p);
		memset(&d, 0x5A, sizeof(d));
		decide(&p.evidence, &p.policy, SPACE_HOLD_ID, &d);
		wrong = decision_is_sane(
			&p.evidence, &p.policy, SPACE_HOLD_ID, &d);
		again = decision_again(&p.evidence, &p.policy);
		if (!wrong)
			wrong = compare(&again, &d);
		if (wrong) {
			explain(&p, &d);
			fail_msg("%s", wrong);
		}
		by_verdict[d.verdict]++;
	}
	print_message("%lu of %lu:", (size + step - 1) / step, size);
	for (v = VERDICT_BOOT; v <= VERDICT_REFUSE; v++) {
		print_message(" %s %lu", verdict_text((enum verdict)v),
			by_verdict[v]);
		assert_true(by_verdict[v] > 100);
	}
	print_message("\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_point),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
