/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Boot sector and FVE blocks: what is accepted, and how far. */
#include "storage/bitlocker/check.h"

#include <string.h>

#include "storage/bytes.h"
#include "storage/crc32.h"
#include "storage/digest.h"
#include "storage/err.h"

static bool is_guid(const uint8_t *at, const char *guid)
{
	return !memcmp(at, guid, GUID_BYTES);
}

/* --- Boot sector --------------------------------------------------------- */

static enum bitlocker_refusal check_form(
	const uint8_t *boot, struct bitlocker_metadata *m, const uint8_t **ret)
{
	const uint8_t *signature = boot + FVE_BOOT_SIGNATURE;
	const uint8_t *guid = boot + FVE_BOOT_GUID;
	bool is_fve = !memcmp(signature, FVE_SIGNATURE, FVE_SIGNATURE_BYTES);

	m->is_to_go =
		!memcmp(signature, FVE_SIGNATURE_TO_GO, FVE_SIGNATURE_BYTES);
	if (!is_fve && !m->is_to_go)
		return BITLOCKER_NOT_BITLOCKER;
	if (m->is_to_go)
		guid = boot + FVE_BOOT_GUID_TO_GO;
	if (is_fve && !memcmp(boot, FVE_BOOT_JUMP_VISTA, 3))
		return BITLOCKER_VISTA;
	*ret = guid;
	if (is_guid(guid, FVE_GUID_NORMAL))
		return BITLOCKER_ACCEPTED;
	if (is_guid(guid, FVE_GUID_EOW))
		return BITLOCKER_UNFINISHED;
	/* Any FAT32 has the signature of BitLocker To Go. */
	return is_fve ? BITLOCKER_UNKNOWN_FORM : BITLOCKER_NOT_BITLOCKER;
}

static bool lies_within(const struct bitlocker_place *p, uint64_t size)
{
	return p->start <= size && p->len <= size - p->start;
}

static bool overlap(
	const struct bitlocker_place *a, const struct bitlocker_place *b)
{
	return a->start < b->start ? b->start - a->start < a->len
				   : a->start - b->start < b->len;
}

/* A truncated image may lack a copy, so only what is there must be in order. */
static bool places_are_good(const struct bitlocker_metadata *m)
{
	size_t i;

	for (i = 0; i < FVE_COPIES; i++) {
		const struct bitlocker_place *p = &m->copies[i];

		if (p->start < FVE_BLOCK_BYTES ||
			p->start % m->sector_bytes != 0 ||
			p->start > UINT64_MAX - p->len)
			return false;
		if (overlap(p, &m->copies[(i + 1) % FVE_COPIES]))
			return false;
	}
	return true;
}

bool bitlocker_check_boot(const uint8_t *boot, struct bitlocker_metadata *m)
{
	const uint8_t *guid = NULL;
	size_t i;

	m->no_read = check_form(boot, m, &guid);
	if (!guid || m->no_read == BITLOCKER_NOT_BITLOCKER ||
		m->no_read == BITLOCKER_UNKNOWN_FORM)
		return false;
	m->sector_bytes = le16_get(boot + FVE_BOOT_SECTOR_BYTES);
	if (m->sector_bytes == 0)
		m->sector_bytes = 512;
	if (memcmp(boot, FVE_BOOT_JUMP, 3) != 0 ||
		(m->sector_bytes != 512 && m->sector_bytes != 4096)) {
		m->no_read = memcmp(boot, FVE_BOOT_JUMP, 3) != 0
				     ? BITLOCKER_UNKNOWN_FORM
				     : BITLOCKER_BAD_SECTOR_SIZE;
		m->sector_bytes = 0;
		return false;
	}
	for (i = 0; i < FVE_COPIES; i++) {
		m->copies[i].start = le64_get(guid + FVE_BOOT_PLACES + 8 * i);
		m->copies[i].len = FVE_BLOCK_BYTES;
	}
	if (!places_are_good(m)) {
		m->no_read = BITLOCKER_BAD_PLACES;
		return false;
	}
	return true;
}

/* --- One block ----------------------------------------------------------- */

/* The bytes under the checksum, or 0 if the block is not whole. */
static size_t block_length(const uint8_t *b)
{
	size_t len;

	if (memcmp(b, FVE_SIGNATURE, FVE_SIGNATURE_BYTES) != 0 ||
		le16_get(b + FVE_BLOCK_VERSION) != FVE_VERSION)
		return 0;
	len = (size_t)le16_get(b + FVE_BLOCK_UNITS) * FVE_BLOCK_UNIT_BYTES;
	if (len < FVE_BLOCK_SET + FVE_SET_HEADER ||
		len > FVE_BLOCK_BYTES - FVE_VALIDATION_BYTES)
		return 0;
	if (le32_get(b + len + FVE_VALIDATION_CRC) != crc32_of(b, len))
		return 0;
	return len;
}

/* The boot sector has no checksum; the blocks say the same under theirs. */
static bool block_agrees(const uint8_t *b, const struct bitlocker_metadata *m)
{
	size_t i;

	for (i = 0; i < FVE_COPIES; i++)
		if (le64_get(b + FVE_BLOCK_PLACES + 8 * i) !=
			m->copies[i].start)
			return false;
	return true;
}

/* --- What may be done ---------------------------------------------------- */

static enum bitlocker_refusal check_state(const struct bitlocker_metadata *m)
{
	bool is_eow = m->no_read == BITLOCKER_UNFINISHED;

	switch (m->state) {
	case FVE_STATE_DECRYPTED:
		/* Without a key nothing can be encrypted, whatever the GUID. */
		return m->next_state == FVE_STATE_DECRYPTED &&
				       m->encrypted_bytes == 0 &&
				       m->fvek.payload_len == 0
			       ? BITLOCKER_ACCEPTED
			       : BITLOCKER_CONVERTING;
	case FVE_STATE_PAUSED:
		return is_eow ? BITLOCKER_UNFINISHED : BITLOCKER_ACCEPTED;
	case FVE_STATE_ENCRYPTED:
		if (is_eow)
			return BITLOCKER_UNFINISHED;
		return m->next_state == FVE_STATE_ENCRYPTED
			       ? BITLOCKER_ACCEPTED
			       : BITLOCKER_CONVERTING;
	case 2:
	case 5:
		return is_eow ? BITLOCKER_UNFINISHED : BITLOCKER_CONVERTING;
	default:
		return BITLOCKER_UNKNOWN_STATE;
	}
}

/* All that is encrypted needs a known method and its key. */
static enum bitlocker_refusal check_method(const struct bitlocker_metadata *m)
{
	size_t key_bytes = bitlocker_key_bytes(m->method);

	if (m->state == FVE_STATE_DECRYPTED)
		return BITLOCKER_ACCEPTED;
	if (key_bytes == 0)
		return BITLOCKER_UNKNOWN_METHOD;
	return m->fvek.payload_len == FVE_INNER_KEY + key_bytes
		       ? BITLOCKER_ACCEPTED
		       : BITLOCKER_BAD_ENTRIES;
}

static enum bitlocker_refusal check_header(const struct bitlocker_metadata *m)
{
	const struct bitlocker_place *h = &m->header;
	struct bitlocker_place start = {0, h->len};
	size_t i;

	if (h->len < FVE_BOOT_BYTES || h->len > BITLOCKER_MAX_HEADER_BYTES ||
		h->start % m->sector_bytes != 0 ||
		h->len % m->sector_bytes != 0 ||
		!lies_within(h, m->volume_bytes) || overlap(h, &start))
		return BITLOCKER_BAD_PLACES;
	for (i = 0; i < FVE_COPIES; i++)
		if (overlap(h, &m->copies[i]) || overlap(&start, &m->copies[i]))
			return BITLOCKER_BAD_PLACES;
	return BITLOCKER_ACCEPTED;
}

static enum bitlocker_refusal check_write(
	const struct bitlocker_metadata *m, bool copies_differ)
{
	size_t i;

	for (i = 0; i < FVE_COPIES; i++)
		if (!m->is_copy_good[i])
			return BITLOCKER_DAMAGED_COPY;
	if (copies_differ)
		return BITLOCKER_DIFFERENT_COPIES;
	if (m->state == FVE_STATE_DECRYPTED)
		return BITLOCKER_DECRYPTED;
	if (m->state == FVE_STATE_PAUSED)
		return BITLOCKER_PAUSED;
	if (m->encrypted_bytes != m->volume_bytes ||
		m->volume_bytes % m->sector_bytes != 0)
		return BITLOCKER_OTHER_SIZE;
	return BITLOCKER_ACCEPTED;
}

/* --- The three blocks ---------------------------------------------------- */

static void take_block_header(const uint8_t *b, struct bitlocker_metadata *m)
{
	m->has_block = true;
	m->state = le16_get(b + FVE_BLOCK_STATE);
	m->next_state = le16_get(b + FVE_BLOCK_NEXT_STATE);
	m->encrypted_bytes = le64_get(b + FVE_BLOCK_ENCRYPTED);
	m->header.start = le64_get(b + FVE_BLOCK_HEADER_PLACE);
	m->header.len = (uint64_t)le32_get(b + FVE_BLOCK_HEADER_COUNT) *
			m->sector_bytes;
}

static enum bitlocker_refusal check_chosen(
	const uint8_t *b, const struct bitlocker_metadata *m)
{
	enum bitlocker_refusal r = check_state(m);

	if (r == BITLOCKER_ACCEPTED)
		r = check_method(m);
	if (r == BITLOCKER_ACCEPTED)
		r = check_header(m);
	if (r == BITLOCKER_ACCEPTED &&
		(!block_agrees(b, m) ||
			m->encrypted_bytes % m->sector_bytes != 0))
		r = BITLOCKER_BAD_PLACES;
	return r;
}

/* Whether it is the right one can be told only with the key. */
static int take_seal(const uint8_t *b, size_t len, struct bitlocker_metadata *m)
{
	size_t at = len + FVE_VALIDATION_SEAL;
	struct bitlocker_entry e;

	if (bitlocker_entry_next(b, FVE_BLOCK_BYTES, &at, &e) == 1 &&
		e.value == FVE_VALUE_WRAPPED &&
		(!bitlocker_take_wrapped(&e, &m->seal) ||
			m->seal.payload_len != FVE_INNER_KEY + DIGEST_BYTES))
		m->seal.payload_len = 0;
	return digest_make(b, len, m->digest);
}

int bitlocker_check_blocks(
	const uint8_t *const blocks[FVE_COPIES], struct bitlocker_metadata *m)
{
	const uint8_t *chosen = NULL;
	enum bitlocker_refusal refusal = BITLOCKER_BAD_ENTRIES;
	bool copies_differ = false;
	size_t chosen_len = 0;
	size_t i;
	int err;

	for (i = 0; i < FVE_COPIES; i++) {
		size_t len = blocks[i] ? block_length(blocks[i]) : 0;

		m->is_copy_good[i] = len != 0;
		if (len && !chosen) {
			chosen = blocks[i];
			chosen_len = len;
		} else if (len &&
			   (len != chosen_len ||
				   memcmp(chosen, blocks[i], len) != 0)) {
			copies_differ = true;
		}
	}
	if (!chosen) {
		m->no_read = BITLOCKER_NO_GOOD_COPY;
		m->no_write = m->no_read;
		return 0;
	}
	take_block_header(chosen, m);
	err = take_seal(chosen, chosen_len, m);
	if (err == 0)
		err = bitlocker_check_entries(chosen, chosen_len, m, &refusal);
	if (err < 0)
		return err;
	m->no_read = refusal != BITLOCKER_ACCEPTED ? refusal
						   : check_chosen(chosen, m);
	m->no_write = m->no_read != BITLOCKER_ACCEPTED
			      ? m->no_read
			      : check_write(m, copies_differ);
	return 0;
}
