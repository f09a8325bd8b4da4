/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * struct disk over EFI_BLOCK_IO: alignment, pieces, edges, and devices that
 * say "success" and deliver nothing.  The device behind it is an emulated disk
 * that insists on every rule.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "efi/alloc.h"
#include "efi/disk.h"
#include "efi/poison.h"
#include "storage/err.h"
#include "tests/support/prng.h"

#define DISK_BYTES (4u << 20)
#define MEDIA_ID   7
#define NO_BLOCK   UINT64_MAX

/* The device: EFI_BLOCK_IO in front of memory. */
struct device {
	EFI_BLOCK_IO io; /* first member */
	EFI_BLOCK_IO_MEDIA media;
	uint8_t *bytes;
	uint64_t silent; /* this block is not delivered, with success */
	unsigned int silent_reads; /* so often */
	UINT32 media_id;
	EFI_STATUS read_status;
	EFI_STATUS write_status;
	unsigned int reads;
	uint64_t read_bytes;
	unsigned int writes;
	unsigned int flushes;
};

static struct device device;
static struct efi_disk efi_disk;
static struct disk *disk = &efi_disk.disk;
static uint8_t *bounce;
static uint8_t *expected; /* what the disk must hold */

static size_t damage;

size_t alloc_damage_count(void)
{
	return damage;
}

static bool call_is_allowed(const struct device *d, UINT32 media, EFI_LBA lba,
	UINTN len, const void *buf)
{
	return media == d->media_id && len > 0 && len <= 1u << 20 &&
	       len % d->media.BlockSize == 0 && lba <= d->media.LastBlock &&
	       len / d->media.BlockSize <= d->media.LastBlock + 1 - lba &&
	       (uintptr_t)buf % d->media.IoAlign == 0;
}

static EFI_STATUS EFIAPI device_read(
	EFI_BLOCK_IO *this, UINT32 media, EFI_LBA lba, UINTN len, void *buf)
{
	struct device *d = (struct device *)this;
	size_t block = d->media.BlockSize;
	uint8_t *out = buf;

	d->reads++;
	d->read_bytes += len;
	if (media != d->media_id)
		return EFI_MEDIA_CHANGED;
	if (!call_is_allowed(d, media, lba, len, buf))
		return EFI_INVALID_PARAMETER;
	if (d->read_status)
		return d->read_status;
	for (UINTN done = 0; done < len; done += block, lba++) {
		if (lba == d->silent && d->silent_reads) {
			d->silent_reads--;
			continue;
		}
		memcpy(out + done, d->bytes + lba * block, block);
	}
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI device_write(
	EFI_BLOCK_IO *this, UINT32 media, EFI_LBA lba, UINTN len, void *buf)
{
	struct device *d = (struct device *)this;

	d->writes++;
	if (media != d->media_id)
		return EFI_MEDIA_CHANGED;
	if (!call_is_allowed(d, media, lba, len, buf))
		return EFI_INVALID_PARAMETER;
	if (d->write_status)
		return d->write_status;
	memcpy(d->bytes + lba * d->media.BlockSize, buf, len);
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI device_flush(EFI_BLOCK_IO *this)
{
	((struct device *)this)->flushes++;
	return EFI_SUCCESS;
}

static void open_with_blocks_of(uint32_t block)
{
	struct prng random = {.state = block};

	memset(&device, 0, sizeof(device));
	device.bytes = malloc(DISK_BYTES);
	expected = malloc(DISK_BYTES);
	assert_non_null(device.bytes);
	assert_non_null(expected);
	assert_int_equal(posix_memalign((void **)&bounce, EFI_DISK_MAX_ALIGN,
				 EFI_DISK_PIECE_BYTES),
		0);
	prng_fill(&random, device.bytes, DISK_BYTES);
	memcpy(expected, device.bytes, DISK_BYTES);
	device.silent = NO_BLOCK;
	device.media_id = MEDIA_ID;
	device.media = (EFI_BLOCK_IO_MEDIA){
		.MediaId = MEDIA_ID,
		.MediaPresent = TRUE,
		.BlockSize = block,
		.IoAlign = 4096,
		.LastBlock = DISK_BYTES / block - 1,
	};
	device.io = (EFI_BLOCK_IO){
		.Media = &device.media,
		.ReadBlocks = device_read,
		.WriteBlocks = device_write,
		.FlushBlocks = device_flush,
	};
	assert_true(efi_disk_check(&device.io));
	efi_disk_init(&efi_disk, &device.io, bounce, 3);
}

static int open_512(void **state)
{
	(void)state;
	open_with_blocks_of(512);
	return 0;
}

static int open_4096(void **state)
{
	(void)state;
	open_with_blocks_of(4096);
	return 0;
}

static int close_all(void **state)
{
	(void)state;
	free(device.bytes);
	free(expected);
	free(bounce);
	return 0;
}

static void disk_is_described(void **state)
{
	(void)state;
	assert_int_equal(disk->size_bytes, DISK_BYTES);
	assert_int_equal(disk->block_bytes, device.media.BlockSize);
	assert_string_equal(disk->name, "disk 3");
	assert_true(disk->may_write);
	assert_false(disk->is_removable);
	device.media.ReadOnly = TRUE;
	device.media.RemovableMedia = TRUE;
	efi_disk_init(&efi_disk, &device.io, bounce, 0);
	assert_false(disk->may_write);
	assert_true(disk->is_removable);
}

/* Any offset and length, against a copy in memory. */
static void any_range_is_read_and_written(void **state)
{
	struct prng random = {.state = 42};
	uint8_t *buf = malloc(DISK_BYTES);

	(void)state;
	assert_non_null(buf);
	for (unsigned int i = 0; i < 400; i++) {
		uint64_t off = prng_next(&random) % DISK_BYTES;
		size_t max = i % 20 ? 9000 : DISK_BYTES;
		size_t len = prng_next(&random) % max;

		if (len > DISK_BYTES - off)
			len = (size_t)(DISK_BYTES - off);
		if (i % 2) {
			prng_fill(&random, buf, len);
			memcpy(expected + off, buf, len);
			assert_int_equal(disk_write(disk, off, buf, len), 0);
		} else {
			assert_int_equal(disk_read(disk, off, buf, len), 0);
			assert_memory_equal(buf, expected + off, len);
		}
	}
	assert_memory_equal(device.bytes, expected, DISK_BYTES);
	free(buf);
}

/* Q27: pieces of a mebibyte, and not one call more than that. */
static void large_reads_go_in_pieces(void **state)
{
	uint8_t *buf = malloc(DISK_BYTES);

	(void)state;
	assert_non_null(buf);
	assert_int_equal(disk_read(disk, 0, buf, DISK_BYTES), 0);
	assert_int_equal(device.reads, 4);
	assert_memory_equal(buf, expected, DISK_BYTES);
	free(buf);
}

static void only_edges_are_read_before_a_write(void **state)
{
	uint32_t block = disk->block_bytes;
	uint8_t buf[5 * 4096] = {0};

	(void)state;
	assert_int_equal(disk_write(disk, 8 * block, buf, 4 * block), 0);
	assert_int_equal(device.reads, 0);
	assert_int_equal(device.writes, 1);
	assert_int_equal(disk_write(disk, 8 * block + 1, buf, 4 * block), 0);
	assert_int_equal(device.reads, 2);
	assert_int_equal(device.read_bytes, 2 * block);
	assert_int_equal(disk_write(disk, 8 * block, buf, block + 1), 0);
	assert_int_equal(device.reads, 3);
	assert_int_equal(disk_write(disk, 8 * block + 7, buf, 5), 0);
	assert_int_equal(device.reads, 4);
	assert_int_equal(device.read_bytes, 4 * block);
	assert_int_equal(device.writes, 4);
}

/* Q60 */
static void undelivered_block_is_an_error(void **state)
{
	uint8_t buf[3 * 4096];

	(void)state;
	device.silent = 2;
	device.silent_reads = 2;
	assert_int_equal(
		disk_read(disk, 0, buf, 3 * disk->block_bytes), -ERR_IO);
	assert_int_equal(device.reads, 2);
	/* Delivered at the second attempt: that is what the attempt is for. */
	device.silent_reads = 1;
	assert_int_equal(disk_read(disk, 0, buf, 3 * disk->block_bytes), 0);
	assert_memory_equal(buf, expected, 3 * disk->block_bytes);
	/* A write must not store poison around its bytes. */
	device.silent_reads = 2;
	assert_int_equal(
		disk_write(disk, 2 * disk->block_bytes + 9, buf, 9), -ERR_IO);
	assert_int_equal(device.writes, 0);
}

/* Data that looks like the poison is still data. */
static void poison_on_the_disk_is_read(void **state)
{
	uint8_t buf[4096];

	(void)state;
	/* What the disk puts into its buffer is what a silent read leaves. */
	device.silent = 0;
	device.silent_reads = 1;
	(void)disk_read(disk, 0, buf, sizeof(buf));
	device.silent_reads = 2;
	(void)disk_read(disk, 0, buf, disk->block_bytes);
	memcpy(device.bytes, bounce, disk->block_bytes); /* second poison */
	device.reads = 0;
	assert_int_equal(disk_read(disk, 0, buf, disk->block_bytes), 0);
	assert_memory_equal(buf, device.bytes, disk->block_bytes);
	assert_int_equal(device.reads, 1);
}

static void device_errors_are_passed_on(void **state)
{
	uint8_t buf[4096] = {0};

	(void)state;
	device.read_status = EFI_MEDIA_CHANGED;
	assert_int_equal(disk_read(disk, 0, buf, 10), -ERR_IO);
	assert_int_equal(disk_write(disk, 1, buf, 10), -ERR_IO);
	assert_int_equal(device.writes, 0);
	device.read_status = EFI_SUCCESS;
	device.write_status = EFI_DEVICE_ERROR;
	assert_int_equal(disk_write(disk, 0, buf, 4096), -ERR_IO);
	device.write_status = EFI_WRITE_PROTECTED;
	assert_int_equal(disk_write(disk, 0, buf, 4096), -ERR_READ_ONLY);
	assert_int_equal(disk_flush(disk), 0);
	assert_int_equal(device.flushes, 1);
}

/* Q31: before anything was read it makes no difference which medium it is. */
static void medium_may_change_before_the_first_read(void **state)
{
	uint8_t buf[512];

	(void)state;
	device.media_id++;
	device.media.MediaId++;
	assert_int_equal(disk_read(disk, 0, buf, sizeof(buf)), 0);
	assert_memory_equal(buf, expected, sizeof(buf));
	device.media_id++;
	device.media.MediaId++;
	assert_int_equal(disk_read(disk, 0, buf, sizeof(buf)), -ERR_IO);
	assert_int_equal(disk_write(disk, 0, buf, sizeof(buf)), -ERR_IO);
}

static void medium_of_another_size_is_not_adopted(void **state)
{
	uint8_t buf[512];

	(void)state;
	device.media_id++;
	device.media.MediaId++;
	device.media.LastBlock--;
	assert_int_equal(disk_read(disk, 0, buf, sizeof(buf)), -ERR_IO);
}

/* Another medium than the one opened is not touched. */
static void damaged_memory_is_not_written(void **state)
{
	uint8_t buf[512] = {0};

	(void)state;
	damage = 1;
	assert_int_equal(disk_write(disk, 0, buf, sizeof(buf)), -ERR_INTERNAL);
	assert_int_equal(device.writes, 0);
	damage = 0;
	assert_int_equal(disk_write(disk, 0, buf, sizeof(buf)), 0);
	assert_int_equal(device.writes, 1);
}

static void media_id_is_that_of_the_opening(void **state)
{
	uint8_t buf[512] = {0};

	(void)state;
	device.media.MediaId = MEDIA_ID + 1;
	assert_int_equal(disk_read(disk, 0, buf, sizeof(buf)), 0);
	efi_disk_init(&efi_disk, &device.io, bounce, 0);
	assert_int_equal(disk_read(disk, 0, buf, sizeof(buf)), -ERR_IO);
}

static void unusable_devices_are_refused(void **state)
{
	const EFI_BLOCK_IO_MEDIA good = device.media;
	static const uint32_t blocks[] = {0, 1, 256, 513, 3000, 8192, 65536};

	(void)state;
	device.media.LogicalPartition = TRUE;
	assert_false(efi_disk_check(&device.io));
	device.media = good;
	device.media.MediaPresent = FALSE;
	assert_false(efi_disk_check(&device.io));
	device.media = good;
	device.media.LastBlock = 1; /* Q38 */
	assert_false(efi_disk_check(&device.io));
	device.media.LastBlock = UINT64_MAX;
	assert_false(efi_disk_check(&device.io));
	device.media.LastBlock = UINT64_MAX / good.BlockSize;
	assert_false(efi_disk_check(&device.io));
	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
		device.media = good;
		device.media.BlockSize = blocks[i];
		assert_false(efi_disk_check(&device.io));
	}
	device.media = good;
	device.media.IoAlign = 24; /* not a power of two */
	assert_false(efi_disk_check(&device.io));
	device.media.IoAlign = 1u << 31;
	assert_false(efi_disk_check(&device.io));
	device.media.IoAlign = 0;
	assert_true(efi_disk_check(&device.io));
	device.io.Media = NULL;
	assert_false(efi_disk_check(&device.io));
}

static void poison_is_recognised(void **state)
{
	_Alignas(8) uint8_t buf[2048];

	(void)state;
	poison_fill(buf, sizeof(buf), 1);
	assert_true(poison_remains(buf, sizeof(buf), 1));
	assert_false(poison_remains(buf, sizeof(buf), 2));
	for (size_t sector = 0; sector < 4; sector++)
		buf[512 * sector + 511] ^= 1;
	assert_false(poison_remains(buf, sizeof(buf), 1));
	/* A sector that holds its neighbour's poison was delivered. */
	poison_fill(buf, sizeof(buf), 1);
	memmove(buf, buf + 512, 512);
	assert_false(poison_remains(buf, 512, 1));
	assert_true(poison_remains(buf, 1024, 1));
}

#define BOTH(f)                                                                \
	cmocka_unit_test_setup_teardown(f, open_512, close_all),               \
		cmocka_unit_test_setup_teardown(f, open_4096, close_all)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(disk_is_described),
		BOTH(any_range_is_read_and_written),
		BOTH(large_reads_go_in_pieces),
		BOTH(only_edges_are_read_before_a_write),
		BOTH(undelivered_block_is_an_error),
		BOTH(poison_on_the_disk_is_read),
		BOTH(device_errors_are_passed_on),
		BOTH(damaged_memory_is_not_written),
		BOTH(media_id_is_that_of_the_opening),
		BOTH(medium_may_change_before_the_first_read),
		BOTH(medium_of_another_size_is_not_adopted),
		BOTH(unusable_devices_are_refused),
		cmocka_unit_test(poison_is_recognised),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
