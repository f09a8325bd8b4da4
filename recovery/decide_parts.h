/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of decide() share.  Nobody else includes this.
 *
 *   decide.c	      the order of the questions; volume, order, boot status
 *   decide_consent.c whose word is behind the verdict, and does it suffice?
 *   decide_weak.c    is there something to ask a person about?
 *   decide_incident.c  does a signed incident order name files?
 *   decide_trial.c   what became of the last hold
 *   decide_ladder.c  the next rung, and what the record keeps of a hold
 *   decide_streak.c  do two sources agree that Windows crashes in a row?
 *   decide_dump.c    is the dump of this crash, and whom does it name?
 *   decide_servicing.c  is Windows being set up or serviced?
 *   decide_set.c     which deliveries the hold would take
 */
#ifndef RECOVERY_DECIDE_PARTS_H
#define RECOVERY_DECIDE_PARTS_H

#include "recovery/decide.h"

/* One decision in the making. */
struct deciding {
	const struct evidence *e;
	const struct policy *p;
	uint32_t hold_id;
	struct decision *d;
	enum policy_word word; /* behind an action; EVIDENCE unless changed */
	/* From decide_read_dump(). */
	bool has_dump;		   /* there is one of this crash */
	const struct rule *blamed; /* a rule of the vendor it names; or NULL */
	bool names_stranger;	   /* it names a driver of no known vendor */
};

/** decide_because - add a reason; those that find no room are left out */
void decide_because(
	struct decision *d, enum reason_id id, uint64_t a, uint64_t b);

/** decide_with - set the verdict and add a reason */
void decide_with(struct decision *d, enum verdict v, enum reason_id id,
	uint64_t a, uint64_t b);

/** decide_is_action - is the verdict to change something? */
bool decide_is_action(const struct decision *d);

/** decide_has_deliveries - could the volume's deliveries be read? */
bool decide_has_deliveries(const struct evidence *e);

/** decide_has_stop_code - did the BugCheck variables hold a value? */
bool decide_has_stop_code(const struct evidence *e);

/** decide_has_note - is there a note to compare with? */
bool decide_has_note(const struct evidence *e);

/** decide_has_new_stop_code - is it another than the one in the note? */
bool decide_has_new_stop_code(const struct evidence *e);

/* The policy's numbers, within bounds even if nobody checked it. */
uint32_t decide_crashes_needed(const struct policy *p);
uint32_t decide_window_hours(const struct policy *p);
size_t decide_max_files(const struct policy *p);

/**
 * decide_is_start_failing - is the latest start failing, by the status alone?
 *
 * Weak evidence: a pulled plug during a start looks the same.
 */
bool decide_is_start_failing(const struct boot_status *s);

/** decide_was_pressed - did its user end the last session with the button? */
bool decide_was_pressed(const struct evidence *e);

/** decide_add_launches - what the boot log says, as reasons */
void decide_add_launches(struct deciding *c);

/** decide_read_dump - is the dump of this crash, and whom does it name? */
void decide_read_dump(struct deciding *c);

/** decide_is_dump_newer - is it newer than the record's hold?
 *
 * Meant for a status with a session since that hold.
 */
bool decide_is_dump_newer(const struct deciding *c);

/** decide_dump_time - of a dump of this crash; 0 if its time makes no sense */
uint64_t decide_dump_time(const struct deciding *c);

/** decide_add_dump - what the dump says, as reasons */
void decide_add_dump(struct deciding *c);

/** decide_count_held - files on hold under the record's id */
size_t decide_count_held(const struct evidence *e);

/**
 * decide_is_cut_short - was the commit of the record's hold broken off?
 * @lacks_files: files of its set are not on hold yet
 *
 * Meant for a hold after which Windows has not been started.
 */
bool decide_is_cut_short(const struct deciding *c, bool lacks_files);

/**
 * decide_by_kind - does the kind of the crash itself clear the content?
 * @has_code: whether the stop code of the variables is of this crash
 *
 * Returns true, with the verdict and its reason, if it does.
 */
bool decide_by_kind(struct deciding *c, bool has_code);

/**
 * decide_serviced - leave Windows alone while it is being set up or serviced
 *
 * To be called last.  The verdict becomes to boot, unless a commit has to be
 * finished; the sessions up to now do not count.
 */
void decide_serviced(struct deciding *c);

/**
 * decide_uncounted - sessions up to this one do not count; 0: all do
 *
 * Windows was set up or serviced then.
 */
uint32_t decide_uncounted(const struct evidence *e);

/**
 * decide_incident - follow an incident order, if there is one to follow
 *
 * Returns true if that settles the verdict; otherwise reasons may have been
 * added.
 */
bool decide_incident(struct deciding *c);

/**
 * decide_weak - what there is of weak evidence, as reasons
 *
 * To be called when no two sources agree.  Returns true, with the verdict to
 * hold and the word of a person behind it, if somebody is there to be asked and
 * there is a set to ask about.
 */
bool decide_weak(struct deciding *c);

/** decide_consent - compare the word behind the verdict with the policy */
void decide_consent(struct deciding *c);

/**
 * decide_trial - judge the hold that the record tells of, if there is one
 *
 * Returns true if that settles the verdict.  False: go on as if there were no
 * hold; next_record may have been closed already.
 */
bool decide_trial(struct deciding *c);

/** decide_streak - the verdict on the sessions since the note */
void decide_streak(struct deciding *c);

/**
 * decide_set - what @rung would hold beyond what is on hold, in d->set
 * @rung: 1 .. POLICY_MAX_RUNG
 * @vendor: a rule of the one that is blamed; NULL: the one on hold, if any
 * @ret_why: the reason if there is nothing
 *
 *   1	one vendor's content, delivered from (crash - window) on
 *   2	the same vendor's, delivered since the last good session began
 *   3	every known vendor's, since then
 *
 * Each set contains the one before it.  Returns false, with d->set empty, if
 * there is nothing to add.
 */
bool decide_set(struct deciding *c, uint32_t rung, const struct rule *vendor,
	struct reason *ret_why);

/**
 * decide_note_hold - what the record keeps of the hold of d->set
 * @rung: 0 for an order
 */
void decide_note_hold(struct deciding *c, uint32_t rung, uint32_t hold_id);

/**
 * decide_next_rung - go on after a rung that failed
 *
 * Returns true, with verdict, set and record, if something is to be added: by
 * the same rung, which takes in what came since the hold, or by a higher one
 * that the policy allows.
 */
bool decide_next_rung(struct deciding *c);

#endif
