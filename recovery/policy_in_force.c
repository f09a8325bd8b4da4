/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/policy_in_force.h"

#include <stdlib.h>
#include <string.h>

#include "recovery/tell_policy.h"
#include "storage/err.h"

/* One byte more, so that what is too long is not cut to size. */
#define SIGNATURE_ROOM (SIGNATURE_BYTES + 1)

static const struct {
	enum platform_file file;
	enum platform_file signature;
} places[POLICY_SLOT_COUNT] = {
	[POLICY_SLOT_NEWEST] = {FILE_POLICY, FILE_POLICY_SIGNATURE},
	[POLICY_SLOT_PREVIOUS] = {FILE_PREVIOUS, FILE_PREVIOUS_SIGNATURE},
	[POLICY_SLOT_OVERLAY] = {FILE_OVERLAY, FILE_OVERLAY_SIGNATURE},
	[POLICY_SLOT_INSTALLED] = {FILE_INSTALLED, FILE_INSTALLED_SIGNATURE},
};

/* The file first, which wants the alignment; its signature behind it. */
static void load(const struct platform *p, enum policy_slot slot,
	struct policy_file *ret, void **ret_memory)
{
	uint8_t *memory = malloc(POLICY_MAX_BYTES + SIGNATURE_ROOM);
	int err;

	*ret_memory = memory;
	if (!memory) {
		ret->err = -ERR_NO_MEMORY;
		return;
	}
	ret->bytes = memory;
	ret->signature = memory + POLICY_MAX_BYTES;
	ret->err = p->ops->file_get(
		p->ctx, places[slot].file, memory, POLICY_MAX_BYTES, &ret->len);
	if (ret->err < 0)
		return;
	err = p->ops->file_get(p->ctx, places[slot].signature,
		memory + POLICY_MAX_BYTES, SIGNATURE_ROOM, &ret->signature_len);
	/* A policy without its signature is one that nobody signed. */
	if (err == -ERR_NOT_FOUND || err == -ERR_TOO_LARGE)
		ret->signature_len = 0;
	else if (err < 0)
		ret->err = err;
}

static void limit_network(const struct platform *p, const struct policy *by)
{
	if (p->ops->network_limit)
		p->ops->network_limit(p->ctx, by->network_seconds);
}

/* What the PC has itself counts before anybody else is asked. */
static void heed_installed(const struct platform *p,
	const struct policy_offer *o, struct policy *scratch)
{
	const struct policy_file *f = &o->files[POLICY_SLOT_INSTALLED];

	if (f->err == 0 && o->keys->count &&
		!signature_check(o->keys, f->bytes, f->len, f->signature,
			f->signature_len) &&
		!policy_check(f->bytes, f->len, scratch))
		limit_network(p, scratch);
}

static uint32_t number_of(const struct platform *p)
{
	uint8_t id[PLATFORM_ID_BYTES];
	int err = p->ops->machine_id_get(p->ctx, id);

	return share_number(err < 0 ? NULL : id, p->mac);
}

int policy_in_force_open(const struct platform *p, const struct record *r,
	struct policy_in_force *ret)
{
	struct policy_offer offer = {
		.origin = p->origin,
		.serial = r->policy_serial,
		.previous_serial = r->policy_previous_serial,
		.number = number_of(p),
	};
	size_t i;
	int err;

	memset(ret, 0, sizeof(*ret));
	if (signature_keys_check(p->keys, p->keys_len, &ret->keys) < 0)
		tell(p, SAY_WARNING,
			"The keys in this copy of Loopbreaker are damaged: "
			"nothing that is signed can be checked.");
	offer.keys = &ret->keys;
	offer.now = policy_clock(p->ops->clock_get(p->ctx), r);
	load(p, POLICY_SLOT_INSTALLED, &offer.files[POLICY_SLOT_INSTALLED],
		&ret->files[POLICY_SLOT_INSTALLED]);
	heed_installed(p, &offer, &ret->choice.policy);
	for (i = 0; i < POLICY_SLOT_INSTALLED; i++)
		load(p, (enum policy_slot)i, &offer.files[i], &ret->files[i]);
	err = policy_choose(&offer, &ret->choice);
	if (err == 0)
		limit_network(p, &ret->choice.policy);
	if (err < 0)
		tell(p, SAY_ERROR,
			"There is no policy to go by (%s): nothing is "
			"examined.",
			err_text(err));
	else
		tell_policy(p, &ret->choice);
	return err;
}

void policy_in_force_close(struct policy_in_force *f)
{
	size_t i;

	policy_choice_free(&f->choice);
	for (i = 0; i < POLICY_SLOT_COUNT; i++)
		free(f->files[i]);
	memset(f, 0, sizeof(*f));
}
