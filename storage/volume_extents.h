/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the data of a file lie on the volume, for those who have to find them
 * without NTFS.
 */
#ifndef STORAGE_VOLUME_EXTENTS_H
#define STORAGE_VOLUME_EXTENTS_H

#include "storage/extents.h"
#include "storage/volume_file.h"

/**
 * volume_file_extents - the clusters of the first @bytes of @path
 * @bytes:  at most; a shorter file is taken whole
 * @parts:  EXTENTS_MAX of them; adjacent runs are one
 *
 * The last part may end within a cluster.  Returns 0; -ERR_UNSUPPORTED if the
 * data are resident, sparse, compressed or encrypted, or there are none;
 * -ERR_TOO_LARGE for more than EXTENTS_MAX parts; -ERR_CORRUPT; otherwise as
 * volume_file_open().
 */
int volume_file_extents(struct volume *v, const char *path, uint64_t bytes,
	struct extent parts[EXTENTS_MAX], size_t *ret_count);

#endif
