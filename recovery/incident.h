/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The incident order of one run: gets it from the platform, judges it, finds
 * the files it means.
 */
#ifndef RECOVERY_INCIDENT_H
#define RECOVERY_INCIDENT_H

#include "recovery/incident_order.h"
#include "recovery/platform.h"
#include "recovery/record.h"
#include "storage/volume.h"

struct incident {
	enum incident_verdict verdict;
	struct incident_order order; /* see incident_order_judge() */
	bool *is_named; /* by the order: one for each delivery; or NULL */
	void *bytes;	/* private: the order's strings are in it */
};

/**
 * incident_open - is there an order, and is it for this PC?
 * @policy:    in force
 * @r:	       the own record; all zero if there is none
 * @heartbeat: when Windows ran last, FILETIME; 0: unknown
 *
 * Always gives a verdict.  "Now" is the latest of the PC's clock, the record's
 * times and the heartbeat (recovery/policy_choose.h): a clock that is behind
 * does not bring an order back to life, one that is ahead only ends it early.
 */
void incident_open(struct incident *i, const struct platform *p,
	const struct policy *policy, const struct record *r,
	uint64_t heartbeat);

/**
 * incident_name_files - which of these deliveries does the order mean?
 * @v:	  to read the content of those of which it asks for the hash
 * @list: a struct incident is good for one list
 *
 * Sets is_named, for an order that is accepted, or was followed already (so
 * that a hold which was cut short can be finished).  Where a file's content
 * cannot be read, or it would take more than INCIDENT_ORDER_MAX_READ_BYTES, the
 * verdict becomes INCIDENT_NO_HASHES and no file is named.
 */
void incident_name_files(
	struct incident *i, struct volume *v, const struct delivery_list *list);

/** incident_close - accepts a zeroed one */
void incident_close(struct incident *i);

#endif
