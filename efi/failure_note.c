/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading, heeding, foreseeing and removing the failure note. */
#include <stdio.h>

#include "efi/failure_note.h"
#include "efi/last_resort.h"
#include "efi/vars.h"
#include "storage/err.h"

#define SENTENCE_BYTES 256

/*
 * A note nobody can read is a failure nobody could note down properly.  Or the
 * power failed while the firmware stored it: that is before a change of the
 * disk or after it, so that there is nothing to finish before Windows starts.
 */
static void note_read(const struct firmware *fw, struct failure *ret)
{
	uint8_t bytes[FAILURE_BYTES];
	size_t len;
	int err = vars_get(fw, &vars_failure, bytes, sizeof(bytes), &len);

	*ret = (struct failure){.kind = FAILURE_NONE};
	if (!err)
		err = failure_check(bytes, len, ret);
	if (err == -ERR_CORRUPT || err == -ERR_TRUNCATED ||
		err == -ERR_TOO_LARGE)
		*ret = (struct failure){.kind = FAILURE_UNKNOWN,
			.count = 1,
			.program = failure_program(LOOPBREAKER_VERSION)};
}

static void note_report(struct front *f, const struct failure *failure)
{
	struct report_line line;

	report_begin(&line, "own-failure");
	failure_report(&line, "kind", failure);
	console_report(&f->console, report_end(&line));
}

static void note_say(struct front *f, const struct failure *failure)
{
	char sentence[SENTENCE_BYTES];
	bool is_last = failure->count >= FAILURE_MAX;

	(void)snprintf(sentence, sizeof(sentence),
		"Loopbreaker itself %s when it last ran on this PC (%u in a "
		"row): nothing is examined or changed %s. Please report this.",
		failure_text(failure->kind), (unsigned int)failure->count,
		is_last ? "any more by this version" : "this time");
	console_say(&f->console, SAY_ERROR, sentence);
}

/* This run is the second try, or the third. */
static void note_say_again(struct front *f, const struct failure *failure)
{
	char sentence[SENTENCE_BYTES];

	(void)snprintf(sentence, sizeof(sentence),
		"Loopbreaker %s when it last ran on this PC (%u in a row): by "
		"a power failure, or by a crash. It tries again.",
		failure_text(failure->kind), (unsigned int)failure->count);
	console_say(&f->console, SAY_WARNING, sentence);
}

static int note_store(struct front *f, const struct failure *failure)
{
	uint8_t bytes[FAILURE_BYTES];

	failure_encode(failure, bytes);
	return vars_set(f->fw, &vars_failure, bytes, sizeof(bytes));
}

bool failure_note_heed(struct front *f)
{
	struct failure failure;

	note_read(f->fw, &failure);
	f->failure = failure;
	last_resort_set_failure(&failure);
	if (failure_allows_run(
		    &failure, failure_program(LOOPBREAKER_VERSION))) {
		if (failure_is_foreseen(failure.kind)) {
			note_say_again(f, &failure);
			note_report(f, &failure);
		}
		return false;
	}
	note_say(f, &failure);
	note_report(f, &failure);
	failure.was_seen = true;
	/* If that fails, the next start hands over without acting, too. */
	(void)note_store(f, &failure);
	return true;
}

bool failure_note_foresee(struct front *f, enum failure_kind kind)
{
	struct failure failure;

	failure_foresee(&f->failure, kind, failure_program(LOOPBREAKER_VERSION),
		&failure);
	return note_store(f, &failure) == 0;
}

void failure_note_clear(struct front *f)
{
	if (vars_remove(f->fw, &vars_failure) < 0)
		console_say(&f->console, SAY_WARNING,
			"The note of a failure of Loopbreaker could not be "
			"removed.");
}
