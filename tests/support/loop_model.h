/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A PC with Windows and Loopbreaker as a state machine that is small enough to
 * be explored exhaustively.  What decides is the real decide(), how Windows is
 * started the real handover_choose(), whether a start may examine the PC the
 * real failure_allows_run(); the rest is as in tests/support/model_pc.h.
 *
 * What is abstracted, and why nothing gets lost:
 *
 *   boot ids	decide() compares them, and asks whether they are two or three
 *		apart: their order is kept, and distances up to that.
 *   times	it compares them, and asks whether a delivery is older than the
 *		window: their order is kept, and which neighbours lie days
 *		apart (three) and which minutes (five).  Of the note and of
 *		the present only the day counts.
 *   hold ids	it compares them: their order is kept.
 *   stop codes it asks whether two are equal, and of which kind: three values
 *		of software (the present, the noted, the held one) are enough.
 *   files	three at most, in the order of their delivery.  One older than
 *		all that a rung can reach makes room for another.
 *   the clock	of the hand-over: each pass comes soon after the last one, or
 *		late.
 *
 * A state holds no pointers and no padding: equal states have equal bytes.
 */
#ifndef TESTS_SUPPORT_LOOP_MODEL_H
#define TESTS_SUPPORT_LOOP_MODEL_H

#include "recovery/decide.h"

#define LOOP_FILES 3

enum loop_phase {
	LOOP_OFF,   /* no power, or just reset */
	LOOP_EARLY, /* Windows has begun to start */
	LOOP_UP,    /* for more than two minutes */
	LOOP_NOTED  /* the task has written the note and armed BootNext */
};

/* Boot ids and times, each by its place in an array. */
enum loop_id { ID_LAST, ID_CLEAN, ID_NOTED, ID_HELD, ID_UNCOUNTED, ID_COUNT };
enum loop_time {
	AT_NOW,
	AT_BEAT,
	AT_NOTE,
	AT_HOLD,
	AT_DUMP,
	AT_FILE,
	AT_COUNT = AT_FILE + LOOP_FILES
};

#define LOOP_MINUTES 1	  /* a step of time */
#define LOOP_DAYS    0x10 /* more than the window */

enum loop_stop {
	STOP_NONE,
	STOP_SOFTWARE, /* three of them */
	STOP_HARDWARE = 4
};

/* Whose driver a dump names. */
enum loop_named { NAMED_NOBODY, NAMED_FIRST, NAMED_SECOND, NAMED_STRANGER };

enum loop_file_state { FILE_GONE, FILE_IN_PLACE, FILE_HELD };
enum loop_content { CONTENT_INNOCENT, CONTENT_BAD, CONTENT_FIX };

enum loop_help {
	HELP_NONE,
	HELP_NOTED, /* the note says that Windows was well without the file */
	HELP_PROVEN /* so does Windows' own status */
};

enum loop_handed { HANDED_NEVER, HANDED_OTHER, HANDED_LAST };

struct loop_state {
	uint8_t phase;
	uint8_t is_armed;	  /* BootNext names Windows */
	uint8_t is_windows_first; /* BootOrder was changed: we are out */

	/* bootstat.dat, and the volume */
	uint8_t succeeded;
	uint8_t shut_down;
	uint8_t checkpoint;
	uint8_t attempts;
	uint8_t was_pressed; /* the power button, in the last session */
	uint8_t journal;     /* enum journal_state */
	uint8_t stays_dirty; /* the journal has something unfinished */
	uint8_t is_torn;     /* a write was cut into the MFT's start */
	uint8_t dump;	     /* its stop: none, software or hardware */
	uint8_t named;	     /* enum loop_named */
	uint8_t is_set_up;   /* Windows is being set up */

	uint8_t id[ID_COUNT];
	uint8_t at[AT_COUNT];

	/* Variables */
	uint8_t stop;
	uint8_t has_note;
	uint8_t note_stop;
	uint8_t record; /* enum source_state */
	uint8_t hold_state;
	uint8_t rung;
	uint8_t hold_id; /* 0: the record knows of no volume */
	uint8_t hold_stop;
	uint8_t handed; /* enum loop_handed */
	uint8_t passes;
	uint8_t restarts;
	uint8_t failures;  /* the failure note's count; 0: none */
	uint8_t has_order; /* an incident order lies beside Loopbreaker */
	uint8_t is_obeyed; /* ... which the record says was followed */

	/* Files */
	uint8_t file[LOOP_FILES]; /* enum loop_file_state */
	uint8_t vendor[LOOP_FILES];
	uint8_t content[LOOP_FILES]; /* enum loop_content */
	uint8_t held_by[LOOP_FILES]; /* hold id */

	/* What only the properties ask about */
	uint8_t has_helped[LOOP_FILES]; /* enum loop_help */
	uint8_t changes;   /* holds and restores since the last good session,
			      delivery, or loss of what we remember */
	uint8_t unclean;   /* sessions in a row without a clean end, and since a
			      pass has seen Windows being set up; 2: more */
	uint8_t is_blue;   /* a blue screen since the note was written */
	uint8_t is_smooth; /* a hold was completed: the next start is normal */
	uint8_t faults;	   /* that the world may still inflict */
	uint8_t starts;	   /* power-ons since the bad file came */
};

/* What may happen in a world. */
enum loop_event {
	MAY_CRASH = 1u << 0,	    /* with another stop code than before */
	MAY_CRASH_ALIKE = 1u << 1,  /* with the same one */
	MAY_CRASH_SILENT = 1u << 2, /* without storing any */
	MAY_CRASH_OTHER = 1u << 3,  /* of the hardware */
	MAY_UNPLUG = 1u << 4,
	MAY_PRESS = 1u << 5,
	MAY_DELIVER = 1u << 6,
	MAY_DELIVER_OTHER = 1u << 7, /* of the second vendor */
	MAY_WAIT = 1u << 8,	     /* days go by */
	MAY_CUT = 1u << 9,	     /* the power fails in a pass */
	MAY_BREAK = 1u << 10,	     /* a write fails in a pass */
	MAY_LOSE_RECORD = 1u << 11,
	MAY_DAMAGE_RECORD = 1u << 12,
	MAY_LOSE_NOTE = 1u << 13,
	MAY_LOSE_STOP = 1u << 14,
	MAY_LOSE_NEXT = 1u << 15, /* BootNext: lost, or not honoured */
	MAY_LOSE_FAILURE = 1u << 16,
	MAY_FORGE_STOP = 1u << 17,
	MAY_FORGE_NOTE = 1u << 18,
	MAY_FORGE_STATUS = 1u << 19,
	MAY_RESTART_SOON = 1u << 20,	 /* passes within ten minutes */
	MAY_LEAVE_UNFINISHED = 1u << 21, /* a crash, in the journal */
	MAY_ORDER = 1u << 22,
	MAY_ASK = 1u << 23, /* a person is there, who says yes or no */
	/* A crash leaves a dump, or not; in a world of bad content always. */
	MAY_DUMP = 1u << 24,
	MAY_FORGE_DUMP = 1u << 25,
	MAY_SET_UP = 1u << 26
};

struct loop_world {
	const char *name;
	uint32_t events;
	uint32_t faults;     /* those of the events that are counted */
	uint8_t fault_count; /* ... and how many there may be; 255: any */
	uint8_t max_rung;
	uint8_t max_slots;  /* files there may be at a time; LOOP_FILES or less
			     */
	uint8_t max_starts; /* from the one in which bad content came */
	bool is_markable;
	bool is_content_bad; /* Windows crashes if, and only if, bad content is
				in place without a fix */
	bool is_lasting;     /* and always before the task has noted it */
	bool wants_word;     /* the policy does: it asks, where others act */
};

enum loop_step_kind {
	STEP_BEGIN,
	STEP_START, /* Windows, because of BootNext or BootOrder */
	STEP_PASS,  /* a = enum loop_cut, b = enum loop_pass_flag */
	STEP_DESKTOP,
	STEP_NOTE,
	STEP_SHUT_DOWN,
	STEP_CRASH, /* a = the stop code stored, b = enum loop_crash_flag */
	STEP_UNPLUG,
	STEP_PRESS,
	STEP_DELIVER, /* a = vendor, b = content */
	STEP_WAIT,
	STEP_LOSE, /* a = which: see loop_lose() */
	STEP_FORGE_STOP,
	STEP_FORGE_NOTE,
	STEP_FORGE_STATUS,
	STEP_FORGE_DUMP,
	STEP_ORDER,
	STEP_SET_UP, /* it begins, or is over */
	STEP_WINRE   /* as STEP_START, diverted; a person leaves it */
};

/* Where a pass ends early. */
enum loop_cut {
	CUT_NONE,
	CUT_LOOKING,  /* BootNext is set, nothing else */
	CUT_FORESEEN, /* the failure note is stored, BootNext taken back */
	CUT_RECORD,   /* the record is stored */
	CUT_FLAG,     /* the volume is marked dirty */
	CUT_NAMES,    /* some names are changed: + a mask of those that are */
	CUT_ALL_NAMES = CUT_NAMES + (1 << LOOP_FILES),
	CUT_STATUS,  /* and the boot status is marked */
	CUT_DONE,    /* the disk is as it should be */
	CUT_ARMED,   /* BootNext is set again */
	CUT_CLEARED, /* the failure note is gone, the hand-over not marked */
	CUT_COUNT
};

/* ... and above these enum loop_named. */
enum loop_crash_flag {
	CRASH_UNFINISHED = 1,
	CRASH_DUMPED = 2,
	CRASH_NAMED = 4
};

enum loop_pass_flag {
	PASS_SOON = 1,	/* within ten minutes of the last one */
	PASS_BROKE = 2, /* not cut: a write failed there, and it went on */
	PASS_YES = 4	/* a person was asked, and agreed */
};

struct loop_step {
	uint8_t kind;
	uint8_t a;
	uint8_t b;
};

/* How decide() sees a state. */
struct loop_view {
	struct policy policy;
	struct evidence evidence;
	struct delivery_list list;
	struct delivery deliveries[LOOP_FILES];
	struct held_file held[LOOP_FILES];
	uint8_t file_of[LOOP_FILES]; /* of a delivery */
	bool is_named[LOOP_FILES];
	struct decision decision;
};

/** loop_begin - a healthy PC that was shut down; @ret is canonical */
void loop_begin(const struct loop_world *w, struct loop_state *ret);

/** loop_tidy - the one state that stands for all that behave alike */
void loop_tidy(const struct loop_world *w, struct loop_state *s);

/** loop_decide - what the real decide() says of @s, in @v */
void loop_decide(const struct loop_world *w, const struct loop_state *s,
	struct loop_view *v);

/** loop_acts - is the verdict to change something, with @says_yes? */
bool loop_acts(const struct decision *d, bool says_yes);

/**
 * loop_pass - one pass, as far as @cut
 * @v: as loop_decide() left it for @s
 *
 * Changes @s.  The start of Windows is a step of its own, but for a chain load.
 * Returns true if the pass came to its end.
 */
bool loop_pass(const struct loop_world *w, const struct loop_view *v,
	enum loop_cut cut, unsigned int flags, struct loop_state *s);

/** loop_would_divert - will the next start go to Automatic Repair? */
bool loop_would_divert(const struct loop_state *s);

/** loop_start - winload's rule; false: to WinRE, and a person left it */
bool loop_start(struct loop_state *s);

/** loop_may - does the world allow @event now?  Counts a fault if so. */
bool loop_may(const struct loop_world *w, uint32_t event, struct loop_state *s);

/* Receives a state that follows, with the step that led to it. */
typedef void loop_emit(void *ctx, const struct loop_state *next,
	struct loop_step step, const struct loop_view *v);

/** loop_follow - all that can happen next */
void loop_follow(const struct loop_world *w, const struct loop_state *s,
	struct loop_view *v, loop_emit *emit, void *ctx);

/** loop_lose - variables that are lost: record, record damaged, note, stop
 * code, BootNext, failure note */
void loop_lose(const struct loop_world *w, const struct loop_state *s,
	loop_emit *emit, void *ctx);

/** loop_forge - the steps of a forger */
void loop_forge(const struct loop_world *w, const struct loop_state *s,
	loop_emit *emit, void *ctx);

#define LOOP_TEXT_BYTES 320

/** loop_tell - the step to @s as a sentence in @buf (LOOP_TEXT_BYTES) */
void loop_tell(struct loop_step step, const struct loop_state *s, char *buf);

#endif
