/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The BitLocker volumes of this PC, and opening those for which there is a key.
 *
 * The search for Windows (recovery/windows.h) puts in each one that it meets.
 * A volume whose protection is suspended is open at once.  For the others keys
 * are looked for when the search is over, in files and then by a person, and
 * if that opened one the search is made again.
 */
#ifndef RECOVERY_UNLOCK_H
#define RECOVERY_UNLOCK_H

#include "recovery/platform.h"
#include "storage/bitlocker/unlock.h"
#include "storage/find.h"

/* Further ones stay closed. */
#define UNLOCK_MAX_VOLUMES 16

/* The name of a file with a key, for messages. */
#define UNLOCK_FILE_BYTES 64

#define UNLOCK_KEY_ID_BYTES 37 /* as Windows shows it; with the closing NUL */

/* Where the key came from. */
enum unlock_way {
	UNLOCK_NOT, /* it is closed */
	UNLOCK_CLEAR_KEY,
	UNLOCK_KEY_FILE,
	UNLOCK_KEY_PACK,
	UNLOCK_TYPED
};

struct unlock_volume {
	struct disk *disk; /* the front's */
	uint64_t start_bytes;
	char name[FIND_LABEL_BYTES]; /* "disk 0, partition 3" */
	struct bitlocker_metadata metadata;
	enum unlock_way way;
	struct bitlocker_fvek fvek; /* unless UNLOCK_NOT */
	size_t protector;	    /* ... the place of that which opened */
	char file[UNLOCK_FILE_BYTES];
	uint32_t row; /* of the file, from 1; or 0 */
};

/* Secret: unlock_close() wipes it.  Too large for a stack. */
struct unlock {
	const struct platform *platform;
	struct unlock_volume volumes[UNLOCK_MAX_VOLUMES];
	size_t count;
	bool has_secrets; /* the front was told of them */
	bool has_read_files;
};

/** unlock_open - no volume is known yet */
void unlock_open(struct unlock *u, const struct platform *p);

/** unlock_close - wipe all keys; accepts a zeroed struct */
void unlock_close(struct unlock *u);

/**
 * unlock_note - look at the BitLocker volume @f, and open it if it is suspended
 * @disk:   of the front, by which it is known again
 * @reader: the same disk, perhaps through a cache
 * @name:   of the volume, for messages
 * @ret:    the volume, owned by @u; one that was met before is not read again
 *
 * Returns 0; -ERR_NO_SPACE for more than UNLOCK_MAX_VOLUMES; otherwise as
 * bitlocker_metadata_read() and bitlocker_unlock().
 */
int unlock_note(struct unlock *u, struct disk *disk, struct disk *reader,
	const struct found_volume *f, const char *name,
	const struct unlock_volume **ret);

/**
 * unlock_find - a volume that was put in
 *
 * NULL if there is none at @start_bytes of @disk.
 */
const struct unlock_volume *unlock_find(
	const struct unlock *u, const struct disk *disk, uint64_t start_bytes);

/**
 * unlock_by_files - try the keys in the files of the platform
 *
 * Once: a second call does nothing.  Says what is wrong with a file; no file is
 * needed.  Returns how many more volumes are open now.
 */
size_t unlock_by_files(struct unlock *u);

/**
 * unlock_by_person - ask for the PIN of sealed key packs, then for a recovery
 * key; for nothing where nobody could answer
 *
 * Returns as unlock_by_files().
 */
size_t unlock_by_person(struct unlock *u);

/**
 * unlock_key_id - the identifier of a protector as Windows shows it
 *
 * Returns @buf.
 */
const char *unlock_key_id(
	const uint8_t guid[GUID_BYTES], char buf[UNLOCK_KEY_ID_BYTES]);

#endif
