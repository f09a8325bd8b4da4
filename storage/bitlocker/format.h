/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where things are in the metadata of a BitLocker volume.
 *
 * Sources: "BitLocker Drive Encryption (BDE) format specification" of libbde
 * (J. Metz), the comments of cryptsetup's lib/bitlk and of dislocker (read for
 * facts; no code of theirs is here), and measurement on volumes made by Windows
 * 7, 10 and 11.  All numbers are little-endian, all offsets are from the start
 * of what holds them.
 */
#ifndef STORAGE_BITLOCKER_FORMAT_H
#define STORAGE_BITLOCKER_FORMAT_H

/* --- Boot sector --------------------------------------------------------- */

#define FVE_BOOT_BYTES 512 /* as much of it as is looked at */

/* Jump instruction, 3 bytes, which tells Vista's form from the later one. */
#define FVE_BOOT_JUMP	    "\xEB\x58\x90"
#define FVE_BOOT_JUMP_VISTA "\xEB\x52\x90"

#define FVE_SIGNATURE	    "-FVE-FS-" /* also that of a block */
#define FVE_SIGNATURE_TO_GO "MSWIN4.1" /* of any FAT32: only with the GUID */
#define FVE_SIGNATURE_BYTES 8
#define FVE_BOOT_SIGNATURE  3

#define FVE_BOOT_SECTOR_BYTES 11 /* u16; 0 means 512 */
#define FVE_BOOT_GUID	      160
#define FVE_BOOT_GUID_TO_GO   424
#define FVE_BOOT_PLACES	      16 /* behind the GUID: u64 for each block */

/* 4967d63b-2e29-4ad8-8399-f6a339e3d001 */
#define FVE_GUID_NORMAL                                                        \
	"\x3B\xD6\x67\x49\x29\x2E\xD8\x4A\x83\x99\xF6\xA3\x39\xE3\xD0\x01"
/* 92a84d3b-dd80-4d0e-9e4e-b1e3284eaed8: used space only, "encrypt on write" */
#define FVE_GUID_EOW                                                           \
	"\x3B\x4D\xA8\x92\x80\xDD\x0E\x4D\x9E\x4E\xB1\xE3\x28\x4E\xAE\xD8"

/* --- The three FVE blocks ------------------------------------------------ */

#define FVE_COPIES	3
#define FVE_BLOCK_BYTES 65536

#define FVE_BLOCK_UNITS	       8 /* u16: bytes under the checksum / 16 */
#define FVE_BLOCK_UNIT_BYTES   16
#define FVE_BLOCK_VERSION      10 /* u16 */
#define FVE_BLOCK_STATE	       12 /* u16: now */
#define FVE_BLOCK_NEXT_STATE   14 /* u16: where a conversion leads */
#define FVE_BLOCK_ENCRYPTED    16 /* u64: bytes of the volume, from its start */
#define FVE_BLOCK_HEADER_COUNT 28 /* u32: relocated sectors */
#define FVE_BLOCK_PLACES       32 /* u64 for each block, as in the boot sector */
#define FVE_BLOCK_HEADER_PLACE 56 /* u64: where the sectors are */
#define FVE_BLOCK_SET	       64 /* the data set */

#define FVE_VERSION 2 /* Windows 7 and later; 1 is Vista */

/* Behind the bytes under the checksum. */
#define FVE_VALIDATION_CRC   4 /* u32: CRC-32 of them */
#define FVE_VALIDATION_SEAL  8 /* entry: their SHA-256, wrapped by the VMK */
#define FVE_VALIDATION_BYTES 8 /* without the seal */

#define FVE_STATE_DECRYPTED 1
#define FVE_STATE_PAUSED    3
#define FVE_STATE_ENCRYPTED 4 /* 2 and 5 are conversions under way */

/* --- The data set in a block --------------------------------------------- */

#define FVE_SET_BYTES	     0	/* u32: with its entries */
#define FVE_SET_HEADER_BYTES 8	/* u32 */
#define FVE_SET_GUID	     16 /* of the volume */
#define FVE_SET_METHOD	     36 /* u16 */
#define FVE_SET_CREATED	     40 /* FILETIME */
#define FVE_SET_HEADER	     48 /* the entries follow */

/* --- Entries ------------------------------------------------------------- */

#define FVE_ENTRY_SIZE	 0 /* u16: with this header */
#define FVE_ENTRY_TYPE	 2 /* u16: what it is for */
#define FVE_ENTRY_VALUE	 4 /* u16: what it holds */
#define FVE_ENTRY_HEADER 8

#define FVE_TYPE_VMK	      0x02
#define FVE_TYPE_FVEK	      0x03
#define FVE_TYPE_STARTUP_KEY  0x06
#define FVE_TYPE_DESCRIPTION  0x07
#define FVE_TYPE_VOLUME_START 0x0F

#define FVE_VALUE_KEY	       0x01
#define FVE_VALUE_TEXT	       0x02
#define FVE_VALUE_STRETCH      0x03
#define FVE_VALUE_WRAPPED      0x05 /* AES-CCM */
#define FVE_VALUE_VMK	       0x08
#define FVE_VALUE_EXTERNAL_KEY 0x09
#define FVE_VALUE_VOLUME_START 0x0F

/* VMK: offsets from the start of the entry; entries of its own follow. */
#define FVE_VMK_GUID	8
#define FVE_VMK_CHANGED 24 /* FILETIME */
#define FVE_VMK_TYPE	34 /* u16: which protector */
#define FVE_VMK_ENTRIES 36

/* External key, in a .BEK file: offsets from the start of the entry. */
#define FVE_EXTERNAL_GUID    8
#define FVE_EXTERNAL_ENTRIES 32

/* Offsets behind the header of an entry. */
#define FVE_KEY_BYTES	       4 /* u16 of what kind, u16, then the key */
#define FVE_STRETCH_SALT       4
#define FVE_STRETCH_SALT_BYTES 16
#define FVE_STRETCH_MIN	       20
#define FVE_WRAPPED_NONCE      0
#define FVE_WRAPPED_TAG	       12
#define FVE_WRAPPED_PAYLOAD    28
#define FVE_VOLUME_START_PLACE 0 /* u64 */
#define FVE_VOLUME_START_BYTES 8 /* u64 */
#define FVE_VOLUME_START_MIN   16

#define FVE_NONCE_BYTES 12
#define FVE_TAG_BYTES	16

/* What is wrapped is a key entry: its header, u16 method, u16, the key. */
#define FVE_INNER_METHOD 8
#define FVE_INNER_KEY	 12

/* --- Startup key files --------------------------------------------------- */

#define FVE_BEK_BYTES	     0 /* u32: of the file */
#define FVE_BEK_VERSION	     4 /* u32: 1 */
#define FVE_BEK_HEADER_BYTES 8 /* u32: 48 */
#define FVE_BEK_HEADER	     48

#endif
