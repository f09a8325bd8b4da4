/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Microsoft PE/COFF specification, sections "PE Header" and "Section Table". */
#include "recovery/pe_section.h"

#include <string.h>

#include "storage/bytes.h"
#include "storage/err.h"

#define DOS_PE_AT 0x3C

/* From "PE\0\0" on. */
#define SECTION_COUNT	 6
#define OPTIONAL_SIZE	 20
#define OPTIONAL_AT	 24
#define PE32_PLUS	 0x20B
#define OPTIONAL_MINIMUM 2

#define SECTION_BYTES 40
#define NAME_BYTES    8
#define VIRTUAL_SIZE  8
#define VIRTUAL_AT    12
#define RAW_SIZE      16
#define RAW_AT	      20

static bool is_inside(size_t len, size_t at, size_t need)
{
	return at <= len && need <= len - at;
}

/* Where the section table begins, and how many entries it has. */
static int find_table(
	const uint8_t *pe, size_t len, size_t *ret_at, size_t *ret_count)
{
	size_t at, optional;

	if (!is_inside(len, DOS_PE_AT, 4))
		return -ERR_TRUNCATED;
	if (memcmp(pe, "MZ", 2) != 0)
		return -ERR_CORRUPT;
	at = le32_get(pe + DOS_PE_AT);
	if (!is_inside(len, at, OPTIONAL_AT + OPTIONAL_MINIMUM))
		return -ERR_TRUNCATED;
	if (memcmp(pe + at, "PE\0\0", 4) != 0 ||
		le16_get(pe + at + OPTIONAL_AT) != PE32_PLUS)
		return -ERR_CORRUPT;
	*ret_count = le16_get(pe + at + SECTION_COUNT);
	optional = le16_get(pe + at + OPTIONAL_SIZE);
	if (*ret_count > PE_MAX_SECTIONS)
		return -ERR_TOO_LARGE;
	*ret_at = at + OPTIONAL_AT + optional;
	return is_inside(len, *ret_at, *ret_count * SECTION_BYTES)
		       ? 0
		       : -ERR_TRUNCATED;
}

/* What the loader has not read from the file is zero, and none of ours. */
static int section_bytes(const uint8_t *pe, size_t len, bool is_loaded,
	const uint8_t *header, const void **ret_bytes, size_t *ret_len)
{
	size_t at = le32_get(header + (is_loaded ? VIRTUAL_AT : RAW_AT));
	size_t raw = le32_get(header + RAW_SIZE);
	size_t size = le32_get(header + VIRTUAL_SIZE);

	if (size > raw)
		size = raw;
	if (!is_inside(len, at, size))
		return -ERR_TRUNCATED;
	*ret_bytes = pe + at;
	*ret_len = size;
	return 0;
}

/* Padded with zeroes to its eight bytes. */
static bool has_name(const uint8_t *header, const char *name)
{
	size_t len = strlen(name);

	return len <= NAME_BYTES && !memcmp(header, name, len) &&
	       (len == NAME_BYTES || !header[len]);
}

int pe_section_check(const void *pe, size_t len, bool is_loaded,
	const char *name, const void **ret_bytes, size_t *ret_len)
{
	const uint8_t *found = NULL;
	size_t at, count, i;
	int err;

	err = find_table(pe, len, &at, &count);
	if (err < 0)
		return err;
	for (i = 0; i < count; i++) {
		const uint8_t *header =
			(const uint8_t *)pe + at + i * SECTION_BYTES;

		if (!has_name(header, name))
			continue;
		if (found)
			return -ERR_AMBIGUOUS;
		found = header;
	}
	if (!found)
		return -ERR_NOT_FOUND;
	return section_bytes(pe, len, is_loaded, found, ret_bytes, ret_len);
}
