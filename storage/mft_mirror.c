/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Layout of boot sector and records: linux-ntfs documentation, "$Boot" and
 * "FILE record". */
#include "storage/mft_mirror.h"

#include <string.h>

#include "storage/bytes.h"
#include "storage/err.h"

#define BOOT_SECTOR_BYTES   0x0B
#define BOOT_CLUSTER_FACTOR 0x0D
#define BOOT_MFT_CLUSTER    0x30
#define BOOT_MIRROR_CLUSTER 0x38
#define BOOT_RECORD_CODE    0x40

#define CLUSTER_MAX_BYTES (2u << 20)

#define RECORD_USA_OFFSET 4 /* of the update sequence array */
#define RECORD_USA_COUNT  6
#define RECORD_NUMBER	  44 /* since NTFS 3.1 */
#define RECORD_HEAD_BYTES 48
#define STRIDE		  512 /* each ends with the update sequence number */

/* Sizes beyond a byte are negative exponents of a power of two. */
static uint64_t size_of_exponent(uint8_t code)
{
	return code < 0xE1 ? 0 : 1ull << (0x100 - code);
}

static bool is_power_of_two(uint64_t n, uint64_t min, uint64_t max)
{
	return n >= min && n <= max && !(n & (n - 1));
}

static bool are_apart(uint64_t a, uint64_t b, uint64_t bytes)
{
	return a > b ? a - b >= bytes : b - a >= bytes;
}

int mft_places_parse(const unsigned char *sector, struct mft_places *ret)
{
	uint64_t sector_bytes = le16_get(sector + BOOT_SECTOR_BYTES);
	uint64_t mft = le64_get(sector + BOOT_MFT_CLUSTER);
	uint64_t mirror = le64_get(sector + BOOT_MIRROR_CLUSTER);
	uint8_t factor = sector[BOOT_CLUSTER_FACTOR];
	uint8_t code = sector[BOOT_RECORD_CODE];
	uint64_t cluster, record;

	if (memcmp(sector + 3, "NTFS    ", 8) != 0)
		return -ERR_CORRUPT;
	cluster = sector_bytes *
		  (factor <= 0x80 ? factor : size_of_exponent(factor));
	record = code <= 0x80 ? code * cluster : size_of_exponent(code);
	if (!is_power_of_two(
		    sector_bytes, DISK_MIN_BLOCK_BYTES, DISK_MAX_BLOCK_BYTES) ||
		!is_power_of_two(cluster, sector_bytes, CLUSTER_MAX_BYTES) ||
		!is_power_of_two(record, STRIDE, MFT_RECORD_MAX_BYTES))
		return -ERR_UNSUPPORTED;
	if (!mft || !mirror || mft > INT64_MAX / cluster ||
		mirror > INT64_MAX / cluster ||
		!are_apart(mft * cluster, mirror * cluster,
			MFT_MIRROR_RECORDS * record))
		return -ERR_CORRUPT;
	ret->mft = mft * cluster;
	ret->mirror = mirror * cluster;
	ret->record_bytes = (uint32_t)record;
	return 0;
}

bool mft_record_check(const unsigned char *record, size_t len, uint32_t number)
{
	size_t usa = le16_get(record + RECORD_USA_OFFSET);
	size_t count = le16_get(record + RECORD_USA_COUNT);
	size_t end;

	if (memcmp(record, "FILE", 4) != 0 ||
		le32_get(record + RECORD_NUMBER) != number)
		return false;
	if (len % STRIDE || count != len / STRIDE + 1 ||
		usa < RECORD_HEAD_BYTES || usa % 2 ||
		usa > STRIDE - 2 - 2 * count)
		return false;
	for (end = STRIDE; end <= len; end += STRIDE)
		if (le16_get(record + end - 2) != le16_get(record + usa))
			return false;
	return true;
}

/* One record and its copy. */
struct pair {
	uint64_t mft, mirror;
	unsigned char in_mft[MFT_RECORD_MAX_BYTES];
	unsigned char in_mirror[MFT_RECORD_MAX_BYTES];
	bool is_whole, is_copy_whole;
};

static int pair_read(struct disk *d, const struct mft_places *places,
	uint32_t number, struct pair *p)
{
	size_t len = places->record_bytes;
	int err;

	p->mft = places->mft + number * len;
	p->mirror = places->mirror + number * len;
	err = disk_read(d, p->mft, p->in_mft, len);
	if (err == 0)
		err = disk_read(d, p->mirror, p->in_mirror, len);
	if (err < 0)
		return err == -ERR_TRUNCATED ? -ERR_CORRUPT : err;
	p->is_whole = mft_record_check(p->in_mft, len, number);
	p->is_copy_whole = mft_record_check(p->in_mirror, len, number);
	return p->is_whole || p->is_copy_whole ? 0 : -ERR_CORRUPT;
}

/* 1 if something had to be written. */
static int pair_mend(struct disk *d, const struct pair *p, size_t len)
{
	int err;

	if (!p->is_whole)
		err = disk_write(d, p->mft, p->in_mirror, len);
	else if (!p->is_copy_whole || memcmp(p->in_mft, p->in_mirror, len) != 0)
		err = disk_write(d, p->mirror, p->in_mft, len);
	else
		return 0;
	return err < 0 ? err : 1;
}

int mft_mirror_mend(struct disk *d)
{
	unsigned char sector[DISK_MIN_BLOCK_BYTES];
	struct mft_places places;
	uint32_t number;
	struct pair p;
	int mended = 0;
	int err;

	err = disk_read(d, 0, sector, sizeof(sector));
	if (err == -ERR_TRUNCATED)
		return -ERR_CORRUPT;
	if (err == 0)
		err = mft_places_parse(sector, &places);
	/* All of them first: none or every one. */
	for (number = 0; err == 0 && number < MFT_MIRROR_RECORDS; number++)
		err = pair_read(d, &places, number, &p);
	for (number = 0; err >= 0 && number < MFT_MIRROR_RECORDS; number++) {
		err = pair_read(d, &places, number, &p);
		if (err == 0)
			err = pair_mend(d, &p, places.record_bytes);
		if (err > 0)
			mended++;
	}
	return err < 0 ? err : mended;
}
