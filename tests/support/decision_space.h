/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Everything decide() can be given, as a product of questions with a few
 * answers each: for the test that tries them all and for the table in
 * docs/decisions.md.
 */
#ifndef TESTS_SUPPORT_DECISION_SPACE_H
#define TESTS_SUPPORT_DECISION_SPACE_H

#include "recovery/decide.h"

enum decision_question {
	ASK_END,      /* how did the last session end? */
	ASK_CLEAN,    /* which session was the last that was shut down? */
	ASK_STOP,     /* what do the BugCheck variables hold? */
	ASK_NOTE,     /* and the health note? */
	ASK_LAUNCHES, /* and the boot log? */
	ASK_DUMP,     /* is there a dump?  Is Windows being serviced? */
	ASK_RECORD,   /* what was done before? */
	ASK_FILES,    /* what was delivered, what is on hold? */
	ASK_SETTING,  /* policy, incident order, is somebody there? */
	ASK_COUNT
};

/* Constants of the space. */
#define SPACE_LAST    10 /* the newest boot id */
#define SPACE_HOLD_ID 77
#define SPACE_SERIAL  0x1234u
#define SPACE_NOW     0x01DAD98C00000000u

struct decision_point {
	unsigned int answers[ASK_COUNT];
	struct evidence evidence;
	struct policy policy;
};

/** decision_space_size - the number of points */
unsigned long decision_space_size(void);

/** decision_space_point - the point @index; *@ret points into static data */
void decision_space_point(unsigned long index, struct decision_point *ret);

/** decision_space_answers - how many there are to @q */
unsigned int decision_space_answers(enum decision_question q);

/** decision_space_question - @q in words */
const char *decision_space_question(enum decision_question q);

/** decision_space_answer - answer @i to @q in words */
const char *decision_space_answer(enum decision_question q, unsigned int i);

#endif
