/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes partition tables and the few sectors by which file systems are
 * recognised into an emulated disk.  Written from the format descriptions; no
 * code in common with what reads them.
 */
#ifndef TESTS_SUPPORT_DISK_LAYOUT_H
#define TESTS_SUPPORT_DISK_LAYOUT_H

#include <stdint.h>

#include "tests/support/emudisk.h"

extern const uint8_t layout_type_esp[16];
extern const uint8_t layout_type_msr[16];
extern const uint8_t layout_type_data[16];
extern const uint8_t layout_type_ldm_data[16];
extern const uint8_t layout_type_storage_pool[16];
extern const uint8_t layout_type_redo[16];

#define LAYOUT_DISK_GUID "a0a1a2a3-a4a5-a6a7-a8a9-aaabacadaeaf"
/* Of partition n (1..), as printf() format for n */
#define LAYOUT_PART_GUID "b0b1b2b3-b4b5-b6b7-b8b9-babbbcbdbe%02x"

struct layout_gpt_part {
	const uint8_t *type;
	uint64_t first_block;
	uint64_t last_block;
};

enum layout_gpt_copies {
	LAYOUT_PRIMARY = 1,
	LAYOUT_BACKUP = 2,
	LAYOUT_BOTH = 3
};

/** layout_gpt - protective MBR and GPT in blocks of @e's block size */
void layout_gpt(struct emudisk *e, const struct layout_gpt_part *parts,
	uint32_t count, enum layout_gpt_copies copies);

/** layout_gpt_guid - another disk GUID: its last byte becomes @last */
void layout_gpt_guid(struct emudisk *e, uint8_t last);

struct layout_mbr_part {
	uint8_t type; /* 0: unused */
	uint32_t first_block;
	uint32_t blocks;
};

/** layout_mbr - table of four entries at @block; disk id @id (0: none) */
void layout_mbr(struct emudisk *e, uint64_t block, uint32_t id,
	const struct layout_mbr_part parts[4]);

/** layout_ntfs - boot sector, MFT records 0 and 3; @label is ASCII */
void layout_ntfs(struct emudisk *e, uint64_t start, uint64_t size,
	uint64_t serial, const char *label);

/** layout_fat16 - boot sector; @label of at most 11 bytes */
void layout_fat16(
	struct emudisk *e, uint64_t start, uint64_t size, const char *label);

/** layout_bitlocker - boot sector and metadata header of Windows 7 and later */
void layout_bitlocker(struct emudisk *e, uint64_t start);

/** layout_ext2 - superblock; the first 1024 bytes stay as they are */
void layout_ext2(struct emudisk *e, uint64_t start);

/** layout_btrfs - superblock; the first 64 KiB stay as they are */
void layout_btrfs(struct emudisk *e, uint64_t start);

#endif
