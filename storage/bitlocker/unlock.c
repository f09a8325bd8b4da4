/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Key of a person, volume master key, key of the volume: one opens the next. */
#include "storage/bitlocker/unlock.h"

#include <mbedtls/ccm.h>
#include <string.h>

#include "storage/bitlocker/check.h"
#include "storage/bytes.h"
#include "storage/crypto/secret.h"
#include "storage/err.h"

/* --- What is wrapped ----------------------------------------------------- */

/* 1 opened, 0 another key is needed; -ERR_NO_MEMORY, -ERR_INTERNAL. */
static int unwrap(const uint8_t key[BITLOCKER_KEY_BYTES],
	const struct bitlocker_wrapped *w, uint8_t *ret_payload)
{
	mbedtls_ccm_context ccm;
	int err;

	mbedtls_ccm_init(&ccm);
	err = mbedtls_ccm_setkey(
		&ccm, MBEDTLS_CIPHER_ID_AES, key, 8 * BITLOCKER_KEY_BYTES);
	if (err == 0)
		err = mbedtls_ccm_auth_decrypt(&ccm, w->payload_len, w->nonce,
			sizeof(w->nonce), NULL, 0, w->payload, ret_payload,
			w->tag, sizeof(w->tag));
	mbedtls_ccm_free(&ccm);
	if (err == 0)
		return 1;
	if (err == MBEDTLS_ERR_CCM_AUTH_FAILED)
		return 0;
	return err == MBEDTLS_ERR_CIPHER_ALLOC_FAILED ? -ERR_NO_MEMORY
						      : -ERR_INTERNAL;
}

/* What came out is one key entry and nothing else. */
static bool is_key_entry(const uint8_t *payload, size_t len)
{
	return le16_get(payload + FVE_ENTRY_SIZE) == len &&
	       le16_get(payload + FVE_ENTRY_VALUE) == FVE_VALUE_KEY;
}

/* Does the master key vouch for the metadata?  1, 0; an error. */
static int check_seal(const struct bitlocker_metadata *m,
	const uint8_t vmk[BITLOCKER_KEY_BYTES])
{
	uint8_t payload[BITLOCKER_MAX_PAYLOAD_BYTES];
	int opened;

	if (m->seal.payload_len == 0)
		return 0;
	opened = unwrap(vmk, &m->seal, payload);
	if (opened == 1)
		opened = is_key_entry(payload, m->seal.payload_len) &&
			 !memcmp(payload + FVE_INNER_KEY, m->digest,
				 sizeof(m->digest));
	return opened;
}

/* A key of the method that the metadata name, of which check.c knows. */
static bool is_fvek(const struct bitlocker_metadata *m, const uint8_t *payload)
{
	size_t len = m->fvek.payload_len;

	return len == FVE_INNER_KEY + bitlocker_key_bytes(m->method) &&
	       is_key_entry(payload, len) &&
	       le16_get(payload + FVE_INNER_METHOD) == m->method;
}

/* 1, or 0 if the master key does not fit or what it opens is no such key. */
static int open_fvek(const struct bitlocker_metadata *m,
	const uint8_t vmk[BITLOCKER_KEY_BYTES], struct bitlocker_fvek *ret)
{
	uint8_t payload[BITLOCKER_MAX_PAYLOAD_BYTES];
	int found = unwrap(vmk, &m->fvek, payload);
	int sealed = 0;

	if (found == 1 && !is_fvek(m, payload))
		found = 0;
	if (found == 1)
		sealed = check_seal(m, vmk);
	if (sealed < 0)
		found = sealed;
	if (found == 1) {
		ret->method = m->method;
		ret->is_sealed = sealed == 1;
		ret->len = (uint8_t)bitlocker_key_bytes(m->method);
		memcpy(ret->bytes, payload + FVE_INNER_KEY, ret->len);
	}
	secret_wipe(payload, sizeof(payload));
	return found;
}

/* --- One protector ------------------------------------------------------- */

static bool kind_fits(enum bitlocker_key_kind kind, uint16_t type)
{
	switch (kind) {
	case BITLOCKER_KEY_CLEAR:
		return type == BITLOCKER_CLEAR_KEY;
	case BITLOCKER_KEY_RECOVERY:
		return type == BITLOCKER_RECOVERY_PASSWORD;
	case BITLOCKER_KEY_PASSWORD:
		return type == BITLOCKER_PASSWORD;
	case BITLOCKER_KEY_STARTUP:
		return type == BITLOCKER_STARTUP_KEY;
	}
	return false;
}

static bool key_fits(const struct bitlocker_key *key,
	const struct bitlocker_protector *p, const uint8_t *only)
{
	if (!kind_fits(key->kind, p->type) || p->wrapped_count == 0)
		return false;
	if (only && memcmp(p->guid, only, GUID_BYTES) != 0)
		return false;
	switch (key->kind) {
	case BITLOCKER_KEY_CLEAR:
		return p->has_clear_key;
	case BITLOCKER_KEY_RECOVERY:
	case BITLOCKER_KEY_PASSWORD:
		return p->has_salt;
	case BITLOCKER_KEY_STARTUP:
		return !memcmp(p->guid, key->guid, GUID_BYTES);
	}
	return false;
}

/* The key that opens what @p holds: 1; 0 if progress gave up; an error. */
static int make_opener(const struct bitlocker_key *key,
	const struct bitlocker_protector *p,
	const struct stretch_progress *progress,
	uint8_t ret[BITLOCKER_KEY_BYTES])
{
	switch (key->kind) {
	case BITLOCKER_KEY_CLEAR:
		memcpy(ret, p->clear_key, BITLOCKER_KEY_BYTES);
		return 1;
	case BITLOCKER_KEY_STARTUP:
		memcpy(ret, key->bytes, BITLOCKER_KEY_BYTES);
		return 1;
	case BITLOCKER_KEY_RECOVERY:
	case BITLOCKER_KEY_PASSWORD:
		return stretch_key(key->bytes, p->salt, progress, ret);
	}
	return -ERR_INTERNAL;
}

/*
 * Each of the keys that a protector holds.  @ret_outcome becomes OPENED or
 * DAMAGED_KEY if one of them opens, and stays as it is otherwise.
 */
static int open_wrapped(const struct bitlocker_metadata *m,
	const struct bitlocker_protector *p,
	const uint8_t opener[BITLOCKER_KEY_BYTES],
	enum bitlocker_outcome *ret_outcome, struct bitlocker_fvek *ret_fvek)
{
	uint8_t payload[BITLOCKER_MAX_PAYLOAD_BYTES];
	int found = 0;
	size_t i;

	for (i = 0; i < p->wrapped_count && found == 0; i++) {
		const struct bitlocker_wrapped *w = &p->wrapped[i];

		found = unwrap(opener, w, payload);
		if (found != 1)
			continue;
		*ret_outcome = BITLOCKER_DAMAGED_KEY;
		found = is_key_entry(payload, w->payload_len)
				? open_fvek(
					  m, payload + FVE_INNER_KEY, ret_fvek)
				: 0;
	}
	if (found == 1)
		*ret_outcome = BITLOCKER_OPENED;
	secret_wipe(payload, sizeof(payload));
	return found < 0 ? found : 0;
}

static int try_protector(const struct bitlocker_metadata *m,
	const struct bitlocker_protector *p, const struct bitlocker_key *key,
	const struct stretch_progress *progress,
	enum bitlocker_outcome *ret_outcome, struct bitlocker_fvek *ret_fvek)
{
	uint8_t opener[BITLOCKER_KEY_BYTES];
	int err = make_opener(key, p, progress, opener);

	if (err == 0)
		*ret_outcome = BITLOCKER_STOPPED;
	else if (err == 1)
		err = open_wrapped(m, p, opener, ret_outcome, ret_fvek);
	secret_wipe(opener, sizeof(opener));
	return err;
}

/* --- All protectors ------------------------------------------------------ */

/* Nothing is encrypted, so nothing has to be opened. */
static bool open_decrypted(const struct bitlocker_metadata *m,
	const struct bitlocker_key *key, struct bitlocker_unlocked *u,
	struct bitlocker_fvek *fvek)
{
	if (m->state != FVE_STATE_DECRYPTED || key->kind != BITLOCKER_KEY_CLEAR)
		return false;
	u->outcome = BITLOCKER_OPENED;
	fvek->method = BITLOCKER_METHOD_NONE;
	return true;
}

/* OPENED ends the search, and so does STOPPED; the others do not. */
static bool is_final(enum bitlocker_outcome o)
{
	return o == BITLOCKER_OPENED || o == BITLOCKER_STOPPED;
}

static int try_all(const struct bitlocker_metadata *m,
	const struct bitlocker_key *key, const uint8_t *only,
	const struct stretch_progress *progress, struct bitlocker_unlocked *u,
	struct bitlocker_fvek *fvek)
{
	size_t i;
	int err;

	for (i = 0; i < m->protector_count && !is_final(u->outcome); i++) {
		const struct bitlocker_protector *p = &m->protectors[i];
		enum bitlocker_outcome o = BITLOCKER_WRONG_KEY;

		if (!key_fits(key, p, only))
			continue;
		u->tried[u->tried_count++] = (uint8_t)i;
		err = try_protector(m, p, key, progress, &o, fvek);
		if (err < 0)
			return err;
		/* A damaged key says more than a wrong one. */
		if (u->outcome == BITLOCKER_DAMAGED_KEY &&
			o == BITLOCKER_WRONG_KEY)
			continue;
		u->outcome = o;
		u->protector = i;
	}
	return 0;
}

int bitlocker_unlock(const struct bitlocker_metadata *m,
	const struct bitlocker_key *key, const uint8_t *only,
	const struct stretch_progress *progress, struct bitlocker_unlocked *ret,
	struct bitlocker_fvek *ret_fvek)
{
	struct bitlocker_fvek fvek;
	int err = 0;

	memset(&fvek, 0, sizeof(fvek));
	memset(ret, 0, sizeof(*ret));
	ret->outcome = BITLOCKER_NO_PROTECTOR;
	if (m->no_read != BITLOCKER_ACCEPTED)
		return 0;
	if (!open_decrypted(m, key, ret, &fvek))
		err = try_all(m, key, only, progress, ret, &fvek);
	if (err == 0 && ret->outcome == BITLOCKER_OPENED)
		*ret_fvek = fvek;
	bitlocker_fvek_wipe(&fvek);
	return err;
}

enum bitlocker_refusal bitlocker_write_refusal(
	const struct bitlocker_metadata *m, const struct bitlocker_fvek *fvek)
{
	if (m->no_write != BITLOCKER_ACCEPTED)
		return m->no_write;
	return fvek->is_sealed ? BITLOCKER_ACCEPTED : BITLOCKER_NOT_SEALED;
}

void bitlocker_fvek_wipe(struct bitlocker_fvek *fvek)
{
	secret_wipe(fvek, sizeof(*fvek));
}

const char *bitlocker_outcome_text(enum bitlocker_outcome o)
{
	switch (o) {
	case BITLOCKER_OPENED:
		return "it is open";
	case BITLOCKER_NO_PROTECTOR:
		return "it has no key protector for such a key";
	case BITLOCKER_WRONG_KEY:
		return "the key fits none of its protectors";
	case BITLOCKER_DAMAGED_KEY:
		return "the key fits, but what it protects is damaged";
	case BITLOCKER_STOPPED:
		return "trying the key was given up";
	}
	return "it is not known what is wrong";
}
