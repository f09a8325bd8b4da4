/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "storage/redo_medium.h"

#include <stdlib.h>
#include <string.h>

#include "storage/bytes.h"
#include "storage/err.h"
#include "storage/redo_format.h"

#define PIECE_BYTES (256u << 10) /* of one call to the medium */

int redo_medium_is_prepared(struct disk *medium)
{
	uint8_t start[DISK_MIN_BLOCK_BYTES] = {0};
	int err;

	if (medium->size_bytes < sizeof(start))
		return 0;
	err = disk_read(medium, 0, start, sizeof(start));
	if (err < 0)
		return err;
	return !memcmp(start, REDO_MAGIC, REDO_MAGIC_BYTES);
}

static size_t piece_at(size_t at, size_t len)
{
	return len - at < PIECE_BYTES ? len - at : PIECE_BYTES;
}

/* The buffer never holds beforehand what is to be read. */
static int verify(
	struct disk *medium, const uint8_t *bytes, size_t len, uint8_t *buf)
{
	size_t at, piece;
	int err;

	for (at = 0; at < len; at += piece) {
		piece = piece_at(at, len);
		for (size_t i = 0; i < piece; i++)
			buf[i] = (uint8_t)~bytes[at + i];
		err = disk_read(medium, at, buf, piece);
		if (err < 0)
			return err;
		if (memcmp(buf, bytes + at, piece) != 0)
			return -ERR_NOT_STORED;
	}
	return 0;
}

static int write_verified(struct disk *medium, const uint8_t *bytes, size_t len)
{
	uint8_t *buf = malloc(PIECE_BYTES);
	size_t at, piece;
	int err = 0;

	if (!buf)
		return -ERR_NO_MEMORY;
	for (at = 0; err == 0 && at < len; at += piece) {
		piece = piece_at(at, len);
		err = disk_write(medium, at, bytes + at, piece);
	}
	if (err == 0)
		err = disk_flush(medium);
	if (err == 0)
		err = verify(medium, bytes, len, buf);
	free(buf);
	return err;
}

int redo_medium_store(struct disk *medium, const struct redo *r)
{
	size_t len = redo_medium_bytes(r->len);

	if (len > medium->size_bytes)
		return -ERR_NO_SPACE;
	return write_verified(medium, r->bytes, len);
}

/* How long is what is there?  Only a look: redo_check() decides. */
static int read_length(struct disk *medium, const uint8_t digest[DIGEST_BYTES],
	size_t *ret_len)
{
	uint8_t start[DISK_MIN_BLOCK_BYTES] = {0};
	size_t len;
	int err;

	if (medium->size_bytes < sizeof(start))
		return -ERR_TRUNCATED;
	err = disk_read(medium, 0, start, sizeof(start));
	if (err < 0)
		return err;
	if (memcmp(start, REDO_MAGIC, REDO_MAGIC_BYTES) != 0)
		return -ERR_CORRUPT;
	len = le32_get(start + HEADER_LENGTH);
	if (!len)
		return memcmp(start + HEADER_EMPTIED, digest, DIGEST_BYTES)
			       ? -ERR_EXISTS
			       : -ERR_NOT_FOUND;
	if (len > REDO_MAX_BYTES)
		return -ERR_TOO_LARGE;
	*ret_len = len;
	return len > medium->size_bytes ? -ERR_TRUNCATED : 0;
}

int redo_medium_load(struct disk *medium, const uint8_t digest[DIGEST_BYTES],
	uint8_t **ret_bytes, struct redo *ret)
{
	uint8_t *bytes;
	struct redo r;
	size_t len;
	int err = read_length(medium, digest, &len);

	if (err < 0)
		return err;
	bytes = calloc(1, len);
	if (!bytes)
		return -ERR_NO_MEMORY;
	err = disk_read(medium, 0, bytes, len);
	if (err == 0)
		err = redo_check(bytes, len, &r);
	if (err == 0 && memcmp(r.digest, digest, DIGEST_BYTES) != 0)
		err = -ERR_EXISTS;
	if (err < 0) {
		free(bytes);
		return err;
	}
	*ret_bytes = bytes;
	*ret = r;
	return 0;
}

int redo_medium_empty(struct disk *medium, const uint8_t digest[DIGEST_BYTES])
{
	uint8_t start[DISK_MAX_BLOCK_BYTES] = {0};

	memcpy(start, REDO_MAGIC, REDO_MAGIC_BYTES);
	memcpy(start + HEADER_EMPTIED, digest, DIGEST_BYTES);
	if (medium->size_bytes < sizeof(start))
		return -ERR_NO_SPACE;
	return write_verified(medium, start, sizeof(start));
}
