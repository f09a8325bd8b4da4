/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/keys/key_pack.h"

#include <mbedtls/md.h>
#include <mbedtls/pkcs5.h>
#include <stdbool.h>
#include <string.h>

#include "recovery/keys/key_seal.h"
#include "storage/bytes.h"
#include "storage/crypto/secret.h"
#include "storage/err.h"

/* --- The header ----------------------------------------------------------- */

static bool is_zero(const uint8_t *b, size_t len)
{
	uint8_t any = 0;

	for (; len > 0; b++, len--)
		any |= *b;
	return !any;
}

int key_pack_check(
	const uint8_t *bytes, uint64_t size, struct key_pack_header *ret)
{
	struct key_pack_header h;

	if (size < KEY_PACK_HEADER_BYTES)
		return -ERR_TRUNCATED;
	if (memcmp(bytes, KEY_PACK_MAGIC, KEY_PACK_MAGIC_BYTES) != 0)
		return -ERR_CORRUPT;
	if (le32_get(bytes + 8) != KEY_PACK_VERSION)
		return -ERR_UNSUPPORTED;
	h.rounds = le32_get(bytes + 12);
	h.records = le32_get(bytes + 16);
	h.salt = bytes + 32;
	if (h.rounds < KEY_PACK_MIN_ROUNDS || !is_zero(bytes + 20, 12))
		return -ERR_CORRUPT;
	if (h.rounds > KEY_PACK_MAX_ROUNDS || h.records > KEY_PACK_MAX_RECORDS)
		return -ERR_TOO_LARGE;
	if (size < KEY_PACK_BYTES(h.records))
		return -ERR_TRUNCATED;
	if (size > KEY_PACK_BYTES(h.records))
		return -ERR_CORRUPT;
	*ret = h;
	return 0;
}

int key_pack_open(struct key_pack *p, const struct key_source *source)
{
	int err;

	memset(p, 0, sizeof(*p));
	p->source = source;
	err = key_source_read(source, 0, p->bytes, sizeof(p->bytes));
	if (err < 0)
		return err;
	return key_pack_check(p->bytes, source->size, &p->header);
}

void key_pack_close(struct key_pack *p)
{
	secret_wipe(p, sizeof(*p));
}

/* --- The PIN -------------------------------------------------------------- */

int key_pack_derive(const void *pin, size_t pin_len,
	const uint8_t salt[KEY_PACK_SALT_BYTES], uint32_t rounds,
	uint8_t ret[KEY_PACK_KEY_BYTES])
{
	mbedtls_md_context_t md;
	int status;

	mbedtls_md_init(&md);
	status = mbedtls_md_setup(
		&md, mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), 1);
	if (!status)
		status = mbedtls_pkcs5_pbkdf2_hmac(&md, pin, pin_len, salt,
			KEY_PACK_SALT_BYTES, rounds, KEY_PACK_KEY_BYTES, ret);
	mbedtls_md_free(&md);
	if (!status)
		return 0;
	secret_wipe(ret, KEY_PACK_KEY_BYTES);
	return status == MBEDTLS_ERR_MD_ALLOC_FAILED ? -ERR_NO_MEMORY
						     : -ERR_INTERNAL;
}

/* Takes as long whatever differs. */
static bool is_same(const uint8_t *a, const uint8_t *b, size_t len)
{
	uint8_t differs = 0;
	size_t i;

	for (i = 0; i < len; i++)
		differs |= a[i] ^ b[i];
	return !differs;
}

int key_pack_unlock_with(
	struct key_pack *p, const uint8_t derived[KEY_PACK_KEY_BYTES])
{
	uint8_t check[KEY_PACK_KEY_BYTES];
	int err = key_seal_secrets(derived, &p->secrets);

	if (!err)
		err = key_seal_check(&p->secrets, p->bytes, check);
	if (!err && !is_same(check, p->bytes + KEY_SEAL_CHECK_OFFSET,
			    sizeof(check)))
		err = -ERR_UNTRUSTED;
	if (err < 0)
		secret_wipe(&p->secrets, sizeof(p->secrets));
	return err;
}

int key_pack_unlock(struct key_pack *p, const void *pin, size_t pin_len)
{
	uint8_t derived[KEY_PACK_KEY_BYTES];
	int err = key_pack_derive(
		pin, pin_len, p->header.salt, p->header.rounds, derived);

	if (!err)
		err = key_pack_unlock_with(p, derived);
	secret_wipe(derived, sizeof(derived));
	return err;
}

/* --- Records -------------------------------------------------------------- */

/* The record at @place; the places of hostile packs may be in no order. */
static int search(const struct key_pack *p,
	const uint8_t place[KEY_PACK_PLACE_BYTES],
	uint8_t ret[KEY_PACK_RECORD_BYTES])
{
	uint32_t first = 0;
	uint32_t end = p->header.records;
	uint32_t middle;
	int order;
	int err;

	while (first < end) {
		middle = first + (end - first) / 2;
		err = key_source_read(p->source,
			KEY_PACK_HEADER_BYTES +
				(uint64_t)middle * KEY_PACK_RECORD_BYTES,
			ret, KEY_PACK_RECORD_BYTES);
		if (err < 0)
			return err;
		order = memcmp(place, ret, KEY_PACK_PLACE_BYTES);
		if (!order)
			return 0;
		if (order < 0)
			end = middle;
		else
			first = middle + 1;
	}
	return -ERR_NOT_FOUND;
}

/* @secret is authentic, but nobody says who has made it. */
static int check_secret(const uint8_t *secret, enum key_kind *ret_kind)
{
	size_t len = secret[1];

	if (secret[0] == KEY_RECOVERY_PASSWORD && len == KEY_RECOVERY_BYTES)
		*ret_kind = KEY_RECOVERY_PASSWORD;
	else if (secret[0] == KEY_STARTUP && len == KEY_STARTUP_BYTES)
		*ret_kind = KEY_STARTUP;
	else
		return -ERR_CORRUPT;
	return is_zero(secret + 2, 6) && is_zero(secret + 8 + len,
						 KEY_STARTUP_BYTES - len)
		       ? 0
		       : -ERR_CORRUPT;
}

int key_pack_find(const struct key_pack *p, const uint8_t id[GUID_BYTES],
	unsigned int number, struct key *ret)
{
	uint8_t record[KEY_PACK_RECORD_BYTES];
	uint8_t *secret = record + KEY_SEAL_SECRET_OFFSET;
	uint8_t place[KEY_PACK_PLACE_BYTES];
	enum key_kind kind;
	int err = key_seal_place(&p->secrets, id, number, place);

	if (!err)
		err = search(p, place, record);
	if (!err)
		err = key_seal_open_record(&p->secrets, id, number, record);
	if (!err)
		err = check_secret(secret, &kind);
	if (!err) {
		memset(ret, 0, sizeof(*ret));
		ret->kind = kind;
		ret->id_kind = KEY_ID_WHOLE;
		memcpy(ret->id, id, GUID_BYTES);
		ret->len = secret[1];
		memcpy(ret->bytes, secret + 8, ret->len);
		ret->file = p->source->name;
	}
	secret_wipe(record, sizeof(record));
	return err;
}

int key_pack_hand_in(const struct key_pack *p, const uint8_t id[GUID_BYTES],
	const struct key_sink *sink)
{
	struct key k;
	unsigned int number;
	int err = 0;

	for (number = 0; number < KEY_PACK_MAX_SAME && !err; number++) {
		err = key_pack_find(p, id, number, &k);
		if (!err)
			err = sink->key(sink->ctx, &k);
		secret_wipe(&k, sizeof(k));
	}
	return err == -ERR_NOT_FOUND ? 0 : err;
}

/* --- The list ------------------------------------------------------------- */

int key_pack_list(const struct key_pack *p, uint8_t *ret)
{
	uint64_t off = KEY_PACK_HEADER_BYTES +
		       (uint64_t)p->header.records * KEY_PACK_RECORD_BYTES;
	size_t len = (size_t)p->header.records * KEY_ID_START_BYTES;
	uint8_t tag[KEY_PACK_TAG_BYTES];
	int err = key_source_read(p->source, off, tag, sizeof(tag));

	if (!err)
		err = key_source_read(p->source, off + sizeof(tag), ret, len);
	if (err < 0) {
		secret_wipe(ret, len);
		return err;
	}
	return key_seal_open_list(&p->secrets, p->bytes, ret, len, tag);
}
