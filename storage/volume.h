/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One mounted NTFS volume.  The only way to libntfs-3g for the layers above;
 * always opened on an overlay, so that nothing reaches the disk by itself.
 *
 * Paths are UTF-8 with '/' between the parts and none in front
 * ("Windows/bootstat.dat"); names compare without regard to case.
 */
#ifndef STORAGE_VOLUME_H
#define STORAGE_VOLUME_H

#include "storage/disk.h"

struct _ntfs_volume;

/* What the device adapter remembers (storage/ntfs_device.h). */
struct volume_device {
	struct disk *disk;
	uint64_t position;
	int err; /* first failure of the disk itself, negative */
};

/* Must stay where it is while mounted. */
struct volume {
	struct _ntfs_volume *ntfs; /* NULL when not mounted */
	struct volume_device device;
	uint64_t serial;	 /* NTFS volume serial number */
	bool was_dirty;		 /* VOLUME_IS_DIRTY at volume_open() */
	uint32_t mended_records; /* by volume_open_mending() */
};

/**
 * volume_open - mount the NTFS volume on @d
 * @d: the overlay's disk; must outlive @v; not owned
 *
 * Mounts without looking at the journal or the hibernation file: ask
 * journal_classify() before believing or changing anything.
 *
 * Returns 0; -ERR_CORRUPT if it is not a mountable NTFS volume; -ERR_IO;
 * -ERR_NO_MEMORY.  volume_close() is valid either way.
 */
int volume_open(struct volume *v, struct disk *d);

/**
 * volume_open_mending - the same for a volume as it was found
 *
 * Where the first MFT records and their copies disagree, which keeps
 * libntfs-3g from mounting, they are made to agree on @d first.  Only for the
 * first time, before anything was changed: that they disagree later is a fault
 * of ours, and must not be smoothed over in the middle of a repair.
 */
int volume_open_mending(struct volume *v, struct disk *d);

/* The functions below need an open volume. */

/**
 * volume_close - write back what libntfs-3g still holds, and unmount
 *
 * Accepts a zeroed or half-made volume.  Returns 0 or -ERR_IO if something
 * could not be written back to @v->disk; the volume is closed in any case.
 */
int volume_close(struct volume *v);

/**
 * volume_lacked_memory - has an allocation failed since it was opened?
 *
 * libntfs-3g takes no notice of some of them, and leaves out a part of what it
 * was doing: a change is not to be believed then, whatever it returned.
 */
bool volume_lacked_memory(const struct volume *v);

/** volume_exists - 1 if @path names a file or directory, 0 if not, -ERR_ */
int volume_exists(struct volume *v, const char *path);

/**
 * volume_modified_at - when the data of @path were last changed (FILETIME)
 *
 * Returns 0; otherwise as volume_read_file().
 */
int volume_modified_at(struct volume *v, const char *path, uint64_t *ret);

/**
 * volume_read_file - read the start of a file's unnamed data
 * @cap: at most this many bytes are read
 *
 * Returns 0 with *@ret_len = bytes read and *@ret_size = the file's whole
 * size; -ERR_NOT_FOUND; -ERR_CORRUPT; -ERR_IO; -ERR_NO_MEMORY.
 */
int volume_read_file(struct volume *v, const char *path, void *buf, size_t cap,
	size_t *ret_len, uint64_t *ret_size);

/** What volume_visit_file() asks @visit to look at in one call. */
#define VOLUME_VISIT_BYTES 65536

/**
 * volume_visit_file - show all of a file's unnamed data, from its beginning
 * @max:   a larger file is not read
 * @visit: gets one piece after the other; not 0 ends it
 *
 * Returns 0; -ERR_TOO_LARGE; what @visit returned; otherwise as
 * volume_read_file(), and -ERR_UNSUPPORTED for encrypted data.
 */
int volume_visit_file(struct volume *v, const char *path, uint64_t max,
	int (*visit)(void *ctx, const void *bytes, size_t len), void *ctx);

/**
 * volume_overwrite_file - change bytes within a file, in place
 *
 * Size, allocation, times and every other attribute stay as they are.
 * Returns 0; -ERR_UNSUPPORTED if the data is resident, sparse, compressed or
 * encrypted; -ERR_TRUNCATED if the range does not lie within the file's
 * initialised size; otherwise as volume_read_file().  Nothing is changed on
 * failure.
 */
int volume_overwrite_file(struct volume *v, const char *path, uint64_t off,
	const void *buf, size_t len);

/**
 * volume_check_overwrite - could volume_overwrite_file() do that?
 *
 * Returns 0, or what keeps it from doing so; changes nothing.
 */
int volume_check_overwrite(
	struct volume *v, const char *path, uint64_t off, size_t len);

/**
 * volume_set_dirty - set or clear VOLUME_IS_DIRTY, and sync
 *
 * Windows runs chkdsk at its next start on a volume that has it set.
 * Returns 0 or -ERR_IO.
 */
int volume_set_dirty(struct volume *v, bool dirty);

/** volume_sync - write back everything libntfs-3g holds; 0 or -ERR_IO */
int volume_sync(struct volume *v);

#endif
