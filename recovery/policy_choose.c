/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/policy_choose.h"

#include <stdlib.h>
#include <string.h>

#include "recovery/policy_narrow.h"
#include "recovery/policy_overlay.h"
#include "storage/err.h"
#include "storage/filetime.h"

/* One choice in the making. */
struct choosing {
	const struct policy_offer *offer;
	struct policy_choice *c;
	struct policy found[POLICY_SLOT_COUNT]; /* where it could be read */
	struct policy builtin;
	struct policy site;    /* the one that was found, with its overlay */
	struct policy scratch; /* large: not for the firmware's stack */
};

/* --- The clock ----------------------------------------------------------- */

uint64_t policy_clock(uint64_t clock, const struct record *r)
{
	uint64_t handover = filetime_from_unix(r->handover_time);
	uint64_t now = handover > clock ? handover : clock;

	return r->hold_time > now ? r->hold_time : now;
}

/* --- One file ------------------------------------------------------------ */

/* Nobody looks at the bytes before their signature was found good. */
static enum policy_state check_signature(
	const struct policy_offer *o, const struct policy_file *f)
{
	int err;

	if (f->err == -ERR_NOT_FOUND)
		return POLICY_ABSENT;
	if (!o->keys->count)
		return POLICY_NO_KEY;
	if (f->err < 0)
		return POLICY_UNREADABLE;
	err = signature_check(
		o->keys, f->bytes, f->len, f->signature, f->signature_len);
	if (err < 0)
		return err == -ERR_UNTRUSTED ? POLICY_FORGED
					     : POLICY_UNREADABLE;
	return POLICY_ACCEPTED;
}

/* Only what is installed on the PC raises the serial, and has to match it. */
static bool is_rolled_back(const struct policy_offer *o, enum policy_slot slot,
	const struct policy *p)
{
	if (o->origin != POLICY_ORIGIN_INSTALLED &&
		slot != POLICY_SLOT_INSTALLED)
		return false;
	if (p->serial >= o->serial)
		return false;
	return slot != POLICY_SLOT_PREVIOUS || p->serial != o->previous_serial;
}

static bool is_expired(const struct policy_offer *o, const struct policy *p)
{
	return p->expires && o->now > p->expires;
}

static enum policy_state judge(struct choosing *k, enum policy_slot slot)
{
	const struct policy_offer *o = k->offer;
	const struct policy_file *f = &o->files[slot];
	struct policy *p = &k->found[slot];
	enum policy_state state;

	state = check_signature(o, f);
	if (state != POLICY_ACCEPTED)
		return state;
	if (policy_check(f->bytes, f->len, p) < 0)
		return POLICY_MALFORMED;
	k->c->serial[slot] = p->serial;
	if (is_rolled_back(o, slot, p))
		return POLICY_ROLLED_BACK;
	return is_expired(o, p) ? POLICY_EXPIRED : POLICY_ACCEPTED;
}

static bool is_accepted(struct choosing *k, enum policy_slot slot)
{
	k->c->state[slot] = judge(k, slot);
	return k->c->state[slot] == POLICY_ACCEPTED;
}

/* --- The overlay --------------------------------------------------------- */

/* Merge it, and let the result pass as any policy has to. */
static enum policy_state merge(struct choosing *k, const void *base)
{
	const struct policy_file *f = &k->offer->files[POLICY_SLOT_OVERLAY];
	struct policy *merged = &k->found[POLICY_SLOT_OVERLAY];
	uint8_t *room = k->c->room;
	size_t len;

	memcpy(room + POLICY_MAX_BYTES, f->bytes, f->len);
	if (policy_overlay_merge(base, room + POLICY_MAX_BYTES, room,
		    POLICY_MAX_BYTES, &len) < 0 ||
		policy_check(room, len, merged) < 0)
		return POLICY_MALFORMED;
	/* Whoever may change the serial could undo the protection by it. */
	if (merged->serial != k->site.serial)
		return POLICY_OTHER_BASE;
	if (is_expired(k->offer, merged))
		return POLICY_EXPIRED;
	k->site = *merged;
	return POLICY_ACCEPTED;
}

/* @base: the tree of k->site */
static enum policy_state add_overlay(struct choosing *k, const void *base)
{
	const struct policy_file *f = &k->offer->files[POLICY_SLOT_OVERLAY];
	enum policy_state state;
	uint32_t serial;

	state = check_signature(k->offer, f);
	if (state != POLICY_ACCEPTED)
		return state;
	if (policy_overlay_check(f->bytes, f->len, &serial) < 0)
		return POLICY_MALFORMED;
	k->c->serial[POLICY_SLOT_OVERLAY] = serial;
	return serial == k->site.serial ? merge(k, base) : POLICY_OTHER_BASE;
}

/* --- The choice ---------------------------------------------------------- */

/* What a stick or the network may only narrow. */
static void choose_base(struct choosing *k)
{
	k->c->in_force = POLICY_SLOT_BUILTIN;
	k->c->policy = k->builtin;
	if (k->offer->origin == POLICY_ORIGIN_INSTALLED ||
		!is_accepted(k, POLICY_SLOT_INSTALLED))
		return;
	k->c->in_force = POLICY_SLOT_INSTALLED;
	k->c->policy = k->found[POLICY_SLOT_INSTALLED];
}

static enum policy_slot choose_slot(struct choosing *k)
{
	if (!is_accepted(k, POLICY_SLOT_NEWEST))
		return is_accepted(k, POLICY_SLOT_PREVIOUS)
			       ? POLICY_SLOT_PREVIOUS
			       : POLICY_SLOT_BUILTIN;
	if (k->offer->files[POLICY_SLOT_PREVIOUS].err != -ERR_NOT_FOUND)
		k->c->state[POLICY_SLOT_PREVIOUS] = POLICY_NOT_NEEDED;
	return POLICY_SLOT_NEWEST;
}

static void narrow_by(struct choosing *k, const struct policy *by)
{
	k->scratch = k->c->policy;
	policy_narrow(&k->scratch, by, &k->c->policy);
	k->c->is_narrowed = true;
}

/* There, but not followed; an expired one has narrowed already. */
static bool is_refused(enum policy_state state)
{
	return state == POLICY_UNREADABLE || state == POLICY_FORGED ||
	       state == POLICY_MALFORMED || state == POLICY_ROLLED_BACK;
}

/*
 * The owner may have forbidden what the policy in force allows, and nobody
 * knows: a failed observation never leads to an action.  Whoever may write the
 * EFI system partition must not get rid of a policy by breaking or deleting it.
 */
static bool is_something_unknown(
	const struct policy_offer *o, const struct policy_choice *c)
{
	bool is_gone = o->origin == POLICY_ORIGIN_INSTALLED && o->keys->count &&
		       o->serial &&
		       c->state[POLICY_SLOT_NEWEST] == POLICY_ABSENT;

	if (c->state[POLICY_SLOT_OVERLAY] == POLICY_UNREADABLE ||
		is_refused(c->state[POLICY_SLOT_INSTALLED]))
		return true;
	return (is_gone || is_refused(c->state[POLICY_SLOT_NEWEST])) &&
	       c->state[POLICY_SLOT_PREVIOUS] != POLICY_ACCEPTED;
}

static void forbid_everything(struct policy_choice *c)
{
	size_t i;

	for (i = 0; i < POLICY_ORIGIN_COUNT; i++)
		c->policy.mode[i] = POLICY_DETECT_ONLY;
	c->is_narrowed = true;
}

static void apply_share(const struct policy_offer *o, struct policy_choice *c)
{
	size_t i;

	c->number = o->number;
	c->is_outside =
		c->policy.share < SHARE_ALL && o->number >= c->policy.share;
	if (!c->is_outside)
		return;
	for (i = 0; i < POLICY_ORIGIN_COUNT; i++)
		c->policy.mode[i] =
			(enum policy_mode)(c->policy.mode[i] & POLICY_ASK);
}

static void choose(struct choosing *k, const void *builtin)
{
	struct policy_choice *c = k->c;
	const void *base = builtin;
	enum policy_slot slot;
	size_t i;

	choose_base(k);
	slot = choose_slot(k);
	k->site = k->builtin;
	if (slot != POLICY_SLOT_BUILTIN) {
		k->site = k->found[slot];
		base = k->offer->files[slot].bytes;
	}
	c->state[POLICY_SLOT_OVERLAY] = add_overlay(k, base);
	if (k->offer->origin == POLICY_ORIGIN_INSTALLED) {
		c->policy = k->site;
		c->in_force = slot;
	} else if (slot != POLICY_SLOT_BUILTIN ||
		   c->state[POLICY_SLOT_OVERLAY] == POLICY_ACCEPTED) {
		narrow_by(k, &k->site);
	}
	for (i = 0; i < POLICY_SLOT_COUNT; i++)
		if (c->state[i] == POLICY_EXPIRED)
			narrow_by(k, &k->found[i]);
	if (is_something_unknown(k->offer, c))
		forbid_everything(c);
	apply_share(k->offer, c);
}

int policy_choose(const struct policy_offer *offer, struct policy_choice *ret)
{
	const void *builtin;
	struct choosing *k;
	size_t len;
	int err;

	memset(ret, 0, sizeof(*ret));
	ret->origin = offer->origin;
	k = calloc(1, sizeof(*k));
	/* The merged tree, and a copy of the overlay. */
	ret->room = calloc(2, POLICY_MAX_BYTES);
	if (!k || !ret->room) {
		err = -ERR_NO_MEMORY;
		goto out;
	}
	k->offer = offer;
	k->c = ret;
	builtin = policy_builtin(&len);
	err = policy_check(builtin, len, &k->builtin);
	if (err == 0)
		choose(k, builtin);
out:
	free(k);
	return err;
}

void policy_choice_free(struct policy_choice *c)
{
	free(c->room);
	memset(c, 0, sizeof(*c));
}

void policy_choice_remember(const struct policy_choice *c, struct record *r)
{
	uint32_t serial = c->serial[POLICY_SLOT_NEWEST];

	if (c->origin != POLICY_ORIGIN_INSTALLED ||
		c->in_force != POLICY_SLOT_NEWEST || serial <= r->policy_serial)
		return;
	r->policy_previous_serial = r->policy_serial;
	r->policy_serial = serial;
}

/* --- Names --------------------------------------------------------------- */

const char *policy_state_name(enum policy_state s)
{
	static const char *const names[POLICY_STATE_COUNT] = {
		[POLICY_ABSENT] = "absent",
		[POLICY_ACCEPTED] = "accepted",
		[POLICY_NOT_NEEDED] = "not-needed",
		[POLICY_UNREADABLE] = "unreadable",
		[POLICY_NO_KEY] = "no-key",
		[POLICY_FORGED] = "forged",
		[POLICY_MALFORMED] = "malformed",
		[POLICY_EXPIRED] = "expired",
		[POLICY_ROLLED_BACK] = "rolled-back",
		[POLICY_OTHER_BASE] = "other-base",
	};

	return (size_t)s < POLICY_STATE_COUNT ? names[s] : "unknown";
}

const char *policy_slot_name(enum policy_slot s)
{
	static const char *const names[POLICY_SLOT_COUNT + 1] = {
		[POLICY_SLOT_NEWEST] = "newest",
		[POLICY_SLOT_PREVIOUS] = "previous",
		[POLICY_SLOT_OVERLAY] = "overlay",
		[POLICY_SLOT_INSTALLED] = "installed",
		[POLICY_SLOT_BUILTIN] = "built-in",
	};

	return (size_t)s <= POLICY_SLOT_COUNT ? names[s] : "unknown";
}
