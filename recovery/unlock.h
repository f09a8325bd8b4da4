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

/*
 * Further ones stay closed: of those on removable disks first, then of the disk
 * that has most of them.  Removable is what the firmware calls so; many a disk
 * on USB is not.
 */
#define UNLOCK_MAX_VOLUMES   16
#define UNLOCK_MAX_REMOVABLE 8 /* on removable disks */
#define UNLOCK_MAX_OF_A_DISK 8

/*
 * So often in a run is a key tried that has to be stretched, seconds of a slow
 * processor each; half of it is for what somebody types.
 */
#define UNLOCK_MAX_STRETCHES	  64
#define UNLOCK_MAX_FILE_STRETCHES 32

/*
 * All that, and reading files, takes so long at the most.  It does not count
 * among the minutes after which a run is taken for a hang.
 */
#define UNLOCK_MAX_WORK_MS (10u * 60u * 1000u)

/* Of all files with keys, in a run. */
#define UNLOCK_MAX_FILE_BYTES (4ull * KEY_SOURCE_MAX_BYTES)

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

/* What there was no room or no time for: decoys must not hide it. */
enum unlock_limit {
	UNLOCK_LIMIT_VOLUMES,
	UNLOCK_LIMIT_PROTECTORS, /* whose keys are not looked for */
	UNLOCK_LIMIT_NAMES,	 /* ... not by the names of files */
	UNLOCK_LIMIT_KEYS,	 /* in files */
	UNLOCK_LIMIT_TRIES,
	UNLOCK_LIMITS
};

struct unlock_volume {
	struct disk *disk; /* the front's */
	uint64_t start_bytes;
	char name[FIND_LABEL_BYTES]; /* "disk 0, partition 3" */
	int err;		     /* why its metadata are not known, or 0 */
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
	bool has_asked_packs;
	bool is_alone;	  /* a question found nobody: there is no other */
	bool is_declined; /* a person passed over one */
	bool is_left_out[UNLOCK_LIMITS];
	unsigned int stretches; /* tried so far */
	uint64_t file_bytes;	/* read of files so far */
	uint64_t worked_until;	/* unlock_work_begin() */
	uint64_t worked_ms;
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
 *
 * One that was met before is not read again; one of which nothing can be known
 * stays closed, with its .err.  A closed one may lose its place to one that is
 * put in later (UNLOCK_MAX_VOLUMES).
 *
 * Returns the volume, owned by @u, if it is open; else NULL.
 */
const struct unlock_volume *unlock_note(struct unlock *u, struct disk *disk,
	struct disk *reader, const struct found_volume *f, const char *name);

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
 * key; for nothing of it where the platform may not ask, or nobody answered in
 * time once
 *
 * Each pack is asked for in the first call only.
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
