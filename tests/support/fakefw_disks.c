/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Block devices of the fake firmware, and the ways they fail. */
#include "tests/support/fakefw_disks.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK	   512
#define MEBIBYTE   (1u << 20)
#define FOREVER_MS (24 * 3600 * 1000)

/* A driver that waits for the device; somebody has to end that. */
static void hang(void)
{
	fakefw_pass_time(fakefw_present, FOREVER_MS);
	abort();
}

static EFI_STATUS call_check(struct fakefw_disk *d, UINT32 medium, EFI_LBA lba,
	UINTN len, const void *buf)
{
	if (d->may_not_be_touched)
		abort();
	fakefw_pass_time(fakefw_present, d->call_ms);
	if (d->is_dead)
		return EFI_DEVICE_ERROR;
	if (d->medium_changes) {
		d->medium_changes = false;
		d->media.MediaId++;
	}
	if (!d->media.MediaPresent)
		return EFI_NO_MEDIA;
	if (medium != d->media.MediaId)
		return EFI_MEDIA_CHANGED;
	if (len % d->media.BlockSize || lba > d->media.LastBlock ||
		len / d->media.BlockSize > d->media.LastBlock + 1 - lba)
		return EFI_BAD_BUFFER_SIZE;
	if (d->media.IoAlign > 1 && (uintptr_t)buf % d->media.IoAlign)
		return EFI_INVALID_PARAMETER;
	return EFI_SUCCESS;
}

static bool is_silent(const struct fakefw_disk *d, uint64_t at)
{
	return at >= d->silent_from && at < d->silent_to;
}

static EFI_STATUS EFIAPI read_blocks(
	EFI_BLOCK_IO *this, UINT32 medium, EFI_LBA lba, UINTN len, void *buf)
{
	struct fakefw_disk *d = (struct fakefw_disk *)this;
	uint64_t at = lba * BLOCK;
	uint8_t *out = buf;
	bool was_silent = false;
	EFI_STATUS status = call_check(d, medium, lba, len, buf);

	if (++d->reads == d->hangs_at)
		hang();
	if (d->reads == d->resets_at)
		fakefw_present->end_boot(fakefw_present, "reset");
	if (status)
		return status;
	if (len > MEBIBYTE && d->large_reads_kill) {
		d->is_dead = true;
		return EFI_DEVICE_ERROR;
	}
	for (UINTN done = 0; done < len; done += BLOCK) {
		if (d->silent_reads && is_silent(d, at + done))
			was_silent = true;
		else
			memcpy(out + done, d->bytes + at + done, BLOCK);
	}
	if (was_silent)
		d->silent_reads--;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI write_blocks(
	EFI_BLOCK_IO *this, UINT32 medium, EFI_LBA lba, UINTN len, void *buf)
{
	struct fakefw_disk *d = (struct fakefw_disk *)this;
	EFI_STATUS status = call_check(d, medium, lba, len, buf);

	d->writes++;
	if (d->write_resets)
		fakefw_present->end_boot(fakefw_present, "reset");
	if (status)
		return status;
	if (d->media.ReadOnly)
		return EFI_WRITE_PROTECTED;
	if (!d->swallows_writes)
		memcpy(d->bytes + lba * BLOCK, buf, len);
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI flush_blocks(EFI_BLOCK_IO *this)
{
	struct fakefw_disk *d = (struct fakefw_disk *)this;

	if (d->may_not_be_touched)
		abort();
	d->flushes++;
	return EFI_SUCCESS;
}

void fakefw_disk_init(struct fakefw_disk *d, uint8_t *bytes, uint64_t size)
{
	*d = (struct fakefw_disk){
		.io =
			{
				.ReadBlocks = read_blocks,
				.WriteBlocks = write_blocks,
				.FlushBlocks = flush_blocks,
			},
		.media =
			{
				.MediaId = FAKEFW_MEDIA_ID,
				.MediaPresent = TRUE,
				.BlockSize = BLOCK,
				.IoAlign = 4,
				.LastBlock = size / BLOCK - 1,
			},
		.bytes = bytes,
	};
	d->io.Media = &d->media;
}
