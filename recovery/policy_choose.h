/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which policy is in force: the newest that is signed, understood, not expired
 * and not older than what was followed before; or the previous one; or the one
 * that is built in.
 *
 * The clock.  An expiry date is worth what the clock is worth, and no clock of
 * a PC can be trusted: whoever administers Windows may set it, an empty battery
 * sets it back by decades.  What an expiry is for is old policies, so a clock
 * that is behind is what must not help: "now" is the latest of the PC's clock
 * and the times in our own record, which Windows cannot write.  Windows' own
 * heartbeat would be better still, but it lies on the volume, which is opened
 * after the policy is chosen; for incident orders, which are judged later, it
 * counts as well.  Where there is no clock at all a policy has not expired: its
 * serial protects.  A clock that is ahead makes a policy expire too early: what
 * then takes its place is never wider, because an expired policy still narrows
 * it.  (Nobody gets from "detect-only" to the built-in "act" by setting a
 * clock.)
 *
 * The serial.  The highest one in force is remembered, and the one before it:
 * the previous policy may be that one and no older one.  Only policies that
 * are installed on the PC count: a stick and the network may only narrow.
 *
 * The share.  Whatever policy is in force: a PC whose number is not in its
 * share does nothing on other words than a person's.
 *
 * A policy that is there and is not followed may have forbidden anything, and
 * so may one that was in force and is gone: without a previous policy to go by,
 * everything is then detect-only.
 */
#ifndef RECOVERY_POLICY_CHOOSE_H
#define RECOVERY_POLICY_CHOOSE_H

#include "recovery/policy.h"
#include "recovery/record.h"
#include "recovery/signature.h"

/* Where a policy may come from. */
enum policy_slot {
	POLICY_SLOT_NEWEST,    /* policy.dtb */
	POLICY_SLOT_PREVIOUS,  /* policy-previous.dtb */
	POLICY_SLOT_OVERLAY,   /* policy-site.dtbo */
	POLICY_SLOT_INSTALLED, /* the PC's own, for a stick or the network: the
				  last of those that are files */
	POLICY_SLOT_COUNT,
	POLICY_SLOT_BUILTIN = POLICY_SLOT_COUNT
};

/* What became of it. */
enum policy_state {
	POLICY_ABSENT,
	POLICY_ACCEPTED,
	POLICY_NOT_NEEDED, /* another one was accepted first */
	POLICY_UNREADABLE,
	POLICY_NO_KEY, /* the program knows no key to check it with */
	POLICY_FORGED, /* not signed with a known key */
	POLICY_MALFORMED,
	POLICY_EXPIRED,
	POLICY_ROLLED_BACK, /* older than one that was in force */
	POLICY_OTHER_BASE,  /* an overlay for another policy */
	POLICY_STATE_COUNT
};

/* One file and its signature, as far as they could be read. */
struct policy_file {
	const void *bytes; /* aligned to 8 */
	size_t len;
	const void *signature;
	size_t signature_len;
	int err; /* 0, -ERR_NOT_FOUND, or what kept it from being read */
};

struct policy_offer {
	struct policy_file files[POLICY_SLOT_COUNT];
	const struct signature_keys *keys;
	enum policy_origin origin;
	uint64_t now;		  /* FILETIME; 0: no clock */
	uint32_t number;	  /* share_number() of this PC */
	uint32_t serial;	  /* of the record */
	uint32_t previous_serial; /* of the record */
};

struct policy_choice {
	struct policy policy;	   /* in force; its strings are in the files */
	enum policy_slot in_force; /* NEWEST, PREVIOUS, INSTALLED, BUILTIN */
	enum policy_state state[POLICY_SLOT_COUNT];
	uint32_t serial[POLICY_SLOT_COUNT]; /* where it could be read */
	bool is_narrowed; /* by a stick's, the network's, an expired one, or
			     one that cannot be read */
	enum policy_origin origin;
	uint32_t number; /* of the offer */
	bool is_outside; /* of the policy's share: a person has to agree */
	void *room;	 /* private */
};

/**
 * policy_choose - always finds a policy
 * @offer: the files must stay where they are as long as @ret is used
 *
 * Returns 0; -ERR_NO_MEMORY, or what is wrong with the built-in policy: there
 * is none in force then.  policy_choice_free() is valid either way.
 */
int policy_choose(const struct policy_offer *offer, struct policy_choice *ret);

/** policy_choice_free - accepts a zeroed one */
void policy_choice_free(struct policy_choice *c);

/**
 * policy_choice_remember - note the serial in force in @r
 *
 * Store @r together with something else: a new policy alone is no reason to
 * write on a healthy PC.
 */
void policy_choice_remember(const struct policy_choice *c, struct record *r);

/**
 * policy_clock - the latest time that the PC's clock and the record show
 * @clock: FILETIME; 0 if there is none
 */
uint64_t policy_clock(uint64_t clock, const struct record *r);

/** policy_state_name - the stable name for the report: "rolled-back" */
const char *policy_state_name(enum policy_state s);

/** policy_slot_name - "newest", "previous", "overlay", "installed", "built-in"
 */
const char *policy_slot_name(enum policy_slot s);

#endif
