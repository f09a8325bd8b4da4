/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * EFI_BLOCK_IO over memory, for the fake firmware.  It insists on every rule:
 * whole blocks within the medium, aligned buffers, the right medium.
 */
#ifndef TESTS_SUPPORT_FAKEFW_DISKS_H
#define TESTS_SUPPORT_FAKEFW_DISKS_H

#include "tests/support/fakefw.h"

#define FAKEFW_MEDIA_ID 7

struct fakefw_disk {
	EFI_BLOCK_IO io; /* first member */
	EFI_BLOCK_IO_MEDIA media;
	uint8_t *bytes;

	uint64_t call_ms;	 /* what each call takes */
	bool may_not_be_touched; /* every call stops the test: Q38 */
	bool large_reads_kill;	 /* above 1 MiB, for ever: Q27 */
	bool is_dead;
	bool medium_changes;	   /* before the first call: Q31 */
	uint64_t silent_from;	   /* reads of these bytes deliver nothing, */
	uint64_t silent_to;	   /* with success: Q60 */
	unsigned int silent_reads; /* ... so often */
	bool swallows_writes;	   /* success, and nothing is written: Q60 */
	unsigned int resets_at;	   /* the read that resets the PC; 0: none */
	bool write_resets;	   /* the PC, before anything is written */
	unsigned int hangs_at;	   /* the read that never ends; 0: none */

	unsigned int reads;
	unsigned int writes;
	unsigned int flushes;
};

/**
 * fakefw_disk_init - an honest disk of @size bytes at @bytes
 *
 * Blocks of 512 bytes, buffers aligned to 4.
 */
void fakefw_disk_init(struct fakefw_disk *d, uint8_t *bytes, uint64_t size);

#endif
