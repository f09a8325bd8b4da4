/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Machines with several disks and volumes, for tests of windows_find().
 * Failures are failed assertions.
 */
#ifndef TESTS_SUPPORT_SEARCH_RIG_H
#define TESTS_SUPPORT_SEARCH_RIG_H

#include <stdint.h>

#include "recovery/windows.h"
#include "tests/support/emudisk.h"
#include "tests/support/fake_machine.h"

#define MIB		    (1u << 20)
#define SEARCH_VOLUME_BYTES (6 * MIB)
#define SEARCH_DISK_BYTES   (32 * MIB)
#define SEARCH_MAX_DISKS    (WINDOWS_MAX_DISKS + 1)

/* A GPT disk: 1 MiB ESP at 1 MiB, then places for three volumes. */
#define PLACE(n) ((2u + (n)*6u) * MIB)

/* Manifests */
extern const char search_with_windows[];
extern const char search_without_windows[];

extern struct fake_machine search_machine;
extern struct emudisk search_disks[SEARCH_MAX_DISKS];
extern unsigned int search_disk_count;
extern struct windows search_found;
extern struct boot_config search_config; /* as search_find() has read it */

/** search_setup, search_teardown - for cmocka: a machine without disks */
int search_setup(void **state);
int search_teardown(void **state);

/** search_add_disk - one more disk, full of zeros */
struct emudisk *search_add_disk(uint64_t size, uint32_t block_bytes);

/** search_add_gpt_disk - ... with partitions; @guid: last byte of its GUID */
struct emudisk *search_add_gpt_disk(unsigned char guid);

/** search_put_volume - a volume of SEARCH_VOLUME_BYTES at @start */
void search_put_volume(struct emudisk *to, uint64_t start, const char *manifest,
	uint64_t serial);

/** search_add_windows_disk - a GPT disk with a Windows at PLACE(0) */
struct emudisk *search_add_windows_disk(unsigned char guid, uint64_t serial);

/** search_destroy_root - its root directory's MFT record is none any more */
void search_destroy_root(struct emudisk *e, uint64_t start);

/** search_find - windows_find() into search_found; it must not write */
enum windows_found search_find(void);

#endif
