/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A PC as decide() sees it: Windows sessions that end well or badly, content
 * that arrives, and Loopbreaker passes that carry out what was decided.  It
 * keeps bootstat.dat, the variables and the record as Windows and the run do;
 * it has no disk.
 */
#ifndef TESTS_SUPPORT_MODEL_PC_H
#define TESTS_SUPPORT_MODEL_PC_H

#include "recovery/decide.h"

#define MODEL_FILES  (POLICY_MAX_FILES + 1) /* more than any hold */
#define MODEL_MINUTE 600000000u
#define MODEL_HOUR   (60 * (uint64_t)MODEL_MINUTE)

struct model_file {
	const struct rule *rule;
	uint64_t delivered_at;
	uint32_t hold_id; /* 0: not held */
};

struct model_pc {
	struct policy policy;
	struct evidence evidence; /* deliveries are filled in for each pass */
	uint64_t now;
	bool says_yes; /* a person, when asked */
	bool is_armed; /* BootNext is set: Windows starts without a pass */
	unsigned int winre_visits;
	struct model_file files[MODEL_FILES];
	size_t file_count;
	uint32_t next_hold_id;
	unsigned int holds; /* new ones */
	unsigned int restores;
	struct decision last;

	struct delivery_list list;
	struct delivery deliveries[MODEL_FILES];
	struct held_file held[MODEL_FILES];
};

/** model_make - a healthy PC, shut down cleanly after session 20, noted */
void model_make(struct model_pc *pc);

/* Windows.  Each moves the clock. */
bool model_start(struct model_pc *pc);	 /* winload; false: into WinRE */
void model_desktop(struct model_pc *pc); /* up for more than two minutes */
void model_note(struct model_pc *pc);	 /* the task: note and re-arm */
void model_shut_down(struct model_pc *pc);
void model_crash(struct model_pc *pc, uint32_t code, uint64_t parameter1);
void model_pull_plug(struct model_pc *pc);
/**
 * model_dump - the crash that was just had has left a dump, and no stop code
 * in the variables that was not there before
 * @module: the driver it names; or NULL
 */
void model_dump(struct model_pc *pc, uint32_t code, const char *module);
/** model_start_again - whoever finds WinRE leaves it, and starts again */
void model_start_again(struct model_pc *pc);
/** model_press_button - a person ends the session so */
void model_press_button(struct model_pc *pc);
/** model_session - start, desktop, note, clean shutdown */
void model_session(struct model_pc *pc);

/**
 * model_make_crashed - content came in a running session, which crashed; and so
 * did the next start: two sources agree, and there is one file to hold
 */
void model_make_crashed(struct model_pc *pc);

/**
 * model_long_session - one of three days, a crash at its end, and another start
 * @early: of this vendor something arrives on the first day; of vendor 0 also
 *on the last
 */
void model_long_session(struct model_pc *pc, size_t early);

/**
 * model_crash_anew - another start, which ends with a stop code of its own
 *
 * Whoever finds WinRE leaves it.  The stop code fails a hold at once.
 */
void model_crash_anew(struct model_pc *pc);

/** model_crash_alike - with the very stop code of the crash before */
void model_crash_alike(struct model_pc *pc);

/** model_dump_anew - another start, which ends with such a dump */
void model_dump_anew(struct model_pc *pc, const char *module);

/**
 * model_dump_twice - content of vendor 0 came in a running session, which ended
 * with a dump; and so did the next
 */
void model_dump_twice(struct model_pc *pc, const char *module);

/** model_deliver - a file of vendor 0 or 1; returns its number */
size_t model_deliver(struct model_pc *pc, size_t vendor);

/**
 * model_pass - one run of Loopbreaker: decide and carry out
 *
 * Stops the test if the decision breaks a rule.  Returns the verdict.
 */
enum verdict model_pass(struct model_pc *pc);

#endif
