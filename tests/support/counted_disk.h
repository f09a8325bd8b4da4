/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes in memory as a disk, and how often it was read: for tests and fuzzers
 * of what takes a file and has a bound on its reads.
 */
#ifndef TESTS_SUPPORT_COUNTED_DISK_H
#define TESTS_SUPPORT_COUNTED_DISK_H

#include "storage/memory_disk.h"
#include "storage/meter.h"

struct counted_disk {
	struct meter meter; /* the disk to use is meter.disk */
	struct memory_disk memory;
};

/* @bytes stay the caller's; @c must stay where it is. */
static inline void counted_disk_open(
	struct counted_disk *c, const void *bytes, size_t len)
{
	memory_disk_init(&c->memory, bytes, len, "bytes");
	meter_init(&c->meter, &c->memory.disk);
}

static inline unsigned int counted_disk_reads(const struct counted_disk *c)
{
	return (unsigned int)c->meter.counts.reads;
}

#endif
