/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The entries of a data set.  Those of interest lie at most one inside another,
 * so two loops do: what lies deeper is stepped over.
 */
#include <stdlib.h>
#include <string.h>

#include "storage/bitlocker/check.h"
#include "storage/bytes.h"
#include "storage/err.h"
#include "storage/utf8.h"

int bitlocker_entry_next(const uint8_t *bytes, size_t len, size_t *at,
	struct bitlocker_entry *ret)
{
	size_t size;

	if (*at == len)
		return 0;
	if (*at > len || len - *at < FVE_ENTRY_HEADER)
		return -1;
	size = le16_get(bytes + *at + FVE_ENTRY_SIZE);
	if (size < FVE_ENTRY_HEADER || size > len - *at)
		return -1;
	ret->bytes = bytes + *at;
	ret->len = size;
	ret->type = le16_get(ret->bytes + FVE_ENTRY_TYPE);
	ret->value = le16_get(ret->bytes + FVE_ENTRY_VALUE);
	*at += size;
	return 1;
}

size_t bitlocker_key_bytes(uint16_t method)
{
	switch (method) {
	case BITLOCKER_CBC_128:
		return 16;
	case BITLOCKER_CBC_256:
	case BITLOCKER_XTS_128:
		return 32;
	case BITLOCKER_XTS_256:
	case BITLOCKER_CBC_128_DIFFUSER: /* the second key always at 32 */
	case BITLOCKER_CBC_256_DIFFUSER:
		return 64;
	default:
		return 0;
	}
}

/* --- Wrapped keys -------------------------------------------------------- */

bool bitlocker_take_wrapped(
	const struct bitlocker_entry *e, struct bitlocker_wrapped *ret)
{
	const uint8_t *data = e->bytes + FVE_ENTRY_HEADER;
	size_t len = e->len - FVE_ENTRY_HEADER;

	if (len <= FVE_WRAPPED_PAYLOAD + FVE_INNER_KEY ||
		len - FVE_WRAPPED_PAYLOAD > BITLOCKER_MAX_PAYLOAD_BYTES)
		return false;
	memcpy(ret->nonce, data + FVE_WRAPPED_NONCE, FVE_NONCE_BYTES);
	memcpy(ret->tag, data + FVE_WRAPPED_TAG, FVE_TAG_BYTES);
	ret->payload_len = (uint8_t)(len - FVE_WRAPPED_PAYLOAD);
	memcpy(ret->payload, data + FVE_WRAPPED_PAYLOAD, ret->payload_len);
	return true;
}

/* --- Protectors ---------------------------------------------------------- */

static enum bitlocker_refusal take_protector_entry(
	const struct bitlocker_entry *e, struct bitlocker_protector *p)
{
	const uint8_t *data = e->bytes + FVE_ENTRY_HEADER;
	size_t len = e->len - FVE_ENTRY_HEADER;
	struct bitlocker_wrapped wrapped;

	switch (e->value) {
	case FVE_VALUE_STRETCH:
		if (len < FVE_STRETCH_MIN || p->has_salt)
			return BITLOCKER_BAD_ENTRIES;
		memcpy(p->salt, data + FVE_STRETCH_SALT,
			FVE_STRETCH_SALT_BYTES);
		p->has_salt = true;
		break;
	case FVE_VALUE_KEY:
		if (len != FVE_KEY_BYTES + sizeof(p->clear_key) ||
			p->has_clear_key)
			return BITLOCKER_BAD_ENTRIES;
		memcpy(p->clear_key, data + FVE_KEY_BYTES,
			sizeof(p->clear_key));
		p->has_clear_key = true;
		break;
	case FVE_VALUE_WRAPPED:
		/* Of another length it is not the volume master key. */
		if (!bitlocker_take_wrapped(e, &wrapped) ||
			wrapped.payload_len != FVE_INNER_KEY + 32)
			break;
		if (p->wrapped_count == BITLOCKER_MAX_WRAPPED)
			return BITLOCKER_TOO_MANY;
		p->wrapped[p->wrapped_count++] = wrapped;
		break;
	default:
		break; /* of another protector's kind, or for Windows only */
	}
	return BITLOCKER_ACCEPTED;
}

/* Each is told by its GUID; a key would be tried with all that share one. */
static bool has_twin(
	const struct bitlocker_metadata *m, const uint8_t guid[GUID_BYTES])
{
	size_t i;

	for (i = 0; i < m->protector_count; i++)
		if (!memcmp(m->protectors[i].guid, guid, GUID_BYTES))
			return true;
	return false;
}

static enum bitlocker_refusal take_protector(
	const struct bitlocker_entry *vmk, struct bitlocker_metadata *m)
{
	enum bitlocker_refusal r = BITLOCKER_ACCEPTED;
	struct bitlocker_protector *p;
	struct bitlocker_entry e;
	size_t at = FVE_VMK_ENTRIES;
	int found;

	if (vmk->len < FVE_VMK_ENTRIES ||
		has_twin(m, vmk->bytes + FVE_VMK_GUID))
		return BITLOCKER_BAD_ENTRIES;
	if (m->protector_count == BITLOCKER_MAX_PROTECTORS)
		return BITLOCKER_TOO_MANY;
	p = &m->protectors[m->protector_count++];
	memcpy(p->guid, vmk->bytes + FVE_VMK_GUID, GUID_BYTES);
	p->changed = le64_get(vmk->bytes + FVE_VMK_CHANGED);
	p->type = le16_get(vmk->bytes + FVE_VMK_TYPE);
	while (r == BITLOCKER_ACCEPTED &&
		(found = bitlocker_entry_next(vmk->bytes, vmk->len, &at, &e)) !=
			0)
		r = found < 0 ? BITLOCKER_BAD_ENTRIES
			      : take_protector_entry(&e, p);
	return r;
}

/* --- The data set -------------------------------------------------------- */

static enum bitlocker_refusal take_volume_start(
	const struct bitlocker_entry *e, struct bitlocker_metadata *m)
{
	const uint8_t *data = e->bytes + FVE_ENTRY_HEADER;

	if (e->len - FVE_ENTRY_HEADER < FVE_VOLUME_START_MIN)
		return BITLOCKER_BAD_ENTRIES;
	m->header.start = le64_get(data + FVE_VOLUME_START_PLACE);
	m->header.len = le64_get(data + FVE_VOLUME_START_BYTES);
	return BITLOCKER_ACCEPTED;
}

static enum bitlocker_refusal take_entry(
	const struct bitlocker_entry *e, struct bitlocker_metadata *m)
{
	if (e->type == FVE_TYPE_VMK && e->value == FVE_VALUE_VMK)
		return take_protector(e, m);
	if (e->type == FVE_TYPE_FVEK && e->value == FVE_VALUE_WRAPPED)
		/* Two keys of one volume: nobody knows which is used where. */
		return m->fvek.payload_len == 0 &&
				       bitlocker_take_wrapped(e, &m->fvek)
			       ? BITLOCKER_ACCEPTED
			       : BITLOCKER_BAD_ENTRIES;
	if (e->type == FVE_TYPE_VOLUME_START &&
		e->value == FVE_VALUE_VOLUME_START)
		return take_volume_start(e, m);
	if (e->type == FVE_TYPE_DESCRIPTION && e->value == FVE_VALUE_TEXT)
		(void)utf8_from_utf16(e->bytes + FVE_ENTRY_HEADER,
			(e->len - FVE_ENTRY_HEADER) / 2, m->description,
			sizeof(m->description));
	return BITLOCKER_ACCEPTED;
}

static enum bitlocker_refusal take_entries(
	const uint8_t *set, size_t len, struct bitlocker_metadata *m)
{
	enum bitlocker_refusal r = BITLOCKER_ACCEPTED;
	struct bitlocker_entry e;
	size_t at = FVE_SET_HEADER;
	int found;

	while (r == BITLOCKER_ACCEPTED &&
		(found = bitlocker_entry_next(set, len, &at, &e)) != 0)
		r = found < 0 ? BITLOCKER_BAD_ENTRIES : take_entry(&e, m);
	return r;
}

int bitlocker_check_entries(const uint8_t *block, size_t len,
	struct bitlocker_metadata *m, enum bitlocker_refusal *ret_refusal)
{
	const uint8_t *set = block + FVE_BLOCK_SET;
	uint32_t set_len;

	if (len < FVE_BLOCK_SET + FVE_SET_HEADER)
		return -ERR_INTERNAL;
	set_len = le32_get(set + FVE_SET_BYTES);
	*ret_refusal = BITLOCKER_BAD_ENTRIES;
	if (set_len < FVE_SET_HEADER || set_len > len - FVE_BLOCK_SET ||
		le32_get(set + FVE_SET_HEADER_BYTES) != FVE_SET_HEADER)
		return 0;
	m->protectors =
		calloc(BITLOCKER_MAX_PROTECTORS, sizeof(*m->protectors));
	if (!m->protectors)
		return -ERR_NO_MEMORY;
	memcpy(m->guid, set + FVE_SET_GUID, GUID_BYTES);
	m->method = le16_get(set + FVE_SET_METHOD);
	m->created = le64_get(set + FVE_SET_CREATED);
	*ret_refusal = take_entries(set, set_len, m);
	return 0;
}
