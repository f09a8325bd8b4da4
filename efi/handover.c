/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hand-over ladder on real firmware.  Every step ends in a reset that the
 * record has counted, in Windows, or back in the firmware.
 */
#include <stdio.h>

#include "efi/alloc.h"
#include "efi/chainload.h"
#include "efi/exception.h"
#include "efi/handover.h"
#include "efi/last_resort.h"
#include "efi/pass_mark.h"
#include "efi/platform.h"
#include "efi/report_send.h"
#include "efi/reset.h"
#include "efi/status.h"
#include "efi/vars.h"
#include "recovery/handover.h"
#include "recovery/report.h"
#include "storage/err.h"

#define SENTENCE_BYTES 256

/*
 * After this many hand-overs in a row without a session, a program that comes
 * back is not tried again: the firmware's next entry is.
 */
#define MAX_PASSES 4

/* Time to read what is on the screen, on the rare paths that lose it. */
#define READ_SECONDS 10

void handover_prepare(struct front *f)
{
	f->has_target = bootopt_choose(f->fw, &f->target) == 0;
	if (f->has_target)
		last_resort_set_next(f->target.number);
}

bool handover_begin(struct front *f)
{
	/* If it fails: handover_carry_out() tries again, and says why. */
	return f->has_target && !bootopt_set_next(f->fw, &f->target);
}

void handover_suspend(struct front *f)
{
	if (bootopt_set_self_next(f->fw) <= 0 &&
		vars_remove(f->fw, &vars_boot_next) < 0)
		console_say(&f->console, SAY_WARNING,
			"BootNext could not be taken back: if the PC loses "
			"power now, Windows starts before the repair is "
			"finished.");
}

static void say_target(
	struct front *f, enum say_level level, const char *format)
{
	char sentence[SENTENCE_BYTES];

	(void)snprintf(sentence, sizeof(sentence), format,
		f->target.option.description, f->target.number);
	console_say(&f->console, level, sentence);
}

static void say_err(struct front *f, const char *what, int err)
{
	char sentence[SENTENCE_BYTES];

	(void)snprintf(
		sentence, sizeof(sentence), "%s: %s.", what, err_text(err));
	console_say(&f->console, SAY_WARNING, sentence);
}

static void report_step(struct front *f, const char *step,
	const struct record *record, bool is_counted)
{
	struct report_line line;

	report_begin(&line, "handover");
	report_string(&line, "step", step);
	if (f->has_target) {
		report_string(&line, "target", f->target.option.description);
		if (f->target.has_number)
			report_number(&line, "number", f->target.number);
	}
	report_number(&line, "passes", record->handover_passes);
	report_bool(&line, "counted", is_counted);
	console_report(&f->console, report_end(&line));
}

/*
 * Prints and sends everything; the time includes the screen, not the report
 * itself.
 */
static void finish(struct front *f)
{
	struct report_line line;

	console_flush_text(&f->console);
	report_begin(&line, "end");
	report_number(&line, "memory_peak", alloc_peak_bytes());
	report_number(&line, "milliseconds", clock_milliseconds(&f->clock));
	console_report(&f->console, report_end(&line));
	console_flush_report(&f->console);
	report_send(f);
}

static void pause_for_reader(struct front *f)
{
	for (unsigned int i = 0; i < READ_SECONDS; i++) {
		(void)f->fw->boot->Stall(1000000);
		watchdog_pet(&f->watchdog);
	}
}

/*
 * No boot option leads to Windows: make one, or find at least the file.  One
 * that leads to a partition we do not see is better than none.
 */
static void target_make(struct front *f)
{
	struct boot_target made;

	if (bootopt_create_windows(f->fw, &made) < 0)
		return;
	f->target = made;
	f->has_target = true;
	if (f->target.has_number)
		say_target(f, SAY_RESULT,
			"The boot option for %s was missing and has been "
			"made again (Boot%04X).");
}

/*
 * Stores the mark, and says so if that fails: it is what bounds the passes.
 * The short one is renewed if it cannot be removed: it counts as the newer.
 */
static bool mark_store(struct front *f, const struct record *record)
{
	int err = f->is_record_unread ? -ERR_IO
				      : platform_store_record(f, record);

	if (!err && !pass_mark_remove(f->fw))
		return true;
	if (!pass_mark_put(f->fw, record)) {
		if (err < 0)
			say_err(f,
				"Of Loopbreaker's record the firmware stored "
				"only how often it has handed over",
				err);
		return true;
	}
	say_err(f,
		"This hand-over cannot be counted, because the firmware did "
		"not store Loopbreaker's record",
		err < 0 ? err : -ERR_NOT_STORED);
	return false;
}

/* Makes the target next.  Returns false if the firmware did not store that. */
static bool next_set(struct front *f)
{
	int err = bootopt_set_next(f->fw, &f->target);

	if (err < 0)
		say_err(f, "BootNext could not be set", err);
	return err == 0;
}

/* Windows first in BootOrder: 1 if that is new, 0 if it was, or -ERR_. */
static int first_put(struct front *f)
{
	int changed;

	if (!f->target.has_number)
		return -ERR_NOT_FOUND;
	changed = bootopt_put_first(f->fw, f->target.number);
	if (changed < 0)
		say_err(f, "The boot order could not be changed", changed);
	else
		say_target(f, SAY_RESULT,
			"%s (Boot%04X) is now first in the boot order, and "
			"stays so.");
	return changed;
}

/* BootNext was seen not to be honoured. */
static bool order_prepare(struct front *f)
{
	bool is_first;

	console_say(&f->console, SAY_WARNING,
		"The firmware did not start what BootNext named: no session "
		"of Windows has begun since the last hand-over. A \"boot order "
		"lock\" in the firmware's set-up does that.");
	is_first = first_put(f) >= 0;
	return next_set(f) || is_first;
}

/*
 * Without a count nobody would notice that BootNext is not honoured, and the
 * boot order may be put back as well: no reset, whatever it costs.  Where the
 * order stays, this at least does not happen again.
 */
static void uncounted_prepare(struct front *f)
{
	if (first_put(f) >= 0)
		console_say(&f->console, SAY_WARNING,
			"So that this cannot go on for ever, Loopbreaker will "
			"not start by itself again before it is installed "
			"anew.");
	else
		console_say(&f->console, SAY_WARNING,
			"So that this cannot go on for ever, the PC is not "
			"restarted. The boot order is as it was: the next "
			"start may be Loopbreaker's again.");
}

/* A count that the next start would not find bounds nothing. */
static void lost_prepare(struct front *f)
{
	if (f->store == STORE_FORGETS)
		console_say(&f->console, SAY_WARNING,
			"This firmware forgets what it was told to remember: a "
			"restart would lead to Loopbreaker again and again.");
	else
		console_say(&f->console, SAY_WARNING,
			"Nothing shows yet that this firmware remembers what "
			"it is told: if it does not, a restart would lead to "
			"Loopbreaker again and again. If it does, the next "
			"start of Loopbreaker will see that.");
}

/* Comes back if that did not start Windows, or Windows came back. */
static void chain_load(struct front *f)
{
	struct chainload c;
	EFI_STATUS status = EFI_SUCCESS;
	char sentence[SENTENCE_BYTES];

	say_target(f, SAY_WARNING,
		"%s is started from here. BitLocker will ask for its recovery "
		"key.");
	if (chainload_load(f->fw, &f->target.option, &c, &status) < 0) {
		(void)snprintf(sentence, sizeof(sentence),
			"It could not be loaded: %s.", status_text(status));
		console_say(&f->console, SAY_ERROR, sentence);
		return;
	}
	finish(f);
	pause_for_reader(f);
	watchdog_hand_over(&f->watchdog);
	exception_release(f->fw);
	/* It was for a reset.  The start after this one is ours again. */
	(void)vars_remove(f->fw, &vars_boot_next);
	status = chainload_start(f->fw, &c);
	watchdog_arm(&f->watchdog, f->fw, &f->clock);
	/* Quirk Q12: bootmgfw returns "no mapping" for any failure. */
	(void)snprintf(sentence, sizeof(sentence),
		"It did not start, and came back with \"%s\".",
		status_text(status));
	console_say(&f->console, SAY_ERROR, sentence);
}

static void give_back(struct front *f)
{
	console_say(&f->console, SAY_WARNING,
		"Loopbreaker has nothing left to try and returns to the "
		"firmware, which starts its next boot option.");
	finish(f);
	pause_for_reader(f);
}

/* The step's preparations.  True if a reset is now the way to the target. */
static bool step_prepare(struct front *f, enum handover step)
{
	switch (step) {
	case HANDOVER_BOOT_NEXT:
		return next_set(f);
	case HANDOVER_BOOT_ORDER:
		return order_prepare(f);
	case HANDOVER_CHAIN_LOAD:
		console_say(&f->console, SAY_WARNING,
			"The firmware started Windows neither by BootNext nor "
			"by the boot order: no session of it has begun since "
			"the last hand-overs.");
		break;
	}
	return false;
}

/* Stores the mark, and chooses a step that it bounds. */
static enum handover step_choose(struct front *f, struct record *marked,
	uint32_t boot_id, bool *ret_counted)
{
	enum handover step;

	(void)pass_mark_get(f->fw, marked);
	step = handover_choose(marked, boot_id, clock_seconds(&f->clock));
	*ret_counted = mark_store(f, marked);
	if (!*ret_counted) {
		uncounted_prepare(f);
		return HANDOVER_CHAIN_LOAD;
	}
	if (f->store != STORE_KEEPS) {
		*ret_counted = false;
		lost_prepare(f);
		return HANDOVER_CHAIN_LOAD;
	}
	return step_prepare(f, step) ? step : HANDOVER_CHAIN_LOAD;
}

static const char *step_name(enum handover step)
{
	switch (step) {
	case HANDOVER_BOOT_NEXT:
		return "boot-next";
	case HANDOVER_BOOT_ORDER:
		return "boot-order";
	case HANDOVER_CHAIN_LOAD:
		break;
	}
	return "chain-load";
}

void handover_carry_out(
	struct front *f, const struct record *record, uint32_t boot_id)
{
	struct record marked = *record;
	enum handover step;
	bool is_counted;

	console_title(&f->console, "What happens next");
	if (!f->has_target || !f->target.is_present)
		target_make(f);
	if (!f->has_target) {
		console_say(&f->console, SAY_ERROR,
			"There is no boot option for Windows, and no disk "
			"holds its boot manager.");
		report_step(f, "return", &marked, false);
		give_back(f);
		return;
	}
	/* The sessions of another system leave no boot id in Windows. */
	if (!bootopt_path_is(&f->target.option, BOOTOPT_WINDOWS_PATH))
		boot_id = 0;
	step = step_choose(f, &marked, boot_id, &is_counted);
	report_step(f, step_name(step), &marked, is_counted);

	if (step != HANDOVER_CHAIN_LOAD) {
		say_target(f, SAY_RESULT,
			"The PC restarts now; %s (Boot%04X) is next.");
		finish(f);
		reset_machine(f->fw);
		console_say(&f->console, SAY_ERROR,
			"The firmware did not reset the PC.");
	}
	chain_load(f);
	if (is_counted && marked.handover_passes < MAX_PASSES) {
		finish(f);
		reset_machine(f->fw);
	}
	report_step(f, "return", &marked, is_counted);
	give_back(f);
}
