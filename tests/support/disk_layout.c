/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Knows the layouts of GPT, MBR and of three kinds of boot sector. */
#include "tests/support/disk_layout.h"

#include <string.h>

#include "storage/bytes.h"

/* GUIDs as on the disk: the first three fields are little-endian. */
const uint8_t layout_type_esp[16] = {0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2,
	0x11, 0xba, 0x4b, 0x00, 0xa0, 0xc9, 0x3e, 0xc9, 0x3b};
const uint8_t layout_type_msr[16] = {0x16, 0xe3, 0xc9, 0xe3, 0x5c, 0x0b, 0xb8,
	0x4d, 0x81, 0x7d, 0xf9, 0x2d, 0xf0, 0x02, 0x15, 0xae};
const uint8_t layout_type_data[16] = {0xa2, 0xa0, 0xd0, 0xeb, 0xe5, 0xb9, 0x33,
	0x44, 0x87, 0xc0, 0x68, 0xb6, 0xb7, 0x26, 0x99, 0xc7};
const uint8_t layout_type_ldm_data[16] = {0xa0, 0x60, 0x9b, 0xaf, 0x31, 0x14,
	0x62, 0x4f, 0xbc, 0x68, 0x33, 0x11, 0x71, 0x4a, 0x69, 0xad};
const uint8_t layout_type_storage_pool[16] = {0x8f, 0xaf, 0x5c, 0xe7, 0x80,
	0xf6, 0xee, 0x4c, 0xaf, 0xa3, 0xb0, 0x01, 0xe5, 0x6e, 0xfc, 0x2d};
const uint8_t layout_type_redo[16] = {0x2f, 0xeb, 0x1a, 0x6f, 0x5e, 0xee, 0x39,
	0x47, 0xb0, 0x01, 0x9b, 0x9a, 0x49, 0xa3, 0x31, 0x5c};

static const uint8_t disk_guid[16] = {0xa3, 0xa2, 0xa1, 0xa0, 0xa5, 0xa4, 0xa7,
	0xa6, 0xa8, 0xa9, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf};
static const uint8_t part_guid[16] = {0xb3, 0xb2, 0xb1, 0xb0, 0xb5, 0xb4, 0xb7,
	0xb6, 0xb8, 0xb9, 0xba, 0xbb, 0xbc, 0xbd, 0xbe, 0x00};

#define GPT_ENTRIES	 128
#define GPT_ENTRY_BYTES	 128
#define GPT_ENTRY_AREA	 ((size_t)GPT_ENTRIES * GPT_ENTRY_BYTES)
#define GPT_HEADER_BYTES 92

static uint32_t crc32(const unsigned char *p, size_t len)
{
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < len; i++) {
		crc ^= p[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

static void put_gpt_header(
	struct emudisk *e, uint64_t at, uint64_t other, uint64_t entries_at)
{
	uint32_t bs = e->disk.block_bytes;
	uint64_t blocks = e->disk.size_bytes / bs;
	uint64_t area = GPT_ENTRY_AREA / bs;
	unsigned char *h = e->bytes + at * bs;

	memset(h, 0, bs);
	memcpy(h, "EFI PART\0\0\1\0", 12);
	le32_put(h + 12, GPT_HEADER_BYTES);
	le64_put(h + 24, at);
	le64_put(h + 32, other);
	le64_put(h + 40, 2 + area);
	le64_put(h + 48, blocks - 2 - area);
	memcpy(h + 56, disk_guid, 16);
	le64_put(h + 72, entries_at);
	le32_put(h + 80, GPT_ENTRIES);
	le32_put(h + 84, GPT_ENTRY_BYTES);
	le32_put(h + 88, crc32(e->bytes + entries_at * bs, GPT_ENTRY_AREA));
	le32_put(h + 16, crc32(h, GPT_HEADER_BYTES));
}

static void put_gpt_entries(struct emudisk *e, uint64_t at,
	const struct layout_gpt_part *parts, uint32_t count)
{
	unsigned char *p = e->bytes + at * e->disk.block_bytes;

	memset(p, 0, GPT_ENTRY_AREA);
	for (uint32_t i = 0; i < count; i++, p += GPT_ENTRY_BYTES) {
		if (!parts[i].type)
			continue;
		memcpy(p, parts[i].type, 16);
		memcpy(p + 16, part_guid, 16);
		p[31] = (unsigned char)(i + 1);
		le64_put(p + 32, parts[i].first_block);
		le64_put(p + 40, parts[i].last_block);
	}
}

void layout_gpt(struct emudisk *e, const struct layout_gpt_part *parts,
	uint32_t count, enum layout_gpt_copies copies)
{
	uint64_t last = e->disk.size_bytes / e->disk.block_bytes - 1;
	uint64_t area = GPT_ENTRY_AREA / e->disk.block_bytes;
	const struct layout_mbr_part protective[4] = {
		{0xee, 1, last > UINT32_MAX ? UINT32_MAX : (uint32_t)last}};

	layout_mbr(e, 0, 0, protective);
	if (copies & LAYOUT_PRIMARY) {
		put_gpt_entries(e, 2, parts, count);
		put_gpt_header(e, 1, last, 2);
	}
	if (copies & LAYOUT_BACKUP) {
		put_gpt_entries(e, last - area, parts, count);
		put_gpt_header(e, last, 1, last - area);
	}
}

void layout_gpt_guid(struct emudisk *e, uint8_t last)
{
	uint64_t blocks = e->disk.size_bytes / e->disk.block_bytes;
	const uint64_t headers[] = {1, blocks - 1};

	for (int i = 0; i < 2; i++) {
		unsigned char *h = e->bytes + headers[i] * e->disk.block_bytes;

		h[71] = last;
		le32_put(h + 16, 0);
		le32_put(h + 16, crc32(h, GPT_HEADER_BYTES));
	}
}

void layout_mbr(struct emudisk *e, uint64_t block, uint32_t id,
	const struct layout_mbr_part parts[4])
{
	unsigned char *sector = e->bytes + block * e->disk.block_bytes;
	unsigned char *p = sector + 446;

	le32_put(sector + 440, id);
	memset(p, 0, 64);
	for (int i = 0; i < 4; i++, p += 16) {
		p[4] = parts[i].type;
		le32_put(p + 8, parts[i].first_block);
		le32_put(p + 12, parts[i].blocks);
	}
	le16_put(sector + 510, 0xaa55);
}

#define NTFS_CLUSTER_BYTES 4096
#define NTFS_MFT_CLUSTER   4
#define NTFS_RECORD_BYTES  1024

static void put_volume_record(unsigned char *record, const char *label)
{
	size_t len = strlen(label);
	unsigned char *attribute = record + 56;

	memcpy(record, "FILE", 4);
	le16_put(record + 20, 56);		  /* first attribute */
	le32_put(record + 28, NTFS_RECORD_BYTES); /* allocated */
	le32_put(attribute, 0x60);		  /* VOLUME_NAME */
	le32_put(attribute + 4, (uint32_t)(24 + 2 * len));
	le32_put(attribute + 16, (uint32_t)(2 * len));
	le16_put(attribute + 20, 24); /* value */
	for (size_t i = 0; i < len; i++)
		le16_put(attribute + 24 + 2 * i, (unsigned char)label[i]);
}

void layout_ntfs(struct emudisk *e, uint64_t start, uint64_t size,
	uint64_t serial, const char *label)
{
	unsigned char *b = e->bytes + start;
	unsigned char *mft = b + NTFS_MFT_CLUSTER * NTFS_CLUSTER_BYTES;

	memcpy(b, "\xeb\x52\x90NTFS    ", 11);
	le16_put(b + 11, 512);
	b[13] = NTFS_CLUSTER_BYTES / 512;
	b[21] = 0xf8;
	le64_put(b + 40, size / 512 - 1);
	le64_put(b + 48, NTFS_MFT_CLUSTER);
	le64_put(b + 56, 2);
	b[64] = 0xf6; /* 2^10 bytes per MFT record */
	b[68] = 1;
	le64_put(b + 72, serial);
	le16_put(b + 510, 0xaa55);
	memcpy(mft, "FILE", 4);
	put_volume_record(mft + 3 * NTFS_RECORD_BYTES, label);
}

void layout_fat16(
	struct emudisk *e, uint64_t start, uint64_t size, const char *label)
{
	unsigned char *b = e->bytes + start;

	memcpy(b, "\xeb\x3c\x90MSDOS5.0", 11);
	le16_put(b + 11, 512);
	b[13] = 4;	       /* sectors per cluster */
	le16_put(b + 14, 1);   /* reserved sectors */
	b[16] = 2;	       /* FATs */
	le16_put(b + 17, 512); /* root entries */
	b[21] = 0xf8;
	le16_put(b + 22, 8); /* sectors per FAT */
	le32_put(b + 32, (uint32_t)(size / 512));
	b[38] = 0x29;
	le32_put(b + 39, 0x12345678);
	memset(b + 43, ' ', 11);
	memcpy(b + 43, label, strlen(label));
	memcpy(b + 54, "FAT16   ", 8);
	le16_put(b + 510, 0xaa55);
	/* The label libblkid reads is the root directory's. */
	b += (1 + 2 * 8) * 512;
	memset(b, ' ', 11);
	memcpy(b, label, strlen(label));
	b[11] = 0x08;
}

#define FVE_METADATA_OFFSET 65536

void layout_bitlocker(struct emudisk *e, uint64_t start)
{
	unsigned char *b = e->bytes + start;

	memcpy(b, "\xeb\x58\x90-FVE-FS-", 11);
	le16_put(b + 11, 512);
	b[13] = 8;
	b[21] = 0xf8;
	memcpy(b + 160, part_guid, 16);
	le64_put(b + 176, FVE_METADATA_OFFSET);
	le16_put(b + 510, 0xaa55);
	b += FVE_METADATA_OFFSET;
	memcpy(b, "-FVE-FS-", 8);
	le16_put(b + 8, 64);
	le16_put(b + 10, 2);
}

void layout_ext2(struct emudisk *e, uint64_t start)
{
	unsigned char *b = e->bytes + start + 1024;

	le32_put(b, 1024);     /* inodes */
	le32_put(b + 4, 8192); /* blocks */
	le16_put(b + 56, 0xef53);
	le32_put(b + 76, 1); /* revision */
	memcpy(b + 104, part_guid, 16);
	memcpy(b + 120, "linux", 5);
}

void layout_btrfs(struct emudisk *e, uint64_t start)
{
	unsigned char *b = e->bytes + start + 65536;

	memcpy(b + 32, part_guid, 16);
	memcpy(b + 64, "_BHRfS_M", 8);
	le32_put(b + 144, 4096);
}
