/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a byte of the plain volume is kept, and how.  A range is cut into
 * pieces that are kept in one way; each is read or written by itself.
 */
#include "storage/bitlocker/layer.h"

#include <stdlib.h>
#include <string.h>

#include "storage/bitlocker/format.h"
#include "storage/bitlocker/sector.h"
#include "storage/crypto/secret.h"
#include "storage/err.h"

#define ROOM_BYTES     65536 /* a multiple of every sector size */
#define RESERVED_COUNT (BITLOCKER_COPIES + 1)

enum kept { KEPT_ENCRYPTED, KEPT_PLAIN, KEPT_NOWHERE };

struct piece {
	enum kept kept;
	uint64_t at; /* on the disk below */
	size_t len;
};

/* @limit is a byte of the volume at which something else begins. */
static void end_at(struct piece *p, uint64_t off, uint64_t limit)
{
	if (limit > off && limit - off < p->len)
		p->len = (size_t)(limit - off);
}

/* The first piece of a range that lies within the volume. */
static struct piece find_piece(
	const struct bitlocker_layer *l, uint64_t off, size_t len)
{
	struct piece p = {KEPT_PLAIN, off, len};
	uint64_t boundary = l->encrypted_bytes;
	size_t i;

	if (off < l->header.len) {
		end_at(&p, off, l->header.len);
		p.at = l->header.start + off;
		/* Kept beyond the boundary it is plain like all else there. */
		if (p.at < boundary)
			end_at(&p, p.at, boundary);
	} else {
		for (i = 0; i < RESERVED_COUNT; i++) {
			const struct bitlocker_place *r = &l->reserved[i];

			end_at(&p, off, r->start);
			if (off >= r->start && off - r->start < r->len) {
				p.kept = KEPT_NOWHERE;
				end_at(&p, off, r->start + r->len);
			}
		}
		end_at(&p, off, boundary);
	}
	if (p.kept == KEPT_PLAIN && p.at < boundary)
		p.kept = KEPT_ENCRYPTED;
	return p;
}

/* --- Reading ------------------------------------------------------------- */

/* Bytes of one encrypted sector, of which @l->room then has all. */
static int read_sector(struct bitlocker_layer *l, uint64_t sector_at)
{
	int err = disk_read(l->below, sector_at, l->room, l->sector_bytes);

	return err < 0 ? err : sector_decrypt(l->cipher, sector_at, l->room, 1);
}

/* As much of [at, at + len) as can be had in one go; at least one byte. */
static int read_encrypted(struct bitlocker_layer *l, uint64_t at, uint8_t *out,
	size_t len, size_t *ret_done)
{
	size_t skip = (size_t)(at % l->sector_bytes);
	size_t whole = len - len % l->sector_bytes;
	int err;

	if (skip == 0 && whole) {
		*ret_done = whole;
		err = disk_read(l->below, at, out, whole);
		return err < 0 ? err
			       : sector_decrypt(l->cipher, at, out,
					 whole / l->sector_bytes);
	}
	if (len > l->sector_bytes - skip)
		len = l->sector_bytes - skip;
	*ret_done = len;
	err = read_sector(l, at - skip);
	if (err == 0)
		memcpy(out, l->room + skip, len);
	return err;
}

static int layer_read(struct disk *d, uint64_t off, void *buf, size_t len)
{
	struct bitlocker_layer *l = (struct bitlocker_layer *)d;
	uint8_t *out = buf;
	int err = 0;

	while (len && err == 0) {
		struct piece p = find_piece(l, off, len);
		size_t done = p.len;

		if (p.kept == KEPT_NOWHERE)
			memset(out, 0, p.len);
		else if (p.kept == KEPT_PLAIN)
			err = disk_read(l->below, p.at, out, p.len);
		else
			err = read_encrypted(l, p.at, out, p.len, &done);
		off += done;
		out += done;
		len -= done;
	}
	return err;
}

/* --- Writing ------------------------------------------------------------- */

bool bitlocker_layer_may_write(
	const struct bitlocker_layer *l, uint64_t off, uint64_t len)
{
	size_t i;

	if (!l->disk.may_write || off > l->disk.size_bytes ||
		len > l->disk.size_bytes - off)
		return false;
	for (i = 0; i < RESERVED_COUNT; i++) {
		const struct bitlocker_place *r = &l->reserved[i];

		if (len && off < r->start + r->len &&
			(off >= r->start || r->start - off < len))
			return false;
	}
	return true;
}

bool bitlocker_layer_is_in_place(
	const struct bitlocker_layer *l, uint64_t off, uint64_t len)
{
	return off >= l->header.len && bitlocker_layer_may_write(l, off, len);
}

/* What fits into the room, from @at on, as whole sectors. */
static int write_encrypted(struct bitlocker_layer *l, uint64_t at,
	const uint8_t *in, size_t len, size_t *ret_done)
{
	size_t skip = (size_t)(at % l->sector_bytes);
	size_t bytes = len - len % l->sector_bytes;
	int err = 0;

	if (bytes > ROOM_BYTES)
		bytes = ROOM_BYTES;
	if (skip || !bytes) {
		bytes = l->sector_bytes;
		if (len > bytes - skip)
			len = bytes - skip;
		err = read_sector(l, at - skip);
	} else {
		len = bytes;
	}
	*ret_done = len;
	if (err < 0)
		return err;
	memcpy(l->room + skip, in, len);
	err = sector_encrypt(
		l->cipher, at - skip, l->room, bytes / l->sector_bytes);
	return err < 0 ? err : disk_write(l->below, at - skip, l->room, bytes);
}

/* Only of a volume that is encrypted as a whole: may_write says so. */
static int layer_write(
	struct disk *d, uint64_t off, const void *buf, size_t len)
{
	struct bitlocker_layer *l = (struct bitlocker_layer *)d;
	const uint8_t *in = buf;
	int err = 0;

	if (!bitlocker_layer_may_write(l, off, len))
		return -ERR_READ_ONLY;
	while (len && err == 0) {
		struct piece p = find_piece(l, off, len);
		size_t done = 0;

		if (p.kept != KEPT_ENCRYPTED)
			return -ERR_INTERNAL;
		err = write_encrypted(l, p.at, in, p.len, &done);
		off += done;
		in += done;
		len -= done;
	}
	return err;
}

static int layer_flush(struct disk *d)
{
	struct bitlocker_layer *l = (struct bitlocker_layer *)d;

	return disk_flush(l->below);
}

static const struct disk_ops layer_ops = {
	.read = layer_read,
	.write = layer_write,
	.flush = layer_flush,
};

/* --- Opening ------------------------------------------------------------- */

static void set_disk(struct bitlocker_layer *l, struct disk *below,
	const struct bitlocker_metadata *m, const struct bitlocker_fvek *fvek)
{
	l->below = below;
	l->disk = *below;
	l->disk.ops = &layer_ops;
	l->disk.size_bytes -= below->size_bytes % m->sector_bytes;
	if (l->disk.block_bytes < m->sector_bytes)
		l->disk.block_bytes = m->sector_bytes;
	l->disk.may_write =
		below->may_write &&
		bitlocker_write_refusal(m, fvek) == BITLOCKER_ACCEPTED;
}

static void set_places(
	struct bitlocker_layer *l, const struct bitlocker_metadata *m)
{
	l->sector_bytes = m->sector_bytes;
	l->encrypted_bytes = m->encrypted_bytes;
	l->header = m->header;
	memcpy(l->reserved, m->copies, sizeof(m->copies));
	l->reserved[BITLOCKER_COPIES] = m->header;
}

int bitlocker_layer_open(struct bitlocker_layer *l, struct disk *below,
	const struct bitlocker_metadata *m, const struct bitlocker_fvek *fvek)
{
	bool is_plain = fvek->method == BITLOCKER_METHOD_NONE;
	int err = 0;

	memset(l, 0, sizeof(*l));
	if (m->no_read != BITLOCKER_ACCEPTED ||
		m->volume_bytes != below->size_bytes ||
		is_plain != (m->state == FVE_STATE_DECRYPTED) ||
		(!is_plain && fvek->method != m->method))
		return -ERR_INTERNAL;
	set_places(l, m);
	l->room = malloc(ROOM_BYTES);
	if (!l->room)
		return -ERR_NO_MEMORY;
	if (!is_plain)
		err = sector_cipher_open(fvek, m->sector_bytes, &l->cipher);
	if (err == 0)
		set_disk(l, below, m, fvek);
	return err;
}

void bitlocker_layer_close(struct bitlocker_layer *l)
{
	sector_cipher_close(l->cipher);
	if (l->room)
		secret_wipe(l->room, ROOM_BYTES);
	free(l->room);
	secret_wipe(l, sizeof(*l));
}
