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

static int ask(struct unlock *u, const struct secret_question *q,
	char answer[SECRET_BYTES], size_t *ret_len)
{
	const struct platform *p = u->platform;

	unlock_expect_secrets(u);
	return p->ops->ask_secret(p->ctx, q, answer, SECRET_BYTES, ret_len);
}

/* --- Sealed key packs ----------------------------------------------------- */

/* 0 if the pack is open, -ERR_NOT_FOUND if nobody wants to open it. */
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
		if (err == 0)
			err = key_pack_unlock(pack, pin, len);
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
	enum key_format format;
	struct key_pack pack;
	int err = key_file_recognise(source, &format);

	if (err < 0 || format != KEY_FORMAT_PACK)
		return; /* what is wrong with others was said */
	err = key_pack_open(&pack, source);
	if (err == 0)
		err = open_pack(u, &pack);
	if (err == 0)
		err = take_keys(&pack, ring);
	if (err == 0 && ring->count == before)
		tell_unlock_not_in_pack(u->platform, source->name);
	if (err < 0 && err != -ERR_NOT_FOUND && err != -ERR_UNTRUSTED)
		tell_unlock_file(u->platform, source->name, err);
	key_pack_close(&pack);
}

static size_t unlock_by_packs(struct unlock *u)
{
	struct key_ring *ring = unlock_ring_open(u);
	size_t opened = 0;

	if (ring) {
		unlock_each_file(u, ring, read_pack);
		opened = unlock_try_ring(u, ring, UNLOCK_KEY_PACK);
	}
	unlock_ring_close(ring);
	return opened;
}

/* --- A recovery key ------------------------------------------------------- */

/* Whatever volume it is of: that which was asked for is one of them. */
static size_t try_typed(struct unlock *u, const char *digits, size_t len)
{
	struct key k = {.kind = KEY_RECOVERY_PASSWORD,
		.id_kind = KEY_ID_NONE,
		.len = KEY_RECOVERY_BYTES};
	struct unlock_volume *v = NULL;
	unsigned int group;
	size_t opened = 0;
	size_t i;

	if (recovery_password_parse(digits, len, k.bytes, &group) !=
		RECOVERY_GROUP_GOOD)
		return 0; /* the front lets no other through */
	while ((v = unlock_next_wanted(u, v)) != NULL)
		for (i = 0; i < v->metadata.protector_count; i++)
			if (unlock_is_wanted(v) &&
				unlock_takes(
					&v->metadata.protectors[i], k.kind) &&
				unlock_try(u, v, &k, i, UNLOCK_TYPED) > 0)
				opened++;
	secret_wipe(&k, sizeof(k));
	return opened;
}

struct ids {
	char texts[SECRET_MAX_IDS][UNLOCK_KEY_ID_BYTES];
	size_t count;
};

/* Its @nth recovery password; false if it has fewer. */
static bool add_id(
	const struct unlock_volume *v, unsigned int nth, struct ids *ids)
{
	const struct bitlocker_metadata *m = &v->metadata;
	size_t i;

	for (i = 0; i < m->protector_count; i++) {
		if (!unlock_takes(&m->protectors[i], KEY_RECOVERY_PASSWORD) ||
			nth-- > 0)
			continue;
		(void)unlock_key_id(
			m->protectors[i].guid, ids->texts[ids->count++]);
		return true;
	}
	return false;
}

/* The first of each volume, then the second of each, and so on. */
static void list_ids(struct unlock *u, struct ids *ids)
{
	bool has_more = true;
	unsigned int nth;

	ids->count = 0;
	for (nth = 0; has_more; nth++) {
		struct unlock_volume *v = NULL;

		has_more = false;
		while ((v = unlock_next_wanted(u, v)) != NULL) {
			if (ids->count == SECRET_MAX_IDS)
				return;
			has_more |= add_id(v, nth, ids);
		}
	}
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

/*
 * All those that could be meant: which of them is Windows nobody knows yet, and
 * whoever has no key for a disk of data may have that for Windows.
 */
static void describe(struct unlock *u, bool is_again, char text[TEXT_BYTES])
{
	struct unlock_volume *v = NULL;
	char name[NAME_BYTES];
	unsigned int names = 0;
	struct ids ids;
	size_t len = (size_t)snprintf(text, TEXT_BYTES, "%s",
		is_again ? "That key is of another volume. " : "");

	len += (size_t)snprintf(
		text + len, TEXT_BYTES - len, "Locked by BitLocker: ");
	while ((v = unlock_next_wanted(u, v)) != NULL) {
		ids.count = 0;
		if (names == SECRET_MAX_IDS || !add_id(v, 0, &ids))
			continue;
		len += (size_t)snprintf(text + len, TEXT_BYTES - len,
			"%s%s (%s)", names ? ", " : "", v->name,
			shown(v->metadata.description, name));
		names++;
	}
	(void)snprintf(text + len, TEXT_BYTES - len, ".");
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
	if (err == 0 && !*ret_opened)
		tell_unlock_typed_wrong(u->platform);
	return err;
}

static size_t ask_for_key(struct unlock *u)
{
	struct ids ids;
	char text[TEXT_BYTES];
	struct secret_question q = {.kind = SECRET_RECOVERY_PASSWORD,
		.text = text,
		.seconds = WAIT_SECONDS};
	unsigned int tries;
	size_t opened = 0;
	int err = 0;

	list_ids(u, &ids);
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
	opened = unlock_by_packs(u);
	return opened ? opened : ask_for_key(u);
}
