/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Collecting the evidence from a machine.  Whatever cannot be read is noted as
 * such; nothing here fails as a whole, and nothing is written but the replay
 * on the overlay.
 */
#ifndef RECOVERY_OBSERVE_H
#define RECOVERY_OBSERVE_H

#include "quarantine/delivery_date.h"
#include "recovery/boot_config.h"
#include "recovery/decide.h"
#include "recovery/observe_hives.h"
#include "recovery/platform.h"
#include "recovery/servicing.h"
#include "recovery/windows.h"

struct observation {
	struct evidence evidence;
	struct delivery_list deliveries;  /* evidence points here */
	struct delivery_list left;	  /* no candidates; only reported */
	struct windows_facts facts;	  /* recovery/observe_crash.h */
	struct delivery_dating dating;	  /* by observe_dates() */
	void *log_bytes;		  /* of the boot manager's log; owned */
	struct boot_log log;		  /* valid if launches were read */
	struct boot_config boot_config;	  /* if it was looked for */
	struct servicing_signs servicing; /* if that was */
	enum journal_state journal_found; /* before the replay */
	int journal_err; /* why it could not be followed, if that broke; or 0 */
	struct replay_result replay;
	bool lacks_store;	 /* there is nowhere to keep the own record */
	bool was_dirty;		 /* VOLUME_IS_DIRTY as found */
	bool is_dirty;		 /* ... after the replay: it stays set */
	uint32_t mended_records; /* of the MFT's start, on the overlay */
	int err; /* the first thing that broke, for the report; or 0 */
};

/**
 * observe_machine - the variables and the own record
 */
void observe_machine(struct observation *o, const struct platform *p);

/**
 * observe_volume - journal (replayed on the overlay if need be), boot status
 * and deliveries of the volume open in @w
 * @rules: which content to list
 *
 * Afterwards the volume is open and consistent, or evidence says why not.
 */
void observe_volume(struct observation *o, struct windows *w,
	const struct rule *rules, size_t rule_count);

/**
 * observe_launches - the boot manager's log, if the last session ended badly
 *
 * It can be read even where the volume cannot.  To be called after
 * observe_volume(), or without it where there is no volume.
 */
void observe_launches(struct observation *o, const struct platform *p);

/**
 * observe_next_start - the boot configuration, and signs of servicing
 *
 * As observe_launches(), where the last session ended badly; to be called after
 * observe_registry(), which knows whether Windows is being set up.  Corrects
 * what the evidence says about @w, if that is not the Windows which this PC
 * starts, and about what follows on a failed start.
 */
void observe_next_start(
	struct observation *o, struct windows *w, const struct platform *p);

/**
 * observe_halves - also list undos that were cut short, for an order to undo
 *
 * To be called after observe_volume(); does nothing where that listed nothing.
 */
void observe_halves(struct observation *o, struct windows *w);

/**
 * observe_dates - when did the deliveries really come?
 * @window_hours: what came before that has less to do with it
 *
 * For when a hold is being considered: it reads the change journal and the
 * files' records.  To be called after observe_volume(), before anybody refers
 * to deliveries by their position; does nothing where none were listed.
 */
void observe_dates(
	struct observation *o, struct windows *w, uint32_t window_hours);

/** observe_free - accepts a zeroed observation */
void observe_free(struct observation *o);

#endif
