/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A step, and the state after it, for people. */
#include "tests/support/loop_model.h"

#include <stdio.h>
#include <string.h>

static const char *cut_text(unsigned int cut)
{
	switch (cut) {
	case CUT_NONE:
		return "to its end";
	case CUT_LOOKING:
		return "while it looks";
	case CUT_FORESEEN:
		return "before the record is stored";
	case CUT_RECORD:
		return "after the record, before the disk";
	case CUT_FLAG:
		return "after the dirty flag";
	case CUT_ALL_NAMES:
		return "after all names";
	case CUT_STATUS:
		return "after the boot status";
	case CUT_DONE:
		return "after the disk, before BootNext";
	case CUT_ARMED:
		return "after BootNext";
	case CUT_CLEARED:
		return "before the hand-over is marked";
	default:
		return "within the names";
	}
}

static int tell_pass(struct loop_step step, char *buf)
{
	const char *how = "Loopbreaker runs";

	if (step.a)
		how = step.b & PASS_BROKE ? "Loopbreaker runs; a write fails"
					  : "Loopbreaker runs; power fails";
	return snprintf(buf, LOOP_TEXT_BYTES, "%s %s%s%s", how,
		cut_text(step.a), step.b & PASS_SOON ? ", soon" : "",
		step.b & PASS_YES ? ", a person agrees" : "");
}

static int tell_step(struct loop_step step, char *buf)
{
	static const char *const texts[] = {
		[STEP_BEGIN] = "a healthy PC",
		[STEP_START] = "Windows starts",
		[STEP_DESKTOP] = "it is up for two minutes",
		[STEP_NOTE] = "the task writes its note and arms BootNext",
		[STEP_SHUT_DOWN] = "Windows is shut down",
		[STEP_UNPLUG] = "the plug is pulled",
		[STEP_PRESS] = "the power button is held down",
		[STEP_WAIT] = "three days go by",
		[STEP_FORGE_STOP] = "the stop code is forged",
		[STEP_FORGE_NOTE] = "the note is forged",
		[STEP_FORGE_STATUS] = "the boot status is forged",
		[STEP_FORGE_DUMP] = "a dump is forged",
		[STEP_SET_UP] = "set-up of Windows begins or ends",
		[STEP_ORDER] = "an incident order is put beside Loopbreaker",
		[STEP_WINRE] = "Automatic Repair, which a person leaves",
	};
	static const char *const lost[] = {"record", "record (damaged)", "note",
		"stop code", "BootNext", "failure note"};
	static const char *const named[] = {
		"nobody", "vendor 0", "vendor 1", "a stranger"};
	static const char *const contents[] = {
		"an innocent", "a bad", "a fixed"};

	switch (step.kind) {
	case STEP_PASS:
		return tell_pass(step, buf);
	case STEP_CRASH:
		return snprintf(buf, LOOP_TEXT_BYTES,
			"Windows crashes with stop code %u%s%s", step.a,
			step.b & CRASH_DUMPED ? ", dump names " : "",
			step.b & CRASH_DUMPED ? named[step.b / CRASH_NAMED]
					      : "");
	case STEP_DELIVER:
		return snprintf(buf, LOOP_TEXT_BYTES,
			"vendor %u delivers %s file", step.a, contents[step.b]);
	case STEP_LOSE:
		return snprintf(
			buf, LOOP_TEXT_BYTES, "lost: the %s", lost[step.a]);
	default:
		return snprintf(buf, LOOP_TEXT_BYTES, "%s", texts[step.kind]);
	}
}

static void tell_files(const struct loop_state *s, char *buf)
{
	static const char states[] = {'-', 'p', 'h'};
	size_t i;

	for (i = 0; i < LOOP_FILES; i++)
		*buf++ = states[s->file[i]];
	*buf = '\0';
}

void loop_tell(struct loop_step step, const struct loop_state *s, char *buf)
{
	static const char *const holds[] = {
		"none", "active", "helped", "exhausted"};
	char files[LOOP_FILES + 1];
	int len = tell_step(step, buf);

	tell_files(s, files);
	(void)snprintf(buf + len, LOOP_TEXT_BYTES - (size_t)len,
		"\n      [files %s; ids %u, clean %u, noted %u, hold %u; stop "
		"%u,"
		" noted %u, hold %u; %s%s%s attempts %u; hold %s rung %u;"
		" %s%s changes %u, failures %u]",
		files, s->id[ID_LAST], s->id[ID_CLEAN], s->id[ID_NOTED],
		s->id[ID_HELD], s->stop, s->note_stop, s->hold_stop,
		s->succeeded ? "good " : "", s->shut_down ? "shut " : "",
		s->checkpoint ? "2min" : "", s->attempts, holds[s->hold_state],
		s->rung, s->is_armed ? "armed" : "",
		s->is_windows_first ? " windows-first" : "", s->changes,
		s->failures);
}
