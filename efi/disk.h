/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * struct disk on top of EFI_BLOCK_IO: the whole disks of the machine.
 */
#ifndef EFI_DISK_H
#define EFI_DISK_H

#include "efi/firmware.h"
#include "efi/watchdog.h"
#include "storage/disk.h"

/* The most one call to the firmware asks for (quirk Q27). */
#define EFI_DISK_PIECE_BYTES (1u << 20)
/* A device that wants its buffers aligned to more than this is not used. */
#define EFI_DISK_MAX_ALIGN 65536u
#define EFI_DISK_MAX	   32

struct efi_disk {
	struct disk disk; /* first member */
	EFI_BLOCK_IO *io;
	uint32_t media_id; /* of the medium that was there at the start */
	bool has_been_read;
	struct watchdog *watchdog; /* to be petted, or NULL */
	uint8_t *bounce; /* EFI_DISK_PIECE_BYTES, shared by all disks */
};

struct efi_disk_list {
	const struct firmware *fw;
	struct watchdog *watchdog; /* for all disks; set before opening */
	struct efi_disk disks[EFI_DISK_MAX];
	struct disk *pointers[EFI_DISK_MAX]; /* as struct platform wants them */
	size_t count;
	bool is_full; /* there are more than EFI_DISK_MAX disks */
	EFI_PHYSICAL_ADDRESS buffer;
};

/**
 * efi_disk_check - can @io be used as a disk at all?
 *
 * True for a whole disk with a medium of more than one block, a block size
 * that is a power of two between 512 and 4096, and an alignment we can keep.
 */
bool efi_disk_check(const EFI_BLOCK_IO *io);

/**
 * efi_disk_init - make @d the disk behind @io, which efi_disk_check() accepted
 * @bounce: EFI_DISK_PIECE_BYTES, aligned to EFI_DISK_MAX_ALIGN
 */
void efi_disk_init(struct efi_disk *d, EFI_BLOCK_IO *io, uint8_t *bounce,
	unsigned int number);

/**
 * efi_disk_list_open - all usable disks of the machine
 *
 * @list is zeroed, but for its watchdog, or was closed.
 *
 * Removable disks are left out unless we were started from one: an empty
 * reader costs tens of seconds per probe (quirk Q38).  Returns 0, also for a
 * machine without any disk, or -ERR_NO_MEMORY; efi_disk_list_close() is valid
 * either way.
 */
int efi_disk_list_open(struct efi_disk_list *list, const struct firmware *fw);

/** efi_disk_list_close - give the buffer back; accepts a zeroed list */
void efi_disk_list_close(struct efi_disk_list *list);

#endif
