/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A person's part.  Nobody has to press a key: without one, what needs no
 * consent is done, and what needs it is not.
 */
#include <stdio.h>

#include "recovery/run_parts.h"
#include "recovery/tell.h"

#define ASK_SECONDS	  60 /* to read, understand and answer */
#define COUNTDOWN_SECONDS 10 /* to stop what is certain */

#define QUESTION_BYTES 160

static size_t count_kind(const struct plan *plan, enum plan_kind kind)
{
	size_t count = 0;
	size_t i;

	for (i = 0; i < plan->count; i++)
		count += plan->steps[i].kind == kind;
	return count;
}

static void put_question(const struct plan *plan, char *buf, size_t cap)
{
	size_t holds = count_kind(plan, PLAN_HOLD);
	size_t undos = count_kind(plan, PLAN_UNDO);

	/* Never both: a hold grows, or is given back as a whole. */
	if (undos)
		(void)snprintf(buf, cap,
			"Give these files their names back (%zu)?", undos);
	else
		(void)snprintf(buf, cap,
			"Put these files on hold (%zu)? They are renamed, "
			"never deleted.",
			holds);
}

static enum answer ask(const struct run *r, bool is_yes_unless)
{
	char text[QUESTION_BYTES];
	struct question q = {
		.text = text,
		.seconds = is_yes_unless ? COUNTDOWN_SECONDS : ASK_SECONDS,
		.is_yes_unless = is_yes_unless,
	};

	put_question(&r->plan, text, sizeof(text));
	return r->platform->ops->ask(r->platform->ctx, &q);
}

static void report_answer(const struct run *r, enum answer answer)
{
	static const char *const texts[] = {
		[ANSWER_NOBODY] = "nobody",
		[ANSWER_YES] = "yes",
		[ANSWER_NO] = "no",
	};
	struct report_line l;

	report_begin(&l, "answer");
	report_string(&l, "answer", texts[answer]);
	tell_send(r->platform, &l);
}

bool run_may_go_on(const struct run *r)
{
	bool is_needed = r->decision.consent == CONSENT_NEEDED;
	enum answer answer;

	if (r->decision.consent == CONSENT_DENIED)
		return false; /* its reason was told with the verdict */
	if (r->order->kind != ORDER_NONE ||
		(!is_needed && !r->platform->is_attended))
		return true;
	answer = ask(r, !is_needed);
	report_answer(r, answer);
	if (answer == ANSWER_YES || (answer == ANSWER_NOBODY && !is_needed))
		return true;
	tell(r->platform, SAY_RESULT,
		answer == ANSWER_NO
			? "As you say: nothing is changed."
			: "Nobody has agreed to it: nothing is changed.");
	return false;
}
