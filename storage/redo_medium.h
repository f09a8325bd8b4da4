/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The medium that a redo record lies on: it begins with the magic of
 * storage/redo.h even when it holds none, so that nothing else is ever taken
 * for one.
 */
#ifndef STORAGE_REDO_MEDIUM_H
#define STORAGE_REDO_MEDIUM_H

#include "storage/redo.h"

/** redo_medium_is_prepared - 1 if @medium begins with the magic, 0, or -ERR_IO
 */
int redo_medium_is_prepared(struct disk *medium);

/**
 * redo_medium_store - write @r, flush, read it back
 * @r: of redo_encode()
 *
 * What the medium held before is lost.  Returns 0; -ERR_NO_SPACE, with nothing
 * written, if @r does not fit; -ERR_READ_ONLY; -ERR_IO; -ERR_NOT_STORED;
 * -ERR_NO_MEMORY.
 */
int redo_medium_store(struct disk *medium, const struct redo *r);

/**
 * redo_medium_load - the record on @medium
 * @digest:	the SHA-256 it has to have
 * @ret_bytes:	for free()
 *
 * Returns 0; -ERR_NOT_FOUND if it was emptied of this very record; -ERR_EXISTS
 * if it is empty otherwise, or holds another one; -ERR_CORRUPT, -ERR_TRUNCATED
 * or -ERR_TOO_LARGE if what is there is damaged; -ERR_IO; -ERR_NO_MEMORY.
 */
int redo_medium_load(struct disk *medium, const uint8_t digest[DIGEST_BYTES],
	uint8_t **ret_bytes, struct redo *ret);

/**
 * redo_medium_empty - the commit of the record with @digest is complete
 *
 * Only the beginning is written, and keeps the digest: an empty medium of
 * somebody else does not say that.  Returns 0 or -ERR_IO and the like; whether
 * there still is a record is not known then.
 */
int redo_medium_empty(struct disk *medium, const uint8_t digest[DIGEST_BYTES]);

#endif
