/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/redo_place.h"

#include <stdlib.h>

#include "storage/cache.h"
#include "storage/err.h"
#include "storage/find.h"

int redo_place_open(struct redo_place *m, struct disk *d,
	const struct place *partition, const struct extent *parts, size_t count)
{
	int err;

	m->partition = *partition;
	meter_init(&m->meter, d);
	err = slice_init(&m->slice, &m->meter.disk, partition->start_bytes,
		partition->size_bytes);
	return err < 0 ? err
		       : extents_init(&m->medium, &m->slice.disk, parts, count);
}

/* 1 if @d has that partition, 0 if not, or -ERR_. */
static int has_partition(struct disk *d, const struct place *place,
	struct found *found, struct disk_counts *counts)
{
	struct meter meter;
	struct cache cache;
	int is_there = 0;
	size_t i;
	int err;

	meter_init(&meter, d);
	err = cache_open(&cache, &meter.disk);
	if (err == 0)
		err = find_partitions(&cache.disk, found);
	for (i = 0; err == 0 && i < found->count; i++)
		if (place_is(place, found, &found->volumes[i]))
			is_there = 1;
	cache_close(&cache);
	disk_counts_add(counts, &meter.counts);
	return err < 0 ? err : is_there;
}

int redo_place_find_disk(const struct platform *p, const struct place *place,
	struct disk_counts *counts, struct disk **ret_disk)
{
	struct found *found = calloc(1, sizeof(*found));
	struct disk *disk = NULL;
	int err = -ERR_NOT_FOUND;
	size_t i;

	if (!found)
		return -ERR_NO_MEMORY;
	for (i = 0; i < p->disk_count; i++) {
		int is_there = has_partition(p->disks[i], place, found, counts);

		p->ops->progress(p->ctx);
		if (is_there < 0 && !disk)
			err = is_there;
		if (is_there <= 0)
			continue;
		err = disk ? -ERR_AMBIGUOUS : 0;
		disk = p->disks[i];
		if (err < 0)
			break;
	}
	free(found);
	if (err == 0)
		*ret_disk = disk;
	return err;
}
