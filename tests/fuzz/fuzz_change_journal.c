/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * change_record_check() and change_journal_read() on pages with any bytes in
 * them, and on a good page some of whose bytes are others: the first byte says
 * which.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "quarantine/change_journal.h"
#include "storage/err.h"
#include "tests/support/change_page.h"
#include "tests/support/mutate.h"

#define MAX_BYTES 65536

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The stream: a disk in memory. */
struct stream {
	struct disk disk; /* first member */
	const uint8_t *bytes;
};

static int stream_read(struct disk *d, uint64_t off, void *buf, size_t len)
{
	memcpy(buf, ((struct stream *)d)->bytes + off, len);
	return 0;
}

static const struct disk_ops stream_ops = {.read = stream_read};

static size_t fill_page(uint8_t *page)
{
	struct made_change c = {
		.version = 2,
		.file = 0x0001000000000100,
		.folder = 0x0001000000000200,
		.time = 133650000000000000,
		.reasons = CHANGE_RENAME_NEW_NAME,
		.name = "C-00000291.sys.held-0000002a",
	};
	uint8_t record[1024];
	size_t used = 0;

	memset(page, 0, CHANGE_JOURNAL_PAGE_BYTES);
	for (;;) {
		size_t len;

		c.usn = used;
		c.version = used % 16 ? 3 : 2;
		len = made_change_put(record, &c);
		if (len > CHANGE_JOURNAL_PAGE_BYTES - used)
			return CHANGE_JOURNAL_PAGE_BYTES;
		memcpy(page + used, record, len);
		used += len;
	}
}

static void see(void *ctx, const struct change_record *r)
{
	size_t *count = ctx;
	volatile uint8_t sum = 0;

	/* In the reader's buffer: the sanitizer knows where that ends. */
	for (size_t i = 0; i < r->name_bytes; i++)
		sum = (uint8_t)(sum + r->name[i]);
	if (r->name_bytes % 2)
		abort();
	++*count;
}

static void read_stream(const uint8_t *bytes, size_t len)
{
	struct stream stream = {
		.disk = {.ops = &stream_ops,
			.size_bytes = len,
			.block_bytes = 512},
		.bytes = bytes,
	};
	size_t seen = 0;
	struct change_span span;

	if (change_journal_read(&stream.disk, 0, see, &seen, &span) < 0)
		abort();
	if (seen != span.records || span.records > len / 60)
		abort();
}

static void check_record(const uint8_t *bytes, size_t len)
{
	uint8_t *copy = mutate_copy(bytes, len);
	struct change_record r;
	bool is_known;
	int own = change_record_check(copy, len, 0, &r, &is_known);

	if (own > 0 && ((size_t)own > len || own % 8))
		abort();
	if (own > 0 && is_known &&
		(r.name < copy || r.name + r.name_bytes > copy + len))
		abort();
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t page[CHANGE_JOURNAL_PAGE_BYTES];
	uint8_t *bytes;
	size_t len;

	if (!size || size > MAX_BYTES)
		return 0;
	if (data[0] % 2) {
		len = fill_page(page);
		bytes = mutate(page, len, data + 1, size - 1);
	} else {
		len = size - 1;
		bytes = mutate_copy(data + 1, len);
	}
	check_record(bytes, len);
	read_stream(bytes, len);
	free(bytes);
	return 0;
}
