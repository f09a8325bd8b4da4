/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A boot configuration with bytes changed, read to its end; and any bytes as a
 * device element.
 *
 * The input: triples of a place (two bytes) and what stands there then
 * (mutate.h).
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "recovery/bcd.h"
#include "recovery/evidence_report.h"
#include "recovery/hive_cell.h"
#include "recovery/observe_boot_config.h"
#include "storage/bytes.h"
#include "storage/memory_disk.h"
#include "storage/meter.h"
#include "tests/support/hive_maker.h"
#include "tests/support/mutate.h"

#define PLACE                                                                  \
	"('a1000000-0000-4000-8000-0000000000d1', "                            \
	"'a1000000-0000-4000-8000-0000000000c1')"
#define DESCRIPTION                                                            \
	"{'default': 'a', 'order': ['a', 'b', 'c'], 'one_time': ['b', 're'],"  \
	" 'loaders': {'a': {'gpt': " PLACE ", 'recovery': 're',"               \
	" 'recovery_enabled': 1}, 'b': {'mbr': (7, 512), 'policy': 1},"        \
	" 'c': {'type': 7}, 're': {'file': " PLACE "}}}"

/* The store has some hundred cells; each look-up reads a few of them. */
#define READS_MAX 1000000

#define CHECKSUM_AT 0x1FC

/* Global because libFuzzer calls with the input alone. */
static struct made_hive made;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const char *const words[] = {DESCRIPTION, NULL};

	(void)argc;
	(void)argv;
	hive_make_bcd(&made, words);
	return 0;
}

static void check_device(const uint8_t *data, size_t size)
{
	uint8_t *exact = mutate_copy(data, size);
	struct bcd_device d;

	if (bcd_device_check(exact, size, &d) == 0 &&
		(strlen(d.disk) >= sizeof(d.disk) ||
			strlen(d.partition) >= sizeof(d.partition) ||
			d.kind > BCD_DEVICE_OTHER))
		abort();
	free(exact);
}

static void read_store(struct disk *d)
{
	struct boot_config config = {.was_looked_for = true};
	struct report_line line;
	const char *text;
	struct bcd bcd;

	(void)boot_config_read(&config, d);
	if (bcd_open(&bcd, d) < 0)
		return;
	report_begin(&line, NULL);
	(void)evidence_report_bcd(&line, &bcd);
	text = report_end(&line);
	if (strlen(text) >= REPORT_LINE_BYTES || text[0] != '{' ||
		text[strlen(text) - 1] != '}')
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t len = (size_t)made.primary.disk.size_bytes;
	uint8_t *bytes = mutate(made.primary.bytes, len, data, size);
	struct memory_disk disk;
	struct meter meter;

	check_device(data, size);
	/* Without a right checksum nothing else is looked at. */
	le32_put(bytes + CHECKSUM_AT, hive_base_checksum(bytes));
	memory_disk_init(&disk, bytes, len, "BCD");
	meter_init(&meter, &disk.disk);
	read_store(&meter.disk);
	if (meter.counts.reads > READS_MAX)
		abort();
	free(bytes);
	return 0;
}
