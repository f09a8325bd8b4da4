/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/unlock_parts.h"

#include <string.h>

#include "recovery/tell_unlock.h"
#include "storage/crypto/secret.h"
#include "storage/err.h"
#include "storage/slice.h"

_Static_assert(UNLOCK_KEY_ID_BYTES == GUID_TEXT_BYTES, "room for a GUID");

/* --- The list ------------------------------------------------------------- */

void unlock_open(struct unlock *u, const struct platform *p)
{
	memset(u, 0, sizeof(*u));
	u->platform = p;
}

void unlock_close(struct unlock *u)
{
	size_t i;

	for (i = 0; i < u->count; i++) {
		bitlocker_fvek_wipe(&u->volumes[i].fvek);
		bitlocker_metadata_close(&u->volumes[i].metadata);
	}
	u->count = 0;
}

/* @u->count if it is not there. */
static size_t place_of(
	const struct unlock *u, const struct disk *disk, uint64_t start_bytes)
{
	size_t i;

	for (i = 0; i < u->count; i++)
		if (u->volumes[i].disk == disk &&
			u->volumes[i].start_bytes == start_bytes)
			break;
	return i;
}

const struct unlock_volume *unlock_find(
	const struct unlock *u, const struct disk *disk, uint64_t start_bytes)
{
	size_t i = place_of(u, disk, start_bytes);

	return i < u->count ? &u->volumes[i] : NULL;
}

const char *unlock_key_id(
	const uint8_t guid[GUID_BYTES], char buf[UNLOCK_KEY_ID_BYTES])
{
	char *c;

	(void)guid_text(guid, buf);
	for (c = buf; *c; c++)
		if (*c >= 'a' && *c <= 'f')
			*c = (char)(*c - 'a' + 'A');
	return buf;
}

/* --- Trying a key --------------------------------------------------------- */

bool unlock_is_wanted(const struct unlock_volume *v)
{
	return v->way == UNLOCK_NOT && !v->err &&
	       v->metadata.no_read == BITLOCKER_ACCEPTED &&
	       v->metadata.no_write == BITLOCKER_ACCEPTED;
}

struct unlock_volume *unlock_next_wanted(
	struct unlock *u, struct unlock_volume *v)
{
	v = v ? v + 1 : u->volumes;
	while (v < u->volumes + u->count && !unlock_is_wanted(v))
		v++;
	return v < u->volumes + u->count ? v : NULL;
}

bool unlock_takes(const struct bitlocker_protector *p, enum key_kind kind)
{
	switch (kind) {
	case KEY_RECOVERY_PASSWORD:
		return p->type == BITLOCKER_RECOVERY_PASSWORD;
	case KEY_STARTUP:
		return p->type == BITLOCKER_STARTUP_KEY;
	case KEY_PASSWORD:
		return p->type == BITLOCKER_PASSWORD;
	}
	return false;
}

bool unlock_takes_any(const struct bitlocker_protector *p)
{
	return unlock_takes(p, KEY_RECOVERY_PASSWORD) ||
	       unlock_takes(p, KEY_STARTUP);
}

bool unlock_takes_typed(const struct bitlocker_protector *p)
{
	return unlock_takes(p, KEY_RECOVERY_PASSWORD);
}

/* What bitlocker_unlock() makes of it, as unlock_try(). */
static int try_key(struct unlock *u, struct unlock_volume *v,
	const struct bitlocker_key *key, const uint8_t *only,
	enum unlock_way way)
{
	const struct stretch_progress progress = unlock_work_progress(u);
	struct bitlocker_unlocked found;
	int err = bitlocker_unlock(
		&v->metadata, key, only, &progress, &found, &v->fvek);

	if (err < 0) {
		tell_unlock_failed(u->platform, v, err);
		return err;
	}
	if (found.outcome == BITLOCKER_DAMAGED_KEY) {
		tell_unlock_damaged(u->platform, v, found.protector);
		return -ERR_CORRUPT;
	}
	if (found.outcome != BITLOCKER_OPENED)
		return 0;
	/* What only the key could tell. */
	v->metadata.no_write = bitlocker_write_refusal(&v->metadata, &v->fvek);
	if (v->metadata.no_write != BITLOCKER_ACCEPTED) {
		bitlocker_fvek_wipe(&v->fvek);
		return 0;
	}
	v->way = way;
	v->protector = found.protector;
	return 1;
}

static void keep_origin(struct unlock_volume *v, const struct key *k)
{
	size_t i;

	v->row = k->row;
	for (i = 0; k->file && k->file[i] && i + 1 < sizeof(v->file); i++)
		v->file[i] = k->file[i];
	v->file[i] = 0;
}

/* May one more be tried that takes seconds?  Then somebody should know. */
static bool may_stretch(struct unlock *u, const struct unlock_volume *v,
	const struct key *k, enum unlock_way way)
{
	unsigned int most = way == UNLOCK_TYPED ? UNLOCK_MAX_STRETCHES
						: UNLOCK_MAX_FILE_STRETCHES;

	if (!unlock_work_may_begin(u))
		return false;
	if (u->stretches >= most) {
		u->is_left_out[UNLOCK_LIMIT_TRIES] = true;
		return false;
	}
	u->stretches++;
	tell_unlock_trying(u->platform, v, k);
	return true;
}

int unlock_try(struct unlock *u, struct unlock_volume *v, const struct key *k,
	size_t protector, enum unlock_way way)
{
	struct bitlocker_key key;
	int result;

	if (k->kind != KEY_STARTUP && !may_stretch(u, v, k, way))
		return -ERR_TOO_LARGE;
	unlock_work_begin(u);
	result = key_prepare(k, &key);
	if (result < 0)
		tell_unlock_failed(u->platform, v, result);
	else
		result = try_key(u, v, &key,
			v->metadata.protectors[protector].guid, way);
	bitlocker_key_wipe(&key);
	if (result > 0) {
		keep_origin(v, k);
		tell_unlock_opened(u->platform, v);
	}
	return result;
}

/* --- A volume ------------------------------------------------------------- */

void unlock_expect_secrets(struct unlock *u)
{
	if (!u->has_secrets)
		u->platform->ops->before_secrets(u->platform->ctx);
	u->has_secrets = true;
}

/* What opens it lies on the disk for everybody: no secret comes into memory. */
static int open_suspended(struct unlock *u, struct unlock_volume *v)
{
	struct bitlocker_key key;
	int result;

	if (!unlock_is_wanted(v) || !bitlocker_is_suspended(&v->metadata))
		return 0;
	bitlocker_key_clear(&key);
	result = try_key(u, v, &key, NULL, UNLOCK_CLEAR_KEY);
	if (result > 0)
		tell_unlock_opened(u->platform, v);
	/* Other keys may open what its own, damaged one does not. */
	return result < 0 && result != -ERR_CORRUPT ? result : 0;
}

static int look(struct unlock_volume *v, struct disk *reader, uint64_t size)
{
	struct slice slice;
	int err = slice_init(&slice, reader, v->start_bytes, size);

	return err < 0 ? err
		       : bitlocker_metadata_read(&slice.disk, &v->metadata);
}

const struct unlock_volume *unlock_note(struct unlock *u, struct disk *disk,
	struct disk *reader, const struct found_volume *f, const char *name)
{
	const struct unlock_volume *known =
		unlock_find(u, disk, f->start_bytes);
	struct unlock_volume *v;

	if (known)
		return known->way == UNLOCK_NOT ? NULL : known;
	v = unlock_room_get(u, disk);
	if (!v)
		return NULL;
	v->disk = disk;
	v->start_bytes = f->start_bytes;
	strncpy(v->name, name, sizeof(v->name) - 1);
	v->err = look(v, reader, f->size_bytes);
	if (v->err == 0)
		v->err = open_suspended(u, v);
	return v->way == UNLOCK_NOT ? NULL : v;
}
