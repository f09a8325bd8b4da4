/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words for what cannot be done, or need not be done, of an order. */
#include "recovery/tell.h"

#include <stdio.h>

#include "quarantine/hold.h"
#include "storage/err.h"

#define NAME_MAX_CHARS (255 - HOLD_SUFFIX_CHARS)

/* What is not done, for a reason the verdict did not know. */
static void tell_refusal(const struct platform *p, const char *sentence)
{
	struct report_line l;

	report_begin(&l, "refused");
	report_string(&l, "text", sentence);
	tell_send(p, &l);
	tell(p, SAY_WARNING, "%s", sentence);
}

void tell_no_plan(const struct platform *p, const struct order *order,
	const char *volume, bool is_there, int err)
{
	const char *name = order->path ? order->path : "the files on hold";
	char text[TELL_SENTENCE_BYTES];

	if (err == -ERR_NOT_FOUND && is_there)
		(void)snprintf(text, sizeof(text),
			"%s cannot be held: only plain files can, named by "
			"their long name (no folder, link, system file or "
			"8.3 name).",
			name);
	else if (err == -ERR_NOT_FOUND)
		(void)snprintf(text, sizeof(text),
			"There is no file %s on %s: nothing is changed.", name,
			volume);
	else if (err == -ERR_AMBIGUOUS)
		(void)snprintf(text, sizeof(text),
			"More than one file is named %s but for capital "
			"letters: nothing is changed.",
			name);
	else if (err == -ERR_TOO_LARGE && order->kind == ORDER_HOLD_PATH)
		(void)snprintf(text, sizeof(text),
			"The name of %s is too long to be held: at most %d "
			"characters leave room for the addition.",
			name, NAME_MAX_CHARS);
	else
		(void)snprintf(text, sizeof(text),
			"No plan could be made for %s (%s): nothing is "
			"changed.",
			name, err_text(err));
	tell_refusal(p, text);
}

void tell_not_remembered(const struct platform *p)
{
	tell_refusal(p,
		"A repair could not be remembered here, so that nothing would "
		"end its repetition: only an order is followed, a person's for "
		"a file or a signed one.");
}

void tell_nothing_to_do(
	const struct platform *p, const struct order *order, const char *volume)
{
	if (order->kind == ORDER_HOLD_PATH)
		tell(p, SAY_RESULT, "%s is on hold already.", order->path);
	else if (order->path)
		tell(p, SAY_RESULT, "There is no file %s on hold on %s.",
			order->path, volume);
	else
		tell(p, SAY_RESULT, "No content is on hold on %s.", volume);
}

static const char *why_not(int err)
{
	switch (-err) {
	case ERR_UNSUPPORTED:
		return "a file has a form that cannot be renamed safely, for "
		       "example a second hard link";
	case ERR_EXISTS:
		return "another file has the new name already";
	case ERR_NO_SPACE:
		return "there is no room for the new name";
	case ERR_CORRUPT:
		return "the folder and its files contradict each other; let "
		       "Windows check the volume";
	case ERR_NOT_STORED:
		return "the result was not what it should be";
	default:
		return err_text(err);
	}
}

void tell_not_applied(const struct platform *p, int err)
{
	tell(p, SAY_ERROR,
		"Tried in memory, the change did not work out: %s.  Nothing "
		"was written.",
		why_not(err));
}
