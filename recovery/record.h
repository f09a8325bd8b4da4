/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loopbreaker's own record: what it did last, so that it never repeats what
 * did not help and never loops.  A firmware variable with boot-service access
 * only, which Windows can neither read nor forge.
 *
 * Variable "LoopbreakerRecord", attributes NV + BS, 316 bytes, little-endian;
 * layout in record.c.  Flash wears out: written only when it changed.
 */
#ifndef RECOVERY_RECORD_H
#define RECOVERY_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recovery/bugcheck.h"
#include "storage/digest.h"
#include "storage/extents.h"
#include "storage/place.h"

#define RECORD_BYTES	316
#define RECORD_MAX_RUNG 3

/* A disk that fails as often is not waited for any longer. */
#define RECORD_MAX_TRIES 3

enum hold_state {
	HOLD_NONE,     /* nothing was ever held, or all of it was undone */
	HOLD_ACTIVE,   /* held; no good session seen since */
	HOLD_HELPED,   /* held; a good session followed.  Files stay held */
	HOLD_EXHAUSTED /* nothing helped, all restored: act no more */
};

/*
 * A commit that was begun, and where its redo record lies (storage/redo.h):
 * parts of a partition that are found without reading any file system, which
 * may be half written, or locked.
 */
struct record_redo {
	uint8_t digest[DIGEST_BYTES]; /* of the redo record */
	struct place medium;
	size_t part_count; /* 0: no commit is under way */
	uint32_t tries;	   /* to finish it that failed */
	struct extent parts[EXTENTS_MAX];
};

struct record {
	/* The hand-over mark: written before BootNext is set. */
	uint32_t handover_boot_id;  /* newest boot id at the last hand-over */
	uint32_t handover_passes;   /* hand-overs in a row without a session */
	uint32_t handover_restarts; /* times that row was begun anew because
				       long ago; see handover.h */
	uint64_t handover_time;	    /* seconds, as given to handover_choose() */

	/* The last hold. */
	enum hold_state hold_state;
	uint32_t rung;	       /* 1..RECORD_MAX_RUNG; 0 = an order, or a person
				  has undone a part of it since */
	bool is_by_person;     /* on weak evidence: somebody has agreed to it */
	uint32_t hold_id;      /* as in the names of the held files */
	uint32_t hold_boot_id; /* newest boot id when it was made */
	uint64_t hold_time;    /* newest time known when it was made: the
				  heartbeat or a held delivery, FILETIME */
	struct bugcheck hold_bugcheck; /* the stop code it answered */
	uint64_t volume_serial;	       /* of the Windows volume it concerns */

	/* Windows was set up or serviced up to this session; 0: never seen.
	   Of the same volume. */
	uint32_t uncounted_boot_id;

	/*
	 * What was signed and followed so far, so that nobody can hand in
	 * something older: 0 = nothing yet.
	 */
	uint32_t policy_serial;		 /* highest of an external policy */
	uint32_t policy_previous_serial; /* of the policy before that one */
	uint32_t incident_serial;	 /* last incident order acted on */

	struct record_redo redo;
};

/**
 * record_check - parse a stored record
 *
 * Returns 0; -ERR_TRUNCATED, -ERR_TOO_LARGE, -ERR_CORRUPT (checksum, magic or
 * a value out of range).  *@ret is written only on success.
 */
int record_check(const void *bytes, size_t len, struct record *ret);

/** record_encode - @r as RECORD_BYTES bytes, checksum included */
void record_encode(const struct record *r, void *bytes);

/** record_equal - would encoding @a and @b give the same bytes? */
bool record_equal(const struct record *a, const struct record *b);

#endif
