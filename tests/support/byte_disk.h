/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes in memory as a read-only disk, and how often it was read.  For tests of
 * what takes a file: nothing fails but what is beyond its end, which
 * AddressSanitizer sees, too.
 */
#ifndef TESTS_SUPPORT_BYTE_DISK_H
#define TESTS_SUPPORT_BYTE_DISK_H

#include <string.h>

#include "storage/disk.h"

struct byte_disk {
	struct disk disk; /* first member */
	const uint8_t *bytes;
	unsigned int reads;
};

static inline int byte_disk_read(
	struct disk *d, uint64_t off, void *buf, size_t len)
{
	struct byte_disk *m = (struct byte_disk *)d;

	m->reads++;
	memcpy(buf, m->bytes + off, len);
	return 0;
}

/* @bytes stay the caller's; never written: there is no such function. */
static inline void byte_disk_open(
	struct byte_disk *m, const void *bytes, size_t len)
{
	static const struct disk_ops ops = {.read = byte_disk_read};

	memset(m, 0, sizeof(*m));
	m->disk.ops = &ops;
	m->disk.size_bytes = len;
	m->disk.block_bytes = DISK_MIN_BLOCK_BYTES;
	m->bytes = bytes;
}

#endif
