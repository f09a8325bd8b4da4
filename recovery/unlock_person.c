/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys that somebody types: the PIN of a sealed pack, or a recovery key. */
#include "recovery/unlock_parts.h"

#include <stdio.h>
#include <string.h>

#include "recovery/keys/key_file.h"
#include "recovery/keys/key_pack.h"
#include "recovery/tell_unlock.h"
#include "storage/crypto/secret.h"
#include "storage/err.h"

#define MAX_TRIES    3
#define WAIT_SECONDS 60
/* For SECRET_MAX_IDS volumes. */
#define TEXT_BYTES 1024

/*
 * As ask_secret() of the platform.  Where nobody has answered in time once
 * nobody is asked again: Windows is to start.
 */
static int ask(struct unlock *u, const struct secret_question *q,
	char answer[SECRET_BYTES], size_t *ret_len)
{
	const struct platform *p = u->platform;
	int err;

	if (u->is_alone)
		return -ERR_NOT_FOUND;
	unlock_expect_secrets(u);
	err = p->ops->ask_secret(p->ctx, q, answer, SECRET_BYTES, ret_len);
	u->is_alone = err == -ERR_NOT_FOUND;
	u->is_declined |= err == SECRET_DECLINED;
	unlock_work_begin(u); /* a person's time is another matter */
	return err;
}

/* --- Sealed key packs ----------------------------------------------------- */

/* 0 if the pack is open, else as ask() or key_pack_unlock(). */
static int open_pack(struct unlock *u, struct key_pack *pack)
{
	char text[TEXT_BYTES];
	const struct secret_question q = {
		.kind = SECRET_PIN, .text = text, .seconds = WAIT_SECONDS};
	int err = -ERR_UNTRUSTED;
	unsigned int tries;

	for (tries = 0; err == -ERR_UNTRUSTED && tries < MAX_TRIES; tries++) {
		char pin[SECRET_BYTES];
		size_t len = 0;

		/* Where it is typed nothing else may be to be seen. */
		snprintf(text, sizeof(text), "%sThe PIN of the key pack %s?",
			tries ? "That was not it. " : "", pack->source->name);
		err = ask(u, &q, pin, &len);
		if (err == 0) {
			tell_unlock_trying_pin(u->platform, pack->source->name);
			unlock_work_begin(u);
			err = key_pack_unlock(pack, pin, len);
			unlock_work_goes_on(u);
		}
		secret_wipe(pin, sizeof(pin));
		if (err == -ERR_UNTRUSTED)
			tell_unlock_pin_wrong(u->platform, pack->source->name);
	}
	return err;
}

static int take_keys(const struct key_pack *pack, struct key_ring *ring)
{
	const struct key_sink sink = key_ring_sink(ring);
	size_t i;
	int err = 0;

	for (i = 0; err == 0 && i < ring->wanted_count; i++)
		err = key_pack_hand_in(pack, ring->wanted[i], &sink);
	return err;
}

static void read_pack(struct unlock *u, const struct key_source *source,
	struct key_ring *ring)
{
	size_t before = ring->count;
	struct key_pack pack;
	int err;

	if (key_file_is_pack(source) <= 0)
		return; /* what is wrong with others was said */
	err = key_pack_open(&pack, source);
	if (err == 0)
		err = open_pack(u, &pack);
	if (err == 0)
		err = take_keys(&pack, ring);
	if (err == 0 && ring->count == before)
		tell_unlock_not_in_pack(u->platform, source->name);
	if (err == -ERR_NOT_FOUND)
		tell_unlock_sealed(u->platform, source->name);
	else if (err < 0 && err != -ERR_UNTRUSTED)
		tell_unlock_file(u->platform, source->name, err);
	key_pack_close(&pack);
}

static size_t unlock_by_packs(struct unlock *u)
{
	struct key_ring *ring;
	size_t opened = 0;

	if (u->has_asked_packs)
		return 0;
	u->has_asked_packs = true;
	ring = unlock_ring_open(u);
	if (ring) {
		unlock_each_file(u, ring, read_pack);
		opened = unlock_try_ring(u, ring, UNLOCK_KEY_PACK);
	}
	unlock_ring_close(ring);
	return opened;
}

/* --- A recovery key ------------------------------------------------------- */

struct typed {
	struct unlock *unlock;
	struct key key;
	size_t opened;
	bool is_unsure; /* that it is of no volume: not all were tried */
};

static bool try_one(void *ctx, struct unlock_volume *v, unsigned int nth)
{
	struct typed *t = ctx;
	int at = unlock_nth(v, nth, unlock_takes_typed);
	int result;

	if (at < 0)
		return false;
	result = unlock_try(t->unlock, v, &t->key, (size_t)at, UNLOCK_TYPED);
	t->opened += result > 0;
	t->is_unsure |= result < 0;
	return result != -ERR_TOO_LARGE;
}

/* Whatever volume it is of: that which was asked for is one of them. */
static size_t try_typed(struct unlock *u, const char *digits, size_t len)
{
	struct typed t = {.unlock = u,
		.key = {.kind = KEY_RECOVERY_PASSWORD,
			.id_kind = KEY_ID_NONE,
			.len = KEY_RECOVERY_BYTES}};
	unsigned int group;

	/* The front lets no other through. */
	if (recovery_password_parse(digits, len, t.key.bytes, &group) ==
		RECOVERY_GROUP_GOOD)
		unlock_in_turn(u, try_one, &t);
	secret_wipe(&t.key, sizeof(t.key));
	if (!t.opened && !t.is_unsure)
		tell_unlock_typed_wrong(u->platform);
	return t.opened;
}

struct ids {
	char texts[SECRET_MAX_IDS][UNLOCK_KEY_ID_BYTES];
	size_t count;
};

static bool add_id(void *ctx, struct unlock_volume *v, unsigned int nth)
{
	struct ids *ids = ctx;
	int at = unlock_nth(v, nth, unlock_takes_typed);

	if (at < 0 || ids->count == SECRET_MAX_IDS)
		return false;
	(void)unlock_key_id(
		v->metadata.protectors[at].guid, ids->texts[ids->count++]);
	return true;
}

#define NAME_BYTES 65

/* What a disk says of itself must steer no terminal. */
static const char *shown(const char *description, char buf[NAME_BYTES])
{
	size_t i;

	for (i = 0; description[i] && i + 1 < NAME_BYTES; i++)
		buf[i] = description[i] >= ' ' && description[i] <= '~'
				 ? description[i]
				 : '?';
	buf[i] = 0;
	return buf;
}

struct names {
	char *text;
	size_t len;
	unsigned int count;
};

static bool add_name(void *ctx, struct unlock_volume *v, unsigned int nth)
{
	struct names *n = ctx;
	char name[NAME_BYTES];

	if (n->count == SECRET_MAX_IDS ||
		unlock_nth(v, nth, unlock_takes_typed) < 0)
		return false;
	n->len += (size_t)snprintf(n->text + n->len, TEXT_BYTES - n->len,
		"%s%s (%s)", n->count ? ", " : "", v->name,
		shown(v->metadata.description, name));
	n->count++;
	return false; /* a volume has one name */
}

/*
 * All those that could be meant: which of them is Windows nobody knows yet, and
 * whoever has no key for a disk of data may have that for Windows.
 */
static void describe(struct unlock *u, bool is_again, char text[TEXT_BYTES])
{
	struct names n = {.text = text};

	n.len = (size_t)snprintf(text, TEXT_BYTES, "%sLocked by BitLocker: ",
		is_again ? "That key is of another volume. " : "");
	unlock_in_turn(u, add_name, &n);
	(void)snprintf(text + n.len, TEXT_BYTES - n.len, ".");
}

/* As ask(); a wrong key is said. */
static int ask_once(
	struct unlock *u, const struct secret_question *q, size_t *ret_opened)
{
	char digits[SECRET_BYTES];
	size_t len = 0;
	int err = ask(u, q, digits, &len);

	if (err == 0)
		*ret_opened = try_typed(u, digits, len);
	secret_wipe(digits, sizeof(digits));
	return err;
}

static size_t ask_for_key(struct unlock *u)
{
	struct ids ids = {.count = 0};
	char text[TEXT_BYTES];
	struct secret_question q = {.kind = SECRET_RECOVERY_PASSWORD,
		.text = text,
		.seconds = WAIT_SECONDS};
	unsigned int tries;
	size_t opened = 0;
	int err = 0;

	unlock_in_turn(u, add_id, &ids);
	if (!ids.count)
		return 0;
	q.id_count = ids.count;
	for (size_t i = 0; i < q.id_count; i++)
		q.ids[i] = ids.texts[i];
	q.qr_text = ids.texts[0];
	for (tries = 0; err == 0 && !opened && tries < MAX_TRIES; tries++) {
		describe(u, tries > 0, text);
		err = ask_once(u, &q, &opened);
	}
	return opened;
}

size_t unlock_by_person(struct unlock *u)
{
	size_t opened;

	if (!unlock_next_wanted(u, NULL))
		return 0;
	opened = u->platform->may_ask_pin ? unlock_by_packs(u) : 0;
	if (!opened && u->platform->may_ask_secrets)
		opened = ask_for_key(u);
	return opened;
}
