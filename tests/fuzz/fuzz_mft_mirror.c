/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as the first sector of a volume, as its first MFT records and as
 * their copies.  Afterwards they agree, or nothing was written.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "storage/bytes.h"
#include "storage/err.h"
#include "storage/mft_mirror.h"

#define SECTOR	    DISK_MIN_BLOCK_BYTES
#define TABLE_BYTES (MFT_MIRROR_RECORDS * MFT_RECORD_MAX_BYTES)
#define PART_BYTES  4096 /* of each table; the rest is zero */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What lies at the three places; everything else is zero. */
struct fuzz_disk {
	struct disk disk; /* first member */
	struct mft_places places;
	uint8_t sector[SECTOR];
	uint8_t mft[TABLE_BYTES];
	uint8_t mirror[TABLE_BYTES];
	unsigned int writes;
};

static uint8_t *find(struct fuzz_disk *f, uint64_t off, size_t len)
{
	size_t table = MFT_MIRROR_RECORDS * f->places.record_bytes;

	if (off >= f->places.mft && off - f->places.mft + len <= table)
		return f->mft + (off - f->places.mft);
	if (off >= f->places.mirror && off - f->places.mirror + len <= table)
		return f->mirror + (off - f->places.mirror);
	if (off + len <= SECTOR)
		return f->sector + off;
	return NULL;
}

static int fuzz_read(struct disk *d, uint64_t off, void *buf, size_t len)
{
	const uint8_t *from = find((struct fuzz_disk *)d, off, len);

	if (!from)
		abort();
	memcpy(buf, from, len);
	return 0;
}

static int fuzz_write(struct disk *d, uint64_t off, const void *buf, size_t len)
{
	struct fuzz_disk *f = (struct fuzz_disk *)d;
	uint8_t *to = find(f, off, len);

	if (!to || to == f->sector)
		abort();
	memcpy(to, buf, len);
	f->writes++;
	return 0;
}

static const struct disk_ops fuzz_ops = {
	.read = fuzz_read,
	.write = fuzz_write,
};

static size_t take(uint8_t *to, size_t want, const uint8_t **data, size_t *size)
{
	size_t len = *size < want ? *size : want;

	memcpy(to, *data, len);
	*data += len;
	*size -= len;
	return len;
}

/* What no fuzzer guesses: a good boot sector, and heads of records. */
static void put_right(struct fuzz_disk *f)
{
	uint32_t i;

	memcpy(f->sector + 3, "NTFS    ", 8);
	le16_put(f->sector + 0x0B, SECTOR);
	f->sector[0x0D] = 8;
	le64_put(f->sector + 0x30, 4);
	le64_put(f->sector + 0x38, 100);
	f->sector[0x40] = 0xF6; /* 1024 */
	for (i = 0; i < MFT_MIRROR_RECORDS; i++) {
		memcpy(f->mft + i * 1024, "FILE\x30\0\x03", 7);
		memcpy(f->mirror + i * 1024, "FILE\x30\0\x03", 7);
		le32_put(f->mft + i * 1024 + 44, i);
		le32_put(f->mirror + i * 1024 + 44, i);
	}
}

static void check(struct fuzz_disk *f)
{
	size_t len;
	int mended;

	if (mft_places_parse(f->sector, &f->places) < 0)
		return;
	f->disk.ops = &fuzz_ops;
	f->disk.size_bytes = INT64_MAX;
	f->disk.block_bytes = SECTOR;
	f->disk.may_write = true;
	f->writes = 0;
	mended = mft_mirror_mend(&f->disk);
	if (mended <= 0 ? f->writes : f->writes != (unsigned int)mended)
		abort();
	len = MFT_MIRROR_RECORDS * f->places.record_bytes;
	if (mended >= 0 && memcmp(f->mft, f->mirror, len) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_disk f;

	memset(&f, 0, sizeof(f));
	take(f.sector, SECTOR, &data, &size);
	take(f.mft, PART_BYTES, &data, &size);
	take(f.mirror, PART_BYTES, &data, &size);
	check(&f);
	put_right(&f);
	check(&f);
	return 0;
}
