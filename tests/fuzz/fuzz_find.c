/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as a disk.  The first byte is for options; the rest is the head of
 * the disk, its last quarter the tail: the middle of a disk is large and
 * empty, and GPT keeps a copy at the end.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "storage/bytes.h"
#include "storage/disk.h"
#include "storage/err.h"
#include "storage/find.h"
#include "tests/support/check_found.h"

#define DISK_BYTES (64u << 20)
/* Each of the 129 probes may read its budget of 4 MiB, and no more. */
#define READ_MAX_BYTES (129u << 22)

/* The first byte: block size, ... */
#define OPTION_SMALL 4 /* the disk ends where the bytes do */
#define OPTION_GPT   8 /* turn block 1 into a GPT with good checksums */

struct fuzz_disk {
	struct disk disk; /* first member */
	uint8_t *head;
	size_t head_len;
	const uint8_t *tail;
	size_t tail_len;
	uint64_t read_bytes;
};

/* Copies the part of [@from, @from + @len) that lies in the read range. */
static void overlay(uint8_t *buf, uint64_t off, size_t buf_len, uint64_t from,
	const uint8_t *bytes, size_t len)
{
	uint64_t start = off > from ? off : from;
	uint64_t end = off + buf_len < from + len ? off + buf_len : from + len;

	if (start < end)
		memcpy(buf + (start - off), bytes + (start - from),
			(size_t)(end - start));
}

static int fuzz_read(struct disk *d, uint64_t off, void *buf, size_t len)
{
	struct fuzz_disk *f = (struct fuzz_disk *)d;

	memset(buf, 0, len);
	overlay(buf, off, len, 0, f->head, f->head_len);
	overlay(buf, off, len, d->size_bytes - f->tail_len, f->tail,
		f->tail_len);
	f->read_bytes += len;
	check_that(f->read_bytes <= READ_MAX_BYTES);
	return 0;
}

static const struct disk_ops fuzz_ops = {.read = fuzz_read};

static uint32_t crc32(const uint8_t *p, size_t len)
{
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < len; i++) {
		crc ^= p[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

/*
 * No fuzzer guesses a checksum.  Whatever the bytes say, they become a GPT
 * whose entries follow its header and whose checksums are right.
 */
static void make_gpt(struct fuzz_disk *f)
{
	uint32_t bs = f->disk.block_bytes;
	uint8_t *h = f->head + bs;
	uint32_t count;

	if (f->head_len < 2 * bs + 128)
		return;
	count = (uint32_t)((f->head_len - 2 * bs) / 128);
	f->head[446 + 4] = 0xee;
	le16_put(f->head + 510, 0xaa55);
	memcpy(h, "EFI PART", 8);
	le32_put(h + 12, 92);
	le32_put(h + 16, 0);
	le64_put(h + 24, 1);
	le64_put(h + 40, le64_get(h + 40) % 4 + 2);
	le64_put(h + 48, f->disk.size_bytes / bs - 1 - h[48] % 4);
	le64_put(h + 72, 2);
	le32_put(h + 80, count);
	le32_put(h + 84, 128);
	le32_put(h + 88, crc32(f->head + 2 * bs, (size_t)count * 128));
	le32_put(h + 16, crc32(h, 92));
}

static void find_on(struct fuzz_disk *f)
{
	struct found *found = malloc(sizeof(*found));
	int err;

	if (!found)
		return;
	err = find_volumes(&f->disk, found);
	check_that(err == 0 || err == -ERR_AMBIGUOUS || err == -ERR_CORRUPT ||
		   err == -ERR_TOO_LARGE);
	if (err == 0)
		check_found(found, &f->disk);
	free(found);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_disk f = {.disk.ops = &fuzz_ops};

	if (size < 5)
		return 0;
	f.disk.block_bytes = 512u << (data[0] & 3);
	f.disk.size_bytes = data[0] & OPTION_SMALL ? size - 1 : DISK_BYTES;
	f.disk.size_bytes -= f.disk.size_bytes % f.disk.block_bytes;
	f.tail_len = (size - 1) / 4;
	f.head_len = size - 1 - f.tail_len;
	f.tail = data + 1 + f.head_len;
	if (f.head_len > f.disk.size_bytes)
		return 0;
	f.head = malloc(f.head_len);
	if (!f.head)
		return 0;
	memcpy(f.head, data + 1, f.head_len);
	if (data[0] & OPTION_GPT)
		make_gpt(&f);
	find_on(&f);
	free(f.head);
	return 0;
}
