/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as a page, a record and a block of the journal, each in memory of
 * exactly its size.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "storage/bytes.h"
#include "storage/journal_check.h"

#define CLIENT_DATA_AT 0x30

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t *copy_of(const uint8_t *data, size_t size, size_t all)
{
	uint8_t *copy = calloc(1, all);

	if (!copy)
		abort();
	memcpy(copy, data, size < all ? size : all);
	return copy;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct journal_limits limits = {
		.cluster_bytes = 4096,
		.record_bytes = 1024,
		.index_bytes = 4096,
		.cluster_count = 1 << 16,
	};
	uint8_t *page = copy_of(data, size, JOURNAL_PAGE_BYTES);
	uint8_t *record = copy_of(data, size, size + 1);

	(void)journal_restart_check(page);
	(void)journal_page_check(page);
	(void)journal_page_is_middle(page);
	(void)journal_block_check(page, JOURNAL_PAGE_BYTES);
	(void)journal_block_check(page, 1024);
	(void)journal_redone_check(page, JOURNAL_PAGE_BYTES);
	(void)journal_redone_check(page, 1024);
	free(page);
	/* No fuzzer guesses the length. */
	if (size >= CLIENT_DATA_AT)
		le32_put(record + 0x18, (uint32_t)size - CLIENT_DATA_AT);
	record = realloc(record, size ? size : 1);
	if (journal_record_check(record, size, &limits))
		(void)journal_record_is_change(record);
	(void)journal_operation_check(record, size);
	journal_record_mend(record, size);
	free(record);
	return 0;
}
