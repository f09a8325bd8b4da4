/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts the calls on their way to the device. */
#include "storage/meter.h"

#include <string.h>

static int meter_read(struct disk *d, uint64_t off, void *buf, size_t len)
{
	struct meter *m = (struct meter *)d;

	m->counts.reads++;
	m->counts.read_bytes += len;
	return disk_read(m->below, off, buf, len);
}

static int meter_write(
	struct disk *d, uint64_t off, const void *buf, size_t len)
{
	struct meter *m = (struct meter *)d;

	m->counts.writes++;
	m->counts.written_bytes += len;
	return disk_write(m->below, off, buf, len);
}

static int meter_flush(struct disk *d)
{
	struct meter *m = (struct meter *)d;

	m->counts.flushes++;
	return disk_flush(m->below);
}

static const struct disk_ops meter_ops = {
	.read = meter_read,
	.write = meter_write,
	.flush = meter_flush,
};

void meter_init(struct meter *m, struct disk *below)
{
	m->disk = *below;
	m->disk.ops = &meter_ops;
	m->below = below;
	memset(&m->counts, 0, sizeof(m->counts));
}

void disk_counts_add(struct disk_counts *to, const struct disk_counts *more)
{
	to->reads += more->reads;
	to->read_bytes += more->read_bytes;
	to->writes += more->writes;
	to->written_bytes += more->written_bytes;
	to->flushes += more->flushes;
}

struct disk_counts disk_counts_since(
	const struct disk_counts *now, const struct disk_counts *then)
{
	return (struct disk_counts){
		.reads = now->reads - then->reads,
		.read_bytes = now->read_bytes - then->read_bytes,
		.writes = now->writes - then->writes,
		.written_bytes = now->written_bytes - then->written_bytes,
		.flushes = now->flushes - then->flushes,
	};
}
