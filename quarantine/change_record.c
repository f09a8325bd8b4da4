/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "quarantine/change_record.h"

#include <string.h>

#include "storage/bytes.h"
#include "storage/err.h"

#define RECORD_LENGTH 0
#define RECORD_MAJOR  4
#define RECORD_HEAD   8
#define RECORD_ALIGN  8

/*
 * Where version 3 differs: its file references have 128 bits, of which NTFS
 * uses 64.
 */
struct layout {
	size_t file, folder, reference_bytes;
	size_t usn; /* time, reasons and so on follow */
	size_t head_bytes;
};

static const struct layout version_2 = {
	.file = 8,
	.folder = 16,
	.reference_bytes = 8,
	.usn = 24,
	.head_bytes = 60,
};

static const struct layout version_3 = {
	.file = 8,
	.folder = 24,
	.reference_bytes = 16,
	.usn = 40,
	.head_bytes = 76,
};

/* From the USN on */
#define AFTER_USN_TIME	      8
#define AFTER_USN_REASONS     16
#define AFTER_USN_NAME_BYTES  32
#define AFTER_USN_NAME_OFFSET 34

static bool take_reference(
	const uint8_t *bytes, const struct layout *l, uint64_t *ret)
{
	*ret = le64_get(bytes);
	return l->reference_bytes == 8 || !le64_get(bytes + 8);
}

static int parse(const uint8_t *bytes, size_t len, uint64_t usn,
	const struct layout *l, struct change_record *ret)
{
	const uint8_t *after = bytes + l->usn;
	struct change_record r;
	size_t name;

	if (len < l->head_bytes || le64_get(after) != usn)
		return -ERR_CORRUPT;
	if (!take_reference(bytes + l->file, l, &r.file) ||
		!take_reference(bytes + l->folder, l, &r.folder))
		return -ERR_CORRUPT;
	r.changed_at = le64_get(after + AFTER_USN_TIME);
	r.reasons = le32_get(after + AFTER_USN_REASONS);
	r.name_bytes = le16_get(after + AFTER_USN_NAME_BYTES);
	name = le16_get(after + AFTER_USN_NAME_OFFSET);
	if (name < l->head_bytes || name > len || r.name_bytes > len - name ||
		r.name_bytes % 2)
		return -ERR_CORRUPT;
	r.name = bytes + name;
	*ret = r;
	return 0;
}

int change_record_check(const uint8_t *bytes, size_t len, uint64_t usn,
	struct change_record *ret, bool *ret_known)
{
	const struct layout *l = NULL;
	uint32_t own;
	int err;

	/* Zeros to the end of the page: the next record did not fit. */
	if (len < RECORD_HEAD || !le32_get(bytes + RECORD_LENGTH))
		return 0;
	own = le32_get(bytes + RECORD_LENGTH);
	if (own < RECORD_HEAD || own > len || own % RECORD_ALIGN)
		return -ERR_CORRUPT;
	if (le16_get(bytes + RECORD_MAJOR) == 2)
		l = &version_2;
	else if (le16_get(bytes + RECORD_MAJOR) == 3)
		l = &version_3;
	err = l ? parse(bytes, own, usn, l, ret) : 0;
	if (err < 0)
		return err;
	*ret_known = l != NULL;
	return (int)own;
}
