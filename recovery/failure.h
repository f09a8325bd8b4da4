/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The failure note: Loopbreaker itself crashed or hung.  Whatever made it do
 * so is still on the disk, so the next start hands over without acting.
 *
 * While the disk is being changed Windows is not next, and an end that nobody
 * can note down (a triple fault, a power cut) starts Loopbreaker again.  So a
 * note is stored beforehand; the next start tries again, as it must after a
 * power cut, but only so often.  The same where Windows cannot be made next at
 * all.
 *
 * Variable "LoopbreakerFailure", attributes NV + BS, 48 bytes, little-endian;
 * layout in failure.c.  It exists from the beginning of a change, or from such
 * an end on, to the end of the next run that comes through.
 */
#ifndef RECOVERY_FAILURE_H
#define RECOVERY_FAILURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recovery/report.h"

#define FAILURE_BYTES 48

/*
 * After so many in a row nothing is tried again by this version.  Changes that
 * were cut off count as well, because nothing tells a power cut from a crash:
 * after two of them the third start can still finish.
 */
#define FAILURE_MAX 3

enum failure_kind {
	FAILURE_NONE,
	FAILURE_EXCEPTION, /* a CPU exception */
	FAILURE_STACK,	   /* the stack protector struck */
	FAILURE_HANG,	   /* no progress for too long */
	FAILURE_UNKNOWN,   /* there was a note that nobody can read */
	/* Noted beforehand, because Windows is not next: */
	FAILURE_UNFINISHED, /* the disk is being changed */
	FAILURE_CUT_OFF	    /* it is only being looked at */
};

struct failure {
	enum failure_kind kind;
	uint32_t count;	    /* runs in a row that ended so; 1 .. FAILURE_MAX */
	bool was_seen;	    /* a start has handed over because of it */
	uint32_t program;   /* failure_program() of the version that failed */
	uint32_t exception; /* number of the CPU exception */
	bool is_inside;	    /* @address counts from the start of our image */
	uint64_t address;   /* where; 0 if unknown */
};

/** failure_program - stands for this version: another may do better */
uint32_t failure_program(const char *version);

/**
 * failure_check - parse a stored note
 *
 * Returns 0; -ERR_TRUNCATED, -ERR_TOO_LARGE, -ERR_CORRUPT.  *@ret is written
 * only on success.
 */
int failure_check(const void *bytes, size_t len, struct failure *ret);

/** failure_encode - @f as FAILURE_BYTES bytes, checksum included */
void failure_encode(const struct failure *f, void *bytes);

/**
 * failure_follow - the note of a failure that comes after @before
 * @before: the note found at the start; its kind may be FAILURE_NONE
 * @now:    kind, program, exception, is_inside and address are set
 *
 * Fills in the count of @now; another version starts anew.
 */
void failure_follow(const struct failure *before, struct failure *now);

/**
 * failure_foresee - the note for a run that does not end
 * @before: the note found at the start; its kind may be FAILURE_NONE
 * @kind:   FAILURE_UNFINISHED or FAILURE_CUT_OFF
 */
void failure_foresee(const struct failure *before, enum failure_kind kind,
	uint32_t program, struct failure *ret);

/** failure_is_foreseen - was a note of @kind stored beforehand? */
bool failure_is_foreseen(enum failure_kind kind);

/**
 * failure_allows_run - may this start examine the PC?
 * @f:	     the note found; its kind may be FAILURE_NONE
 * @program: failure_program() of this version
 *
 * No after a failure that no start has heeded yet, and none any more after
 * FAILURE_MAX of them.  A change that was cut off has to be finished: it is
 * heeded by trying again.
 */
bool failure_allows_run(const struct failure *f, uint32_t program);

/** failure_text - what happened, as the end of a sentence ("hung") */
const char *failure_text(enum failure_kind kind);

/** failure_name - the same as a stable name for the report ("hang") */
const char *failure_name(enum failure_kind kind);

/**
 * failure_report - add what happened to a line that was begun
 * @key: of the member with failure_name()
 */
void failure_report(
	struct report_line *line, const char *key, const struct failure *f);

#endif
