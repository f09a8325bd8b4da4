/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dump_check() and triage_check() on any bytes, and reading what they accept.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "recovery/dump_triage.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_all(const struct triage *t)
{
	struct dump_module m, found;
	char name[DUMP_NAME_BYTES];
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
}

/*
 * A header is mostly nothing: a good one is put before the input.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t bytes[DUMP_HEADER_BYTES + 65536];
	struct triage triage;
	struct dump dump;
	uint8_t *exact;
	size_t len = size;

	(void)dump_check(data, size, &dump);
	if (len > 65536)
		len = 65536;
	memset(bytes, 0, DUMP_HEADER_BYTES);
	memcpy(bytes, "PAGEDU64", 8);
	bytes[0x30] = 0x64;
	bytes[0x31] = 0x86;
	memcpy(bytes + DUMP_HEADER_BYTES, data, len);
	/* Exactly as long as it is, so that every read past it is seen. */
	exact = malloc(DUMP_HEADER_BYTES + len);
	if (!exact)
		abort();
	memcpy(exact, bytes, DUMP_HEADER_BYTES + len);
	if (dump_check(exact, DUMP_HEADER_BYTES + len, &dump) < 0)
		abort();
	if (triage_check(exact, DUMP_HEADER_BYTES + len, &triage) == 0)
		read_all(&triage);
	free(exact);
	return 0;
}
