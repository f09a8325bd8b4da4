/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading and writing one disk through EFI_BLOCK_IO: any offset and length on
 * top, whole aligned blocks in pieces of bounded size below.
 */
#include <stdio.h>
#include <string.h>

#include "efi/alloc.h"
#include "efi/disk.h"
#include "efi/poison.h"
#include "efi/status.h"
#include "storage/err.h"

/* Two seeds, so that data which happens to equal one differs from the other. */
static const uint64_t poison_seeds[] = {
	UINT64_C(0x4c6f6f7062726561),
	UINT64_C(0xb3909f8f9d8d9a9e),
};

#define POISON_SEED_COUNT (sizeof(poison_seeds) / sizeof(poison_seeds[0]))

/* One piece of a transfer: whole blocks around what the caller asked for. */
struct piece {
	uint64_t start; /* in bytes, on a block boundary */
	size_t head;	/* bytes before the caller's in the first block */
	size_t len;	/* the caller's bytes */
	size_t span;	/* whole blocks: head, len and the rest of the last */
};

static struct piece piece_at(uint32_t block, uint64_t off, size_t len)
{
	struct piece p;

	p.head = (size_t)(off % block);
	p.start = off - p.head;
	p.len = len;
	if (p.len > EFI_DISK_PIECE_BYTES - p.head)
		p.len = EFI_DISK_PIECE_BYTES - p.head;
	p.span = (p.head + p.len + block - 1) / block * block;
	return p;
}

/* A call that came back, however late, is no hang. */
static void call_done(struct efi_disk *d)
{
	if (d->watchdog)
		watchdog_pet(d->watchdog);
}

/*
 * Quirk Q31: "media changed" of a disk that nobody has touched.  As long as
 * nothing was read from it, it makes no difference which medium it is, if only
 * it has the same size; afterwards it would be another disk.
 */
static bool medium_adopt(struct efi_disk *d)
{
	const EFI_BLOCK_IO_MEDIA *media = d->io->Media;

	if (d->has_been_read || media->MediaId == d->media_id ||
		media->BlockSize != d->disk.block_bytes ||
		(media->LastBlock + 1) * media->BlockSize != d->disk.size_bytes)
		return false;
	d->media_id = media->MediaId;
	return true;
}

static EFI_STATUS blocks_ask(struct efi_disk *d, uint64_t start, size_t len)
{
	EFI_STATUS status = d->io->ReadBlocks(d->io, d->media_id,
		start / d->disk.block_bytes, len, d->bounce);

	if (status == EFI_MEDIA_CHANGED && medium_adopt(d))
		status = d->io->ReadBlocks(d->io, d->media_id,
			start / d->disk.block_bytes, len, d->bounce);
	if (status == EFI_SUCCESS)
		d->has_been_read = true;
	call_done(d);
	return status;
}

/*
 * Reads @len bytes of whole blocks into the start of the bounce buffer.
 *
 * Quirk Q60: EDK2's AHCI driver reports success for a failed read and leaves
 * the buffer as it was.  A sector that still holds the poison is read again
 * over another poison; what remains then was never delivered.
 */
static int blocks_read(struct efi_disk *d, uint64_t start, size_t len)
{
	EFI_STATUS status;

	for (size_t i = 0; i < POISON_SEED_COUNT; i++) {
		poison_fill(d->bounce, len, poison_seeds[i]);
		status = blocks_ask(d, start, len);
		if (status != EFI_SUCCESS)
			return -ERR_IO;
		if (!poison_remains(d->bounce, len, poison_seeds[i]))
			return 0;
	}
	return -ERR_IO;
}

static int efi_disk_read(struct disk *disk, uint64_t off, void *buf, size_t len)
{
	struct efi_disk *d = (struct efi_disk *)disk;
	uint8_t *out = buf;
	int err;

	while (len > 0) {
		struct piece p = piece_at(disk->block_bytes, off, len);

		err = blocks_read(d, p.start, p.span);
		if (err < 0)
			return err;
		memcpy(out, d->bounce + p.head, p.len);
		off += p.len;
		out += p.len;
		len -= p.len;
	}
	return 0;
}

/*
 * Fetches the blocks of which a write changes only a part: first and last.
 * Only the start of the bounce buffer is aligned as IoAlign demands, so the
 * last one is read there and then moved to its place.
 */
static int edges_read(struct efi_disk *d, const struct piece *p)
{
	size_t block = d->disk.block_bytes;
	size_t last = p->span - block;
	bool is_tail_partial = (p->head + p->len) % block != 0;
	int err;

	if (is_tail_partial && (last || !p->head)) {
		err = blocks_read(d, p->start + last, block);
		if (err < 0)
			return err;
		memmove(d->bounce + last, d->bounce, block);
	}
	if (!p->head)
		return 0;
	return blocks_read(d, p->start, block);
}

static int efi_disk_write(
	struct disk *disk, uint64_t off, const void *buf, size_t len)
{
	struct efi_disk *d = (struct efi_disk *)disk;
	const uint8_t *in = buf;
	EFI_STATUS status;
	int err;

	/* What is to be written may be what was overwritten. */
	if (alloc_damage_count())
		return -ERR_INTERNAL;
	while (len > 0) {
		struct piece p = piece_at(disk->block_bytes, off, len);

		err = edges_read(d, &p);
		if (err < 0)
			return err;
		memcpy(d->bounce + p.head, in, p.len);
		status = d->io->WriteBlocks(d->io, d->media_id,
			p.start / disk->block_bytes, p.span, d->bounce);
		call_done(d);
		if (status == EFI_WRITE_PROTECTED)
			return -ERR_READ_ONLY;
		if (status != EFI_SUCCESS)
			return -ERR_IO;
		off += p.len;
		in += p.len;
		len -= p.len;
	}
	return 0;
}

static int efi_disk_flush(struct disk *disk)
{
	struct efi_disk *d = (struct efi_disk *)disk;
	EFI_STATUS status = d->io->FlushBlocks(d->io);

	call_done(d);
	return status == EFI_SUCCESS ? 0 : -ERR_IO;
}

static const struct disk_ops efi_disk_ops = {
	.read = efi_disk_read,
	.write = efi_disk_write,
	.flush = efi_disk_flush,
};

bool efi_disk_check(const EFI_BLOCK_IO *io)
{
	const EFI_BLOCK_IO_MEDIA *media = io->Media;
	uint32_t block;

	/* Quirk Q38: an empty reader has no medium or a single block. */
	if (!media || media->LogicalPartition || !media->MediaPresent ||
		media->LastBlock <= 1)
		return false;
	block = media->BlockSize;
	if (block < DISK_MIN_BLOCK_BYTES || block > DISK_MAX_BLOCK_BYTES ||
		(block & (block - 1)))
		return false;
	if (media->LastBlock >= UINT64_MAX / block)
		return false;
	/* Quirk Q26: 0 and 1 both mean "any". */
	return media->IoAlign <= EFI_DISK_MAX_ALIGN &&
	       !(media->IoAlign & (media->IoAlign - 1));
}

void efi_disk_init(struct efi_disk *d, EFI_BLOCK_IO *io, uint8_t *bounce,
	unsigned int number)
{
	const EFI_BLOCK_IO_MEDIA *media = io->Media;
	char name[DISK_NAME_BYTES];

	*d = (struct efi_disk){
		.disk =
			{
				.ops = &efi_disk_ops,
				.size_bytes = (media->LastBlock + 1) *
					      media->BlockSize,
				.block_bytes = media->BlockSize,
				.is_removable = media->RemovableMedia,
				.may_write = !media->ReadOnly,
			},
		.io = io,
		.media_id = media->MediaId,
		.bounce = bounce,
	};
	(void)snprintf(name, sizeof(name), "disk %u", number); /* fits */
	disk_set_name(&d->disk, name);
}
