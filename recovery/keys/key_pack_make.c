/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/keys/key_pack_make.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "recovery/keys/key_seal.h"
#include "storage/bytes.h"
#include "storage/crypto/secret.h"
#include "storage/err.h"

/* --- The PIN -------------------------------------------------------------- */

static unsigned int different_chars(const char *pin, size_t len)
{
	bool is_there[0x80] = {false};
	unsigned int count = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		count += !is_there[(unsigned char)pin[i]];
		is_there[(unsigned char)pin[i]] = true;
	}
	return count;
}

/* "123456789012", "abcdefghij": each one more, or one less, than the last. */
static bool is_row(const char *pin, size_t len)
{
	size_t up = 0;
	size_t down = 0;
	size_t i;

	for (i = 1; i < len; i++) {
		up += pin[i] == pin[i - 1] + 1 ||
		      (pin[i] == '0' && pin[i - 1] == '9');
		down += pin[i] == pin[i - 1] - 1 ||
			(pin[i] == '9' && pin[i - 1] == '0');
	}
	return up + 3 > len || down + 3 > len;
}

const char *key_pack_pin_fault(const char *pin, size_t len)
{
	bool is_digits = true;
	size_t i;

	for (i = 0; i < len; i++) {
		if (pin[i] < ' ' || pin[i] > '~')
			return "has characters that no firmware can be sure to "
			       "read from a keyboard: take digits, or ASCII";
		is_digits &= pin[i] >= '0' && pin[i] <= '9';
	}
	if (len > KEY_PACK_MAX_PIN)
		return "is too long: 64 characters at most";
	if (is_digits && len < KEY_PACK_MIN_PIN_DIGITS)
		return "is too short: at least 12 digits, or 10 characters "
		       "that are not all digits";
	if (len < KEY_PACK_MIN_PIN)
		return "is too short: at least 10 characters, or 12 digits";
	if (different_chars(pin, len) < KEY_PACK_MIN_PIN_KINDS ||
		is_row(pin, len))
		return "is too easy to guess: take one by chance";
	return NULL;
}

/* --- Entries -------------------------------------------------------------- */

int key_pack_entry_set(struct key_pack_entry *e, const struct key *k)
{
	if (k->id_kind != KEY_ID_WHOLE ||
		(k->kind != KEY_RECOVERY_PASSWORD && k->kind != KEY_STARTUP) ||
		k->len > sizeof(e->bytes))
		return -ERR_UNSUPPORTED;
	memset(e, 0, sizeof(*e));
	memcpy(e->id, k->id, GUID_BYTES);
	e->kind = (uint8_t)k->kind;
	e->len = (uint8_t)k->len;
	memcpy(e->bytes, k->bytes, k->len);
	return 0;
}

/* Numbers are not set yet: those that are equal are the same key. */
static int compare_entries(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct key_pack_entry));
}

/* Is it the same key of the same protector? */
static bool is_twice(
	const struct key_pack_entry *before, struct key_pack_entry *e)
{
	e->number = before->number;
	return !compare_entries(before, e);
}

size_t key_pack_sort(
	struct key_pack_entry *entries, size_t count, size_t *ret_dropped)
{
	size_t dropped = 0;
	size_t kept = 0;
	uint8_t number;
	size_t i;

	/* Without padding, as all of it is bytes. */
	qsort(entries, count, sizeof(*entries), compare_entries);
	for (i = 0; i < count; i++) {
		number = 0;
		if (kept && !memcmp(entries[kept - 1].id, entries[i].id,
				    GUID_BYTES)) {
			if (is_twice(&entries[kept - 1], &entries[i]))
				continue;
			number = (uint8_t)(entries[kept - 1].number + 1);
		}
		if (number == KEY_PACK_MAX_SAME) {
			dropped++;
			continue;
		}
		entries[kept] = entries[i];
		entries[kept++].number = number;
	}
	secret_wipe(entries + kept, (count - kept) * sizeof(*entries));
	*ret_dropped = dropped;
	return kept;
}

/* --- The pack ------------------------------------------------------------- */

static int make_record(const struct key_pack_secrets *s,
	const struct key_pack_entry *e, uint8_t *record)
{
	uint8_t *secret = record + KEY_SEAL_SECRET_OFFSET;
	int err = key_seal_place(s, e->id, e->number, record);

	if (err < 0)
		return err;
	memset(secret, 0, KEY_SEAL_SECRET_BYTES);
	secret[0] = e->kind;
	secret[1] = e->len;
	memcpy(secret + 8, e->bytes, sizeof(e->bytes));
	return key_seal_record(s, e->id, e->number, record);
}

static int compare_places(const void *a, const void *b)
{
	return memcmp(a, b, KEY_PACK_PLACE_BYTES);
}

static void make_header(uint8_t *b, size_t count,
	const uint8_t salt[KEY_PACK_SALT_BYTES], uint32_t rounds)
{
	static const uint8_t magic[KEY_PACK_MAGIC_BYTES] = {
		'L', 'B', 'K', 'E', 'Y', 'P', 'K', '1'};

	memset(b, 0, KEY_PACK_HEADER_BYTES);
	memcpy(b, magic, KEY_PACK_MAGIC_BYTES);
	le32_put(b + 8, KEY_PACK_VERSION);
	le32_put(b + 12, rounds);
	le32_put(b + 16, (uint32_t)count);
	memcpy(b + 32, salt, KEY_PACK_SALT_BYTES);
}

static int make_all(const struct key_pack_secrets *s,
	const struct key_pack_entry *entries, size_t count, uint8_t *ret)
{
	uint8_t *records = ret + KEY_PACK_HEADER_BYTES;
	uint8_t *tag = records + count * KEY_PACK_RECORD_BYTES;
	uint8_t *list = tag + KEY_PACK_TAG_BYTES;
	size_t i;
	int err = key_seal_check(s, ret, ret + KEY_SEAL_CHECK_OFFSET);

	for (i = 0; i < count && !err; i++) {
		err = make_record(
			s, &entries[i], records + i * KEY_PACK_RECORD_BYTES);
		memcpy(list + i * KEY_ID_START_BYTES, entries[i].id,
			KEY_ID_START_BYTES);
	}
	if (err < 0)
		return err;
	qsort(records, count, KEY_PACK_RECORD_BYTES, compare_places);
	return key_seal_list(s, ret, list, count * KEY_ID_START_BYTES, tag);
}

int key_pack_make(const struct key_pack_entry *entries, size_t count,
	const uint8_t salt[KEY_PACK_SALT_BYTES], uint32_t rounds,
	const uint8_t derived[KEY_PACK_KEY_BYTES], uint8_t *ret)
{
	struct key_pack_secrets secrets;
	int err;

	if (count > KEY_PACK_MAX_RECORDS || rounds > KEY_PACK_MAX_ROUNDS)
		return -ERR_TOO_LARGE;
	if (rounds < KEY_PACK_MIN_ROUNDS)
		return -ERR_INTERNAL;
	err = key_seal_secrets(derived, &secrets);
	if (err < 0)
		return err;
	make_header(ret, count, salt, rounds);
	err = make_all(&secrets, entries, count, ret);
	secret_wipe(&secrets, sizeof(secrets));
	return err;
}
