/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pages of the journal, and the blocks its records act on. */
#include "storage/journal_check.h"

#include <string.h>

#include "storage/bytes.h"

#define SECTOR 512

/* Restart page */
#define RESTART_AREA_OFFSET 0x18
#define RESTART_AREA_BYTES  0x30
#define AREA_CLIENTS_OFFSET 0x16 /* within the restart area */
#define CLIENT_BYTES	    0xA0

/* Record page */
#define PAGE_USA_OFFSET	 0x04
#define PAGE_USA_COUNT	 0x06
#define PAGE_FLAGS	 0x10
#define PAGE_NEXT_RECORD 0x18
#define PAGE_HEAD_BYTES	 0x28
#define PAGE_DATA	 0x40

#define PAGE_HAS_RECORD_END 1u

/* Blocks that records act on */
#define BLOCK_MIN_BYTES		 512
#define ATTRIBUTE_NON_RESIDENT	 8
#define ATTRIBUTE_MIN_BYTES	 16
#define ATTRIBUTE_VALUE_LENGTH	 16
#define ATTRIBUTE_VALUE		 20
#define ATTRIBUTE_RESIDENT_BYTES 24

#define FILE_ATTRIBUTES 0x14
#define ATTRIBUTES_END	0xFFFFFFFFu
#define INDEX_NODE	0x18
#define INDEX_ENTRIES	(INDEX_NODE + 0)
#define INDEX_LENGTH	(INDEX_NODE + 4)

/* --- Pages ------------------------------------------------------------- */

bool journal_restart_check(const void *page)
{
	const unsigned char *b = page;
	size_t area = le16_get(b + RESTART_AREA_OFFSET);

	if (memcmp(b, "RSTR", 4) != 0 && memcmp(b, "CHKD", 4) != 0)
		return false;
	if (area > JOURNAL_PAGE_BYTES - RESTART_AREA_BYTES)
		return false;
	return le16_get(b + area + AREA_CLIENTS_OFFSET) <=
	       JOURNAL_PAGE_BYTES - CLIENT_BYTES - area;
}

bool journal_page_check(const void *page)
{
	const unsigned char *b = page;
	size_t usa = le16_get(b + PAGE_USA_OFFSET);
	size_t count = le16_get(b + PAGE_USA_COUNT);
	size_t next = le16_get(b + PAGE_NEXT_RECORD);

	return !memcmp(b, "RCRD", 4) &&
	       count == JOURNAL_PAGE_BYTES / SECTOR + 1 &&
	       usa >= PAGE_HEAD_BYTES && usa + 2 * count <= PAGE_DATA &&
	       next <= JOURNAL_PAGE_BYTES && next % 8 == 0;
}

bool journal_page_is_middle(const void *page)
{
	const unsigned char *b = page;

	return !(le32_get(b + PAGE_FLAGS) & PAGE_HAS_RECORD_END) ||
	       !le16_get(b + PAGE_NEXT_RECORD);
}

/* --- Blocks ------------------------------------------------------------ */

static bool file_record_check(const unsigned char *b, size_t len)
{
	size_t at = le16_get(b + FILE_ATTRIBUTES);
	size_t all;

	while (at <= len - 8 && le32_get(b + at) != ATTRIBUTES_END) {
		all = le32_get(b + at + 4);
		if (all < 8 || all > len - at)
			return false;
		at += all;
	}
	return at <= len - 8;
}

static bool index_block_check(const unsigned char *b, size_t len)
{
	return le32_get(b + INDEX_ENTRIES) <= len - INDEX_NODE &&
	       le32_get(b + INDEX_LENGTH) <= len - INDEX_NODE;
}

bool journal_block_check(const void *block, size_t len)
{
	if (len < BLOCK_MIN_BYTES)
		return false;
	if (!memcmp(block, "FILE", 4))
		return file_record_check(block, len);
	if (!memcmp(block, "INDX", 4))
		return index_block_check(block, len);
	return true;
}

/* Does a resident value take its attribute, but for what rounds it up? */
static bool value_fits(const unsigned char *attribute, size_t all)
{
	size_t start, len;

	if (attribute[ATTRIBUTE_NON_RESIDENT])
		return true;
	if (all < ATTRIBUTE_RESIDENT_BYTES)
		return false;
	start = le16_get(attribute + ATTRIBUTE_VALUE);
	len = le32_get(attribute + ATTRIBUTE_VALUE_LENGTH);
	return start <= all && len <= all - start && all - start - len < 8;
}

bool journal_redone_check(const void *block, size_t len)
{
	const unsigned char *b = block;
	size_t at, all;

	if (!journal_block_check(block, len))
		return false;
	if (memcmp(block, "FILE", 4) != 0)
		return true;
	for (at = le16_get(b + FILE_ATTRIBUTES);
		le32_get(b + at) != ATTRIBUTES_END; at += all) {
		all = le32_get(b + at + 4);
		if (all < ATTRIBUTE_MIN_BYTES || !value_fits(b + at, all))
			return false;
	}
	return true;
}
