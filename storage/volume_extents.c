/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "storage/volume_extents.h"

#include <string.h>

#include "storage/err.h"
#include "storage/ntfs_device.h"
#include "storage/ntfs_lib.h"

/* Adds the clusters of a run, as far as they are among the first @left. */
static int run_add(const ntfs_volume *ntfs, const runlist_element *rl,
	uint64_t *left, struct extent *parts, size_t *count)
{
	uint64_t start = (uint64_t)rl->lcn << ntfs->cluster_size_bits;
	uint64_t bytes = (uint64_t)rl->length << ntfs->cluster_size_bits;
	struct extent *last = *count ? &parts[*count - 1] : NULL;

	if (rl->lcn < 0)
		return -ERR_UNSUPPORTED; /* a hole */
	if (rl->lcn >= ntfs->nr_clusters ||
		rl->length > ntfs->nr_clusters - rl->lcn)
		return -ERR_CORRUPT;
	if (bytes > *left)
		bytes = *left;
	*left -= bytes;
	if (last && last->start_bytes + last->size_bytes == start) {
		last->size_bytes += bytes;
		return 0;
	}
	if (*count == EXTENTS_MAX)
		return -ERR_TOO_LARGE;
	parts[(*count)++] = (struct extent){start, bytes};
	return 0;
}

static int list_runs(struct volume_file *f, uint64_t bytes,
	struct extent *parts, size_t *ret_count)
{
	ntfs_attr *na = f->attribute;
	uint64_t left = (uint64_t)na->data_size;
	const runlist_element *rl;
	size_t count = 0;
	int err = 0;

	if (!NAttrNonResident(na) || !left ||
		(na->data_flags & (ATTR_COMPRESSION_MASK | ATTR_IS_ENCRYPTED |
					  ATTR_IS_SPARSE)))
		return -ERR_UNSUPPORTED;
	if (bytes < left)
		left = bytes;
	errno = EIO;
	if (ntfs_attr_map_whole_runlist(na) < 0)
		return ntfs_device_err(&f->volume->device, errno);
	for (rl = na->rl; err == 0 && left && rl->length; rl++)
		err = run_add(f->volume->ntfs, rl, &left, parts, &count);
	if (err == 0 && left)
		err = -ERR_CORRUPT; /* fewer clusters than the file is long */
	if (err == 0)
		*ret_count = count;
	return err;
}

int volume_file_extents(struct volume *v, const char *path, uint64_t bytes,
	struct extent parts[EXTENTS_MAX], size_t *ret_count)
{
	struct volume_file f;
	int close_err;
	int err = volume_file_open(&f, v, path, VOLUME_FILE_RAW);

	if (err < 0)
		return err;
	err = list_runs(&f, bytes, parts, ret_count);
	close_err = volume_file_close(&f);
	return err < 0 ? err : close_err;
}
