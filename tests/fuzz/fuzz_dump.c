/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dump_check() and triage_check() on any bytes and on a good dump with some
 * changed, and reading what they accept.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "recovery/dump_triage.h"
#include "tests/support/mutate.h"
#include "tests/support/triage_maker.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_all(const struct triage *t)
{
	struct dump_module m, found;
	char name[DUMP_NAME_BYTES];
	uint64_t words[16];
	uint32_t i;

	for (i = 0; i < t->driver_count; i++) {
		triage_driver(t, i, &m);
		if (strlen(m.name) >= DUMP_NAME_BYTES)
			abort();
		if (m.size && m.base + m.size > m.base &&
			(!triage_find(t, m.base, &found) ||
				found.base > m.base))
			abort();
	}
	for (i = 0; i < t->unloaded_count; i++)
		triage_unloaded(t, i, name, sizeof(name));
	if (triage_stack(t, words, 16) > t->call_stack_bytes / 8)
		abort();
}

static void check(const void *bytes, size_t len)
{
	struct triage triage;
	struct dump dump;

	(void)dump_check(bytes, len, &dump);
	if (triage_check(bytes, len, &triage) == 0)
		read_all(&triage);
}

/*
 * What is of interest begins behind the header: the changes are those of a dump
 * without it, which is put back before it.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t good[MADE_BYTES];
	uint8_t *copy, *rest;

	triage_make(good);
	mutate_try(good, sizeof(good), data, size, check);
	rest = mutate(good + DUMP_HEADER_BYTES, MADE_BYTES - DUMP_HEADER_BYTES,
		data, size);
	copy = mutate_copy(good, sizeof(good));
	memcpy(copy + DUMP_HEADER_BYTES, rest, MADE_BYTES - DUMP_HEADER_BYTES);
	check(copy, sizeof(good));
	free(rest);
	free(copy);
	return 0;
}
