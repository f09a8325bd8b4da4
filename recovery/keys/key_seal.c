/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/keys/key_seal.h"

#include <mbedtls/ccm.h>
#include <mbedtls/md.h>
#include <string.h>

#include "storage/crypto/secret.h"
#include "storage/err.h"

#define NAME_BYTES  (GUID_BYTES + 1)
#define NONCE_BYTES 12
#define LABEL	    "loopbreaker key pack 1 "

static int err_of_mbedtls(int status)
{
	switch (status) {
	case 0:
		return 0;
	case MBEDTLS_ERR_CCM_AUTH_FAILED:
		return -ERR_CORRUPT;
	case MBEDTLS_ERR_CIPHER_ALLOC_FAILED:
	case MBEDTLS_ERR_MD_ALLOC_FAILED:
		return -ERR_NO_MEMORY;
	default:
		return -ERR_INTERNAL;
	}
}

static int make_hmac(const uint8_t key[KEY_PACK_KEY_BYTES], const void *bytes,
	size_t len, uint8_t ret[KEY_PACK_KEY_BYTES])
{
	return err_of_mbedtls(
		mbedtls_md_hmac(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256),
			key, KEY_PACK_KEY_BYTES, bytes, len, ret));
}

static int make_secret(const uint8_t derived[KEY_PACK_KEY_BYTES],
	const char *label, uint8_t ret[KEY_PACK_KEY_BYTES])
{
	return make_hmac(derived, label, strlen(label), ret);
}

int key_seal_secrets(
	const uint8_t derived[KEY_PACK_KEY_BYTES], struct key_pack_secrets *ret)
{
	int err = make_secret(derived, LABEL "check", ret->check);

	if (!err)
		err = make_secret(derived, LABEL "place", ret->place);
	if (!err)
		err = make_secret(derived, LABEL "record", ret->record);
	if (!err)
		err = make_secret(derived, LABEL "list", ret->list);
	if (err < 0)
		secret_wipe(ret, sizeof(*ret));
	return err;
}

int key_seal_check(const struct key_pack_secrets *s, const uint8_t *header,
	uint8_t ret[KEY_PACK_KEY_BYTES])
{
	return make_hmac(s->check, header, KEY_SEAL_CHECK_OFFSET, ret);
}

/* --- Records -------------------------------------------------------------- */

static void make_name(const uint8_t id[GUID_BYTES], unsigned int number,
	uint8_t ret[NAME_BYTES])
{
	memcpy(ret, id, GUID_BYTES);
	ret[GUID_BYTES] = (uint8_t)number;
}

int key_seal_place(const struct key_pack_secrets *s,
	const uint8_t id[GUID_BYTES], unsigned int number,
	uint8_t ret[KEY_PACK_PLACE_BYTES])
{
	uint8_t whole[KEY_PACK_KEY_BYTES];
	uint8_t name[NAME_BYTES];
	int err;

	make_name(id, number, name);
	err = make_hmac(s->place, name, sizeof(name), whole);
	if (!err)
		memcpy(ret, whole, KEY_PACK_PLACE_BYTES);
	return err;
}

/* What is in a message of CCM besides its key. */
struct message {
	const uint8_t *nonce;
	const uint8_t *with; /* associated data */
	size_t with_len;
	uint8_t *bytes; /* encrypted or decrypted where they are */
	size_t len;
};

static int encrypt(const uint8_t key[KEY_PACK_KEY_BYTES],
	const struct message *m, uint8_t tag[KEY_PACK_TAG_BYTES])
{
	mbedtls_ccm_context ccm;
	int status;

	mbedtls_ccm_init(&ccm);
	status = mbedtls_ccm_setkey(
		&ccm, MBEDTLS_CIPHER_ID_AES, key, KEY_PACK_KEY_BYTES * 8);
	if (!status)
		status = mbedtls_ccm_encrypt_and_tag(&ccm, m->len, m->nonce,
			NONCE_BYTES, m->with, m->with_len, m->bytes, m->bytes,
			tag, KEY_PACK_TAG_BYTES);
	mbedtls_ccm_free(&ccm);
	return err_of_mbedtls(status);
}

static int decrypt(const uint8_t key[KEY_PACK_KEY_BYTES],
	const struct message *m, uint8_t tag[KEY_PACK_TAG_BYTES])
{
	mbedtls_ccm_context ccm;
	int status;

	mbedtls_ccm_init(&ccm);
	status = mbedtls_ccm_setkey(
		&ccm, MBEDTLS_CIPHER_ID_AES, key, KEY_PACK_KEY_BYTES * 8);
	if (!status)
		status = mbedtls_ccm_auth_decrypt(&ccm, m->len, m->nonce,
			NONCE_BYTES, m->with, m->with_len, m->bytes, m->bytes,
			tag, KEY_PACK_TAG_BYTES);
	mbedtls_ccm_free(&ccm);
	if (status)
		secret_wipe(m->bytes, m->len);
	return err_of_mbedtls(status);
}

static int crypt_record(const struct key_pack_secrets *s,
	const uint8_t id[GUID_BYTES], unsigned int number, uint8_t *record,
	int (*crypt)(const uint8_t *key, const struct message *m, uint8_t *tag))
{
	uint8_t key[KEY_PACK_KEY_BYTES];
	uint8_t name[NAME_BYTES];
	const struct message m = {record, name, sizeof(name),
		record + KEY_SEAL_SECRET_OFFSET, KEY_SEAL_SECRET_BYTES};
	int err;

	make_name(id, number, name);
	err = make_hmac(s->record, name, sizeof(name), key);
	if (!err)
		err = crypt(key, &m, m.bytes + KEY_SEAL_SECRET_BYTES);
	secret_wipe(key, sizeof(key));
	return err;
}

int key_seal_record(const struct key_pack_secrets *s,
	const uint8_t id[GUID_BYTES], unsigned int number, uint8_t *record)
{
	return crypt_record(s, id, number, record, encrypt);
}

int key_seal_open_record(const struct key_pack_secrets *s,
	const uint8_t id[GUID_BYTES], unsigned int number, uint8_t *record)
{
	return crypt_record(s, id, number, record, decrypt);
}

/* --- The list ------------------------------------------------------------- */

static const uint8_t list_nonce[NONCE_BYTES];

int key_seal_list(const struct key_pack_secrets *s, const uint8_t *header,
	uint8_t *list, size_t len, uint8_t tag[KEY_PACK_TAG_BYTES])
{
	const struct message m = {
		list_nonce, header, KEY_SEAL_CHECK_OFFSET, list, len};

	return encrypt(s->list, &m, tag);
}

int key_seal_open_list(const struct key_pack_secrets *s, const uint8_t *header,
	uint8_t *list, size_t len, uint8_t tag[KEY_PACK_TAG_BYTES])
{
	const struct message m = {
		list_nonce, header, KEY_SEAL_CHECK_OFFSET, list, len};

	return decrypt(s->list, &m, tag);
}
