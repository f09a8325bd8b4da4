/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One file of a mounted volume, or one of its alternate data streams, as a
 * read-only disk: what reads registry hives, dumps and journals takes it like
 * a file on a host, and storage/cache.h may be put on top.
 *
 * Raw reading is for what Windows writes past its own file system, as dumps
 * into the page file: straight from the clusters, also those past the
 * initialised size (valid-data length), where NTFS promises zeros.
 */
#ifndef STORAGE_VOLUME_FILE_H
#define STORAGE_VOLUME_FILE_H

#include "storage/volume.h"

/* Of a path with its stream. */
#define VOLUME_FILE_PATH_BYTES 1024

/*
 * A more scattered file is not read on.  Page files of old disks have some
 * hundred runs, change journals some thousand.
 */
#define VOLUME_FILE_MAX_RUNS 65536

struct _ntfs_inode;
struct _ntfs_attr;

enum volume_file_way {
	VOLUME_FILE_NORMAL, /* as NTFS has it: compressed data too */
	VOLUME_FILE_RAW	    /* what lies in its clusters */
};

struct volume_file {
	struct disk disk; /* first member; never writable; may be 0 bytes */
	struct volume *volume;
	struct _ntfs_inode *inode;
	struct _ntfs_attr *attribute;
	enum volume_file_way way;
};

/**
 * volume_file_open - open @path, or its stream "path:stream"
 * @v:	  must outlive @f; not owned
 * @path: as in storage/volume.h; of the unnamed data if no stream is named
 *
 * Until it is closed nothing else may open or change the same file: its inode
 * is in use (storage/ntfs_inode.h).  Run lists are read when they are needed:
 * the beginning of a scattered file costs no more than that of another one.
 *
 * Holes read as zeros.  Reading may fail with any error of storage/volume.h;
 * -ERR_CORRUPT also for clusters that are not on the volume, and
 * -ERR_TOO_LARGE above VOLUME_FILE_MAX_RUNS.
 *
 * Returns 0; -ERR_NOT_FOUND (also for a directory's data, and for a stream the
 * file does not have); -ERR_UNSUPPORTED for encrypted data, for a file whose
 * content lies elsewhere (reparse points: compressed by the system, links) and
 * for raw reading of compressed data; -ERR_TOO_LARGE for a path above
 * VOLUME_FILE_PATH_BYTES; -ERR_CORRUPT; -ERR_IO; -ERR_NO_MEMORY.
 * volume_file_close() is valid either way.
 */
int volume_file_open(struct volume_file *f, struct volume *v, const char *path,
	enum volume_file_way way);

/** volume_file_close - accepts a zeroed or half-made one; 0 or an error */
int volume_file_close(struct volume_file *f);

#endif
