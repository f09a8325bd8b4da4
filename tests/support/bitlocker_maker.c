/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/bitlocker_maker.h"

#include <mbedtls/ccm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/bitlocker/format.h"
#include "storage/bitlocker/unlock.h"
#include "storage/bytes.h"
#include "storage/crc32.h"
#include "storage/digest.h"
#include "tests/support/bitlocker_maker_cipher.h"

#define FILETIME_2024 0x01DAD9932E9D4000u

/* Everything that Windows would draw by lot. */
static void draw(const struct bitlocker_plan *plan, const char *what, size_t i,
	uint8_t ret[DIGEST_BYTES])
{
	char text[64];
	int len = snprintf(text, sizeof(text), "%s %zu %lu", what, i,
		(unsigned long)plan->seed);

	if (digest_make(text, (size_t)len, ret) < 0)
		abort();
}

void bitlocker_maker_guid(
	const struct bitlocker_plan *plan, size_t i, uint8_t ret[GUID_BYTES])
{
	uint8_t bytes[DIGEST_BYTES];

	draw(plan, "guid", i, bytes);
	memcpy(ret, bytes, GUID_BYTES);
}

/* --- Entries ------------------------------------------------------------- */

struct writer {
	uint8_t *bytes;
	size_t len;
	uint32_t nonce; /* counts up: no nonce twice */
};

static uint8_t *put(struct writer *w, const void *bytes, size_t len)
{
	uint8_t *at = w->bytes + w->len;

	if (w->len + len > FVE_BLOCK_BYTES)
		abort();
	if (bytes)
		memcpy(at, bytes, len);
	w->len += len;
	return at;
}

/* Returns where it starts, for end_entry(). */
static size_t begin_entry(struct writer *w, uint16_t type, uint16_t value)
{
	size_t at = w->len;
	uint8_t *e = put(w, NULL, FVE_ENTRY_HEADER);

	le16_put(e + FVE_ENTRY_TYPE, type);
	le16_put(e + FVE_ENTRY_VALUE, value);
	le16_put(e + 6, 1);
	return at;
}

static void end_entry(struct writer *w, size_t at)
{
	le16_put(w->bytes + at + FVE_ENTRY_SIZE, (uint16_t)(w->len - at));
}

static size_t make_key_entry(
	uint8_t *to, uint16_t method, const uint8_t *key, size_t key_len)
{
	size_t len = FVE_INNER_KEY + key_len;

	memset(to, 0, FVE_INNER_KEY);
	le16_put(to + FVE_ENTRY_SIZE, (uint16_t)len);
	le16_put(to + FVE_ENTRY_VALUE, FVE_VALUE_KEY);
	le16_put(to + 6, 1);
	le16_put(to + FVE_INNER_METHOD, method);
	memcpy(to + FVE_INNER_KEY, key, key_len);
	return len;
}

static void put_key(struct writer *w, uint16_t method, const uint8_t key[32])
{
	uint8_t entry[FVE_INNER_KEY + 32];

	put(w, entry, make_key_entry(entry, method, key, 32));
}

static void put_wrapped(struct writer *w, uint16_t type,
	const uint8_t wrapper[32], uint16_t method, const uint8_t *key,
	size_t key_len)
{
	uint8_t plain[BITLOCKER_MAX_PAYLOAD_BYTES];
	size_t len = make_key_entry(plain, method, key, key_len);
	size_t at = begin_entry(w, type, FVE_VALUE_WRAPPED);
	uint8_t *to = put(w, NULL, FVE_WRAPPED_PAYLOAD + len);
	mbedtls_ccm_context ccm;

	le64_put(to, FILETIME_2024);
	le32_put(to + 8, ++w->nonce);
	mbedtls_ccm_init(&ccm);
	if (mbedtls_ccm_setkey(&ccm, MBEDTLS_CIPHER_ID_AES, wrapper, 256) ||
		mbedtls_ccm_encrypt_and_tag(&ccm, len, to, FVE_NONCE_BYTES,
			NULL, 0, plain, to + FVE_WRAPPED_PAYLOAD,
			to + FVE_WRAPPED_TAG, FVE_TAG_BYTES))
		abort();
	mbedtls_ccm_free(&ccm);
	end_entry(w, at);
}

/* --- Protectors ---------------------------------------------------------- */

#define KEPT 64

/*
 * As stretch_key().  A million rounds each: what was made before is kept, for
 * tests make the same volumes over and over.
 */
static bool stretch_once(const uint8_t initial[STRETCH_KEY_BYTES],
	const uint8_t salt[STRETCH_SALT_BYTES], uint8_t ret[STRETCH_KEY_BYTES])
{
	static struct {
		uint8_t initial[STRETCH_KEY_BYTES];
		uint8_t salt[STRETCH_SALT_BYTES];
		uint8_t key[STRETCH_KEY_BYTES];
	} kept[KEPT], *next;
	static size_t count;
	size_t i;

	for (i = 0; i < count && i < KEPT; i++) {
		if (memcmp(kept[i].initial, initial, STRETCH_KEY_BYTES) ||
			memcmp(kept[i].salt, salt, STRETCH_SALT_BYTES))
			continue;
		memcpy(ret, kept[i].key, STRETCH_KEY_BYTES);
		return true;
	}
	if (stretch_key(initial, salt, NULL, ret) != 1)
		return false;
	next = &kept[count++ % KEPT];
	memcpy(next->initial, initial, STRETCH_KEY_BYTES);
	memcpy(next->salt, salt, STRETCH_SALT_BYTES);
	memcpy(next->key, ret, STRETCH_KEY_BYTES);
	return true;
}

/* false: the text is no such key. */
static bool stretch_text(const struct bitlocker_secret *s,
	const uint8_t salt[STRETCH_SALT_BYTES], uint8_t ret[32])
{
	struct bitlocker_key key = {.kind = BITLOCKER_KEY_RECOVERY};
	uint8_t bytes[RECOVERY_PASSWORD_BYTES];
	unsigned int group;

	if (s->type == BITLOCKER_PASSWORD) {
		if (bitlocker_key_password(s->text, &key) < 0)
			return false;
	} else if (recovery_password_parse(s->text, strlen(s->text), bytes,
			   &group) != RECOVERY_GROUP_GOOD) {
		return false;
	} else if (bitlocker_key_recovery(bytes, &key) < 0) {
		return false;
	}
	return stretch_once(key.bytes, salt, ret);
}

/* The entries beside the wrapped key; fills in what wraps it. */
static bool put_protector_entries(const struct bitlocker_plan *plan, size_t i,
	struct writer *w, const uint8_t vmk[32], uint8_t ret[32])
{
	const struct bitlocker_secret *s = &plan->secrets[i];
	const struct bitlocker_plan any = {0}; /* its salts will do for all */
	uint8_t salt[DIGEST_BYTES];
	size_t at;
	bool is_good = true;

	draw(plan, "key", i, ret);
	draw(&any, "salt", i, salt);
	switch (s->type) {
	case BITLOCKER_CLEAR_KEY:
		put_key(w, 0x2000, ret);
		break;
	case BITLOCKER_RECOVERY_PASSWORD:
	case BITLOCKER_PASSWORD:
		is_good = stretch_text(s, salt, ret);
		at = begin_entry(w, 0, FVE_VALUE_STRETCH);
		le16_put(put(w, NULL, 4), 0x1000);
		put(w, salt, FVE_STRETCH_SALT_BYTES);
		/* As Windows has it: what readers have to step over. */
		put_wrapped(w, 0x13, vmk, 0x2004, ret, 32);
		end_entry(w, at);
		break;
	default:
		break; /* a startup key, or what nobody but Windows opens */
	}
	return is_good;
}

static bool put_protector(const struct bitlocker_plan *plan, size_t i,
	struct writer *w, const uint8_t vmk[32])
{
	size_t at = begin_entry(w, FVE_TYPE_VMK, FVE_VALUE_VMK);
	uint8_t *fixed = put(w, NULL, FVE_VMK_ENTRIES - FVE_ENTRY_HEADER);
	uint8_t wrapper[32];
	bool is_good;

	fixed -= FVE_ENTRY_HEADER;
	bitlocker_maker_guid(plan, i, fixed + FVE_VMK_GUID);
	le64_put(fixed + FVE_VMK_CHANGED, FILETIME_2024 + i);
	le16_put(fixed + FVE_VMK_TYPE, plan->secrets[i].type);
	is_good = put_protector_entries(plan, i, w, vmk, wrapper);
	put_wrapped(w, 0, wrapper, 0x2003, vmk, 32);
	end_entry(w, at);
	return is_good;
}

size_t bitlocker_maker_bek(const struct bitlocker_plan *plan, size_t i,
	uint8_t ret[BITLOCKER_MAKER_BEK])
{
	struct writer w = {.bytes = ret};
	uint8_t guid[GUID_BYTES];
	uint8_t key[DIGEST_BYTES];
	size_t at;

	memset(ret, 0, BITLOCKER_MAKER_BEK);
	draw(plan, "key", i, key);
	bitlocker_maker_guid(plan, i, guid);
	put(&w, NULL, FVE_BEK_HEADER);
	at = begin_entry(&w, FVE_TYPE_STARTUP_KEY, FVE_VALUE_EXTERNAL_KEY);
	put(&w, guid, GUID_BYTES);
	le64_put(put(&w, NULL, 8), FILETIME_2024);
	put_key(&w, 0x2002, key);
	end_entry(&w, at);
	le32_put(ret + FVE_BEK_BYTES, (uint32_t)w.len);
	le32_put(ret + FVE_BEK_VERSION, 1);
	le32_put(ret + FVE_BEK_HEADER_BYTES, FVE_BEK_HEADER);
	le32_put(ret + 12, (uint32_t)w.len);
	memcpy(ret + 16, guid, GUID_BYTES);
	le32_put(ret + 32, 1);
	le64_put(ret + 40, FILETIME_2024);
	return w.len;
}

/* --- The block ----------------------------------------------------------- */

static void put_description(struct writer *w)
{
	static const char text[] = "LOOPBREAKER C: 19/07/2024";
	size_t at = begin_entry(w, FVE_TYPE_DESCRIPTION, FVE_VALUE_TEXT);
	size_t i;

	for (i = 0; i < sizeof(text); i++)
		le16_put(put(w, NULL, 2), (uint16_t)(unsigned char)text[i]);
	end_entry(w, at);
}

static void put_start(struct writer *w, const struct bitlocker_made *made)
{
	size_t at =
		begin_entry(w, FVE_TYPE_VOLUME_START, FVE_VALUE_VOLUME_START);

	le64_put(put(w, NULL, 8), made->header.start);
	le64_put(put(w, NULL, 8), made->header.len);
	end_entry(w, at);
}

static bool put_set(const struct bitlocker_plan *plan, struct writer *w,
	const struct bitlocker_made *made)
{
	bool is_plain = plan->state == FVE_STATE_DECRYPTED;
	uint8_t *set = put(w, NULL, FVE_SET_HEADER);
	bool is_good = true;
	size_t i;

	put_description(w);
	for (i = 0; i < plan->secret_count && !is_plain; i++)
		is_good = put_protector(plan, i, w, made->vmk) && is_good;
	if (!is_plain)
		put_wrapped(w, FVE_TYPE_FVEK, made->vmk, plan->method,
			made->fvek, maker_key_bytes(plan->method));
	put_start(w, made);
	le32_put(set + FVE_SET_BYTES, (uint32_t)(w->len - FVE_BLOCK_SET));
	le32_put(set + 4, 1);
	le32_put(set + FVE_SET_HEADER_BYTES, FVE_SET_HEADER);
	le32_put(set + 12, (uint32_t)(w->len - FVE_BLOCK_SET));
	bitlocker_maker_guid(plan, 1000, set + FVE_SET_GUID);
	le32_put(set + 32, w->nonce + 2);
	le16_put(set + FVE_SET_METHOD, is_plain ? 0 : plan->method);
	le64_put(set + FVE_SET_CREATED, FILETIME_2024);
	return is_good;
}

void bitlocker_maker_checksum(uint8_t *b)
{
	size_t len = (size_t)le16_get(b + FVE_BLOCK_UNITS) * 16;

	le32_put(b + len + FVE_VALIDATION_CRC, crc32_of(b, len));
}

static void put_validation(struct writer *w, const struct bitlocker_made *made)
{
	uint8_t digest[DIGEST_BYTES];
	size_t len = w->len;
	uint8_t *head;

	if (digest_make(w->bytes, len, digest) < 0)
		abort();
	head = put(w, NULL, FVE_VALIDATION_BYTES);
	le16_put(head, (uint16_t)(FVE_BLOCK_BYTES - len));
	le16_put(head + 2, FVE_VERSION);
	put_wrapped(w, 0, made->vmk, 0x2005, digest, DIGEST_BYTES);
	bitlocker_maker_checksum(w->bytes);
}

static bool make_block(const struct bitlocker_plan *plan, uint8_t *block,
	struct bitlocker_made *made)
{
	struct writer w = {.bytes = block};
	uint8_t *b = put(&w, NULL, FVE_BLOCK_SET);
	bool is_good;
	size_t i;

	memcpy(b, FVE_SIGNATURE, FVE_SIGNATURE_BYTES);
	le16_put(b + FVE_BLOCK_VERSION, FVE_VERSION);
	le16_put(b + FVE_BLOCK_STATE, plan->state);
	le16_put(b + FVE_BLOCK_NEXT_STATE, plan->next_state);
	le64_put(b + FVE_BLOCK_ENCRYPTED, plan->encrypted_bytes);
	le32_put(b + FVE_BLOCK_HEADER_COUNT,
		(uint32_t)(made->header.len / plan->sector_bytes));
	for (i = 0; i < FVE_COPIES; i++)
		le64_put(b + FVE_BLOCK_PLACES + 8 * i, made->copies[i]);
	le64_put(b + FVE_BLOCK_HEADER_PLACE, made->header.start);
	is_good = put_set(plan, &w, made);
	while (w.len % FVE_BLOCK_UNIT_BYTES)
		put(&w, "", 1);
	made->block_len = w.len;
	le16_put(b + FVE_BLOCK_UNITS, (uint16_t)(w.len / FVE_BLOCK_UNIT_BYTES));
	put_validation(&w, made);
	return is_good;
}

/* --- The volume ---------------------------------------------------------- */

static bool is_zero(const uint8_t *bytes, size_t len)
{
	return len == 0 ||
	       (bytes[0] == 0 && !memcmp(bytes, bytes + 1, len - 1));
}

static bool has_room(
	const uint8_t *volume, size_t size, uint64_t at, size_t len)
{
	return at <= size && len <= size - at && is_zero(volume + at, len);
}

/* The first zeros from @from on; 0 if there are none. */
static uint64_t find_room(
	const uint8_t *volume, size_t size, uint64_t from, size_t len)
{
	uint64_t at = from - from % 4096;

	for (; at < size; at += 4096)
		if (has_room(volume, size, at, len))
			return at;
	return 0;
}

/* As Windows does it: one in each third, the start behind the first block. */
static bool choose_places(const struct bitlocker_plan *plan,
	const uint8_t *volume, size_t size, struct bitlocker_made *made)
{
	uint64_t at = plan->header_bytes + FVE_BLOCK_BYTES + size / 16;
	size_t i;

	made->header.len = plan->header_bytes;
	for (i = 0; i < FVE_COPIES; i++) {
		size_t len = FVE_BLOCK_BYTES +
			     (i == 0 ? (size_t)plan->header_bytes : 0);

		made->copies[i] = plan->places[i]
					  ? plan->places[i]
					  : find_room(volume, size, at, len);
		if (made->copies[i] == 0 ||
			!has_room(volume, size, made->copies[i], len))
			return false;
		at = made->copies[i] + len;
		if (at < (i + 1) * (size / 3))
			at = (i + 1) * (size / 3);
	}
	made->header.start = made->copies[0] + FVE_BLOCK_BYTES;
	return true;
}

static void make_boot(const struct bitlocker_plan *plan, uint8_t *b,
	const struct bitlocker_made *made)
{
	uint8_t *guid =
		b + (plan->is_to_go ? FVE_BOOT_GUID_TO_GO : FVE_BOOT_GUID);
	size_t i;

	memcpy(b, FVE_BOOT_JUMP, 3);
	memcpy(b + FVE_BOOT_SIGNATURE,
		plan->is_to_go ? FVE_SIGNATURE_TO_GO : FVE_SIGNATURE,
		FVE_SIGNATURE_BYTES);
	le16_put(b + FVE_BOOT_SECTOR_BYTES, (uint16_t)plan->sector_bytes);
	b[13] = (uint8_t)(4096 / plan->sector_bytes);
	b[21] = 0xF8;
	le16_put(b + 24, 63);
	le16_put(b + 26, 255);
	le32_put(b + 36, 0x1FE0);
	memcpy(b + 71, "NO NAME    FAT32   ", 19);
	memcpy(guid, plan->is_eow ? FVE_GUID_EOW : FVE_GUID_NORMAL, GUID_BYTES);
	for (i = 0; i < FVE_COPIES; i++)
		le64_put(guid + FVE_BOOT_PLACES + 8 * i, made->copies[i]);
	b[510] = 0x55;
	b[511] = 0xAA;
}

static void encrypt_volume(const struct bitlocker_plan *plan, uint8_t *volume,
	size_t size, const struct bitlocker_made *made)
{
	uint64_t end =
		plan->encrypted_bytes < size ? plan->encrypted_bytes : size;
	struct maker_cipher *c;

	memcpy(volume + made->header.start, volume, made->header.len);
	memset(volume, 0, made->header.len);
	if (plan->state != FVE_STATE_DECRYPTED) {
		c = maker_cipher_open(
			plan->method, made->fvek, plan->sector_bytes);
		/* The blocks, and where the start was, are overwritten. */
		maker_encrypt(c, volume, 0, end);
		maker_cipher_close(c);
		memset(volume, 0, made->header.len);
	}
	make_boot(plan, volume, made);
}

static void fill_in(struct bitlocker_plan *p, size_t size)
{
	if (p->method == 0)
		p->method = BITLOCKER_XTS_128;
	if (p->sector_bytes == 0)
		p->sector_bytes = 512;
	if (p->state == 0) {
		p->state = FVE_STATE_ENCRYPTED;
		p->next_state = FVE_STATE_ENCRYPTED;
	}
	if (p->encrypted_bytes == 0 && p->state != FVE_STATE_DECRYPTED)
		p->encrypted_bytes = size;
	if (p->header_bytes == 0)
		p->header_bytes = 8192;
}

const char *bitlocker_make(const struct bitlocker_plan *given, uint8_t *volume,
	size_t size, struct bitlocker_made *ret)
{
	struct bitlocker_plan plan = *given;
	const char *wrong = NULL;
	uint8_t *block;
	size_t i;

	memset(ret, 0, sizeof(*ret));
	fill_in(&plan, size);
	if (size < BITLOCKER_MAKER_MIN || size % plan.sector_bytes != 0)
		return "the volume is too small, or ends within a sector";
	if (!choose_places(&plan, volume, size, ret))
		return "there is no room for the metadata: too few zeros";
	draw(&plan, "vmk", 0, ret->vmk);
	draw(&plan, "fvek", 0, ret->fvek);
	draw(&plan, "fvek", 1, ret->fvek + 32);
	block = calloc(1, FVE_BLOCK_BYTES);
	if (!block)
		abort();
	if (!make_block(&plan, block, ret))
		wrong = "a recovery password or a password is none";
	else
		encrypt_volume(&plan, volume, size, ret);
	for (i = 0; i < FVE_COPIES && !wrong; i++)
		memcpy(volume + ret->copies[i], block, FVE_BLOCK_BYTES);
	free(block);
	return wrong;
}
