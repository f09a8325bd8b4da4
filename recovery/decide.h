/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The decision: is this a crash loop, and what may be done about it?  A pure
 * function of the evidence, the policy and the own record; no I/O, no
 * allocation.  Rule 1: a failed observation never leads to an action.
 * docs/decisions.md has the whole table.
 */
#ifndef RECOVERY_DECIDE_H
#define RECOVERY_DECIDE_H

#include "quarantine/delivery.h"
#include "recovery/boot_log.h"
#include "recovery/boot_status.h"
#include "recovery/bugcheck.h"
#include "recovery/crash_dump.h"
#include "recovery/incident_order.h"
#include "recovery/note.h"
#include "recovery/policy.h"
#include "recovery/record.h"
#include "storage/journal.h"

enum verdict {
	VERDICT_BOOT,  /* no crash loop: start Windows */
	VERDICT_RETRY, /* crashed, but too few times yet: start Windows */
	VERDICT_HOLD,  /* hold the set, then start Windows */
	VERDICT_RESTORE_AND_HOLD, /* undo what did not help, hold the next set
				     (none left: only undo) */
	VERDICT_REFUSE /* would act but must not: say why, start Windows */
};

/** verdict_text - "boot", "retry", "hold", "restore-and-hold", "refuse" */
const char *verdict_text(enum verdict v);

/* Which Windows volume was found. */
enum windows_found {
	WINDOWS_ONE,
	WINDOWS_NONE,
	WINDOWS_SEVERAL,
	WINDOWS_ENCRYPTED, /* only a BitLocker volume could hold it */
	WINDOWS_DYNAMIC, /* only a dynamic disk or storage pool could hold it */
	WINDOWS_NOT_ALONE, /* one, beside a closed volume that may hold another
			    */
	WINDOWS_ELSEWHERE, /* the boot configuration starts another one, which
			      cannot be opened */
	WINDOWS_AMBIGUOUS, /* duplicate serials */
	WINDOWS_TWO_FORMATS, /* on one disk or volume */
	WINDOWS_UNREADABLE   /* an I/O error or damage kept us from knowing */
};

/* What Windows is in the middle of. */
enum servicing {
	SERVICING_NONE,
	SERVICING_SETUP,    /* SystemSetupInProgress: a feature update */
	SERVICING_ONE_TIME, /* a one-time boot sequence in the BCD */
	SERVICING_PENDING,  /* pending.xml: updates that a restart completes */
	SERVICING_UNKNOWN   /* the disk failed over a sign of it */
};

/* How far a source of evidence could be read. */
enum source_state {
	SOURCE_ABSENT, /* is not there */
	SOURCE_READ,   /* was read and accepted */
	SOURCE_FAILED  /* is there but broken: unknown, never "no" */
};

struct evidence {
	enum windows_found windows;
	uint64_t volume_serial;
	enum journal_state journal;
	bool was_replayed; /* the journal was redone on the overlay */
	bool was_mended;   /* so were the MFT's first records or their copies:
			      a write was cut short */

	/*
	 * Sources.  The boot status and the boot logs are one: Windows writes
	 * both of them.
	 */
	enum source_state boot_status_state;
	struct boot_status
		boot_status; /* is_markable: its file allows it, too */
	enum source_state launches_state; /* weak: see boot_log_last_run() */
	struct boot_log_run launches;
	enum source_state bugcheck_state;
	struct bugcheck bugcheck;
	enum source_state dump_state; /* FAILED: an I/O error; ABSENT: none, or
					 nothing that can be understood */
	struct crash_dump dump;	      /* the newest one, of whatever crash */
	enum source_state note_state;
	struct health_note note;
	enum source_state record_state;
	struct record record;

	enum source_state deliveries_state;
	const struct delivery_list *deliveries; /* NULL unless SOURCE_READ */

	enum servicing servicing; /* as far as it is known */

	enum policy_mode mode; /* on whose word something may be held */
	bool is_attended; /* weak evidence is worth a question: somebody has put
			     in a stick, and can be asked */
	enum incident_verdict incident; /* on the incident order, if any */
	uint32_t incident_serial;
	const bool *is_named; /* by the order: one for each delivery; or NULL */

	bool is_ordered; /* an operator's explicit order */
	bool names_file; /* ... for one file: "windows" is about its volume */
};

enum reason_id {
	REASON_NO_CRASH,      /* the last session ended well or is no crash */
	REASON_POWER_BUTTON,  /* the last session was ended by its user */
	REASON_LAUNCHES,      /* weak: a = starts in quick succession */
	REASON_DIVERTED,      /* the last start went to Automatic Repair */
	REASON_FAILED_STARTS, /* weak: a = attempts since the last success */
	REASON_STOP_CODE_UNKNOWN_AGE, /* weak: a = code; no note, or undated */
	REASON_WEAK,		  /* no two sources agree: a person decides */
	REASON_NO_STOP_CODE,	  /* starts failed, but no new blue screen */
	REASON_STOP_CODE_NOT_NEW, /* equals the one of the last good session */
	REASON_STOP_CODE_UNDATED, /* changed, but sessions ended well since */
	REASON_NO_NOTE,		  /* nothing to compare the stop code with */
	REASON_BOOT_IDS_BEHIND,	  /* a = boot id in our own data, b = newest one
				     Windows knows, which is lower */
	REASON_NEW_STOP_CODE,	  /* a = code */
	REASON_NOT_CONTENT,   /* the driver to blame is of no known vendor */
	REASON_DUMP,	      /* a dump of this crash; a = code */
	REASON_DUMP_VENDOR,   /* it names a driver of a known vendor */
	REASON_DUMP_STRANGER, /* ... of nobody the policy knows */
	REASON_STREAK,	      /* a = sessions without a clean end, b = needed */
	REASON_HARDWARE_STOP, /* a = code */
	REASON_STORAGE_STOP,  /* a = code */
	REASON_OPERATOR_STOP, /* a = code */
	REASON_WINDOWS_NONE,
	REASON_WINDOWS_SEVERAL,
	REASON_WINDOWS_ENCRYPTED,
	REASON_WINDOWS_DYNAMIC,
	REASON_WINDOWS_NOT_ALONE,
	REASON_WINDOWS_ELSEWHERE,
	REASON_WINDOWS_AMBIGUOUS,
	REASON_WINDOWS_TWO_FORMATS,
	REASON_WINDOWS_UNREADABLE,
	REASON_FILE_NONE,    /* no volume has the file of the order */
	REASON_FILE_SEVERAL, /* more than one has it */
	REASON_HIBERNATED,
	REASON_JOURNAL_UNREADABLE,
	REASON_STATUS_UNREADABLE, /* bootstat.dat missing, damaged or unknown */
	REASON_SOURCE_FAILED,	  /* another source was there but broken; a =
				     enum evidence_source */
	REASON_NO_HEARTBEAT,	  /* bootstat.dat has no reference time */
	REASON_NOTHING_DELIVERED, /* b = window in hours */
	REASON_SEVERAL_VENDORS,	  /* a = files, b = window in hours */
	REASON_SET_TOO_LARGE,	  /* a = files, b = limit */
	REASON_SET,		  /* a = files, b = window in hours */
	REASON_FOREIGN_HOLD,	  /* files are on hold that the record does not
				     know; a = how many */
	REASON_HOLD_WAITING,	  /* a hold is on trial; a = sessions since */
	REASON_HOLD_UNFINISHED,	  /* a hold was cut short; a = files lacking */
	REASON_HOLD_GONE,   /* the record tells of a hold, the disk of none;
			       a = its id */
	REASON_HOLD_HELPED, /* a good session followed the hold */
	REASON_HOLD_FAILED, /* still crashing after the hold; a = sessions */
	REASON_NEXT_RUNG,   /* a = rung, b = files more */
	REASON_EXHAUSTED,
	REASON_RECOVERED, /* a good session followed after all */
	REASON_ORDERED,	  /* an operator's order */
	REASON_INCIDENT,  /* an incident order names files: a = files, b = its
			     serial */
	REASON_INCIDENT_REFUSED,  /* a = enum incident_verdict */
	REASON_INCIDENT_NO_FILE,  /* none of the files it names is here; a =
				     serial */
	REASON_INCIDENT_NO_CRASH, /* they are, but Windows does not crash */
	REASON_SERVICING,	  /* a = enum servicing */
	REASON_MODE_DETECT_ONLY,
	REASON_MODE_ORDER_ONLY,
	REASON_MODE_ASK, /* a person has to agree */
	REASON_COUNT
};

/* What REASON_SOURCE_FAILED is about. */
enum evidence_source {
	EVIDENCE_BUGCHECK,
	EVIDENCE_NOTE,
	EVIDENCE_RECORD,
	EVIDENCE_DELIVERIES,
	EVIDENCE_DUMP,
	EVIDENCE_SERVICING
};

struct reason {
	enum reason_id id;
	uint64_t a;
	uint64_t b;
};

#define DECISION_MAX_REASONS 12

/* What must happen before the verdict may be carried out. */
enum consent {
	CONSENT_GIVEN,	/* nothing: it may be */
	CONSENT_NEEDED, /* a person is asked; without a yes nothing is done */
	CONSENT_DENIED	/* the policy forbids it: only say what it would be */
};

/** consent_text - "given", "needed", "denied" */
const char *consent_text(enum consent consent);

struct decision {
	enum verdict verdict;
	enum consent consent; /* GIVEN unless the verdict is to act */
	bool is_finishing;    /* the action was begun by an earlier run */
	struct reason reasons[DECISION_MAX_REASONS];
	size_t reason_count;
	/*
	 * For HOLD and RESTORE_AND_HOLD: indices into the delivery list.
	 * Empty for an order, whose file the run knows, and where a hold that
	 * was cut short lacks no file any more but the rest of its commit.
	 */
	size_t set[POLICY_MAX_FILES];
	size_t set_count;
	uint32_t streak; /* sessions in a row without a clean end */
	/*
	 * The record as it must be once the verdict was carried out; equal to
	 * the present one where nothing changes.  The hand-over mark is not
	 * part of the decision.  For HOLD its hold_id is the id to use: that of
	 * the earlier hold where one is finished.
	 */
	struct record next_record;
};

#define REASON_TEXT_BYTES 200

/** reason_text - @r as one sentence in @buf (REASON_TEXT_BYTES) */
void reason_text(const struct reason *r, char *buf, size_t cap);

/** reason_name - the stable identifier used in the report: "new-stop-code" */
const char *reason_name(enum reason_id id);

/**
 * decide - total: every input gives a verdict with at least one reason
 * @hold_id: the id a new hold would get
 */
void decide(const struct evidence *e, const struct policy *p, uint32_t hold_id,
	struct decision *ret);

#endif
