/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/triage_maker.h"

#include <stddef.h>
#include <string.h>

#include "recovery/dump.h"
#include "storage/bytes.h"

void triage_make_text(uint8_t *at, const char *text)
{
	for (; *text; text++, at += 2)
		le16_put(at, (uint16_t)(unsigned char)*text);
}

void triage_make_driver(uint8_t *bytes, unsigned int i, uint64_t base,
	uint32_t size, const char *name)
{
	uint8_t *d = bytes + MADE_LIST + 0x90 * i;
	uint32_t name_at = MADE_NAMES + 0x80 * i;

	le32_put(d, name_at);
	le64_put(d + 0x38, base);
	le32_put(d + 0x48, size);
	le32_put(d + 0x88, 0x66000000 + i);
	le32_put(bytes + name_at, (uint32_t)strlen(name));
	triage_make_text(bytes + name_at + 4, name);
}

static void make_header(uint8_t *bytes)
{
	for (size_t i = 0; i < DUMP_HEADER_BYTES; i += 4)
		memcpy(bytes + i, "PAGE", 4);
	memcpy(bytes, "PAGEDU64", 8);
	le32_put(bytes + 0x0C, 19045);
	le32_put(bytes + 0x30, DUMP_MACHINE_X64);
	le32_put(bytes + 0x38, 0x1000007E);
	for (size_t i = 0; i < DUMP_PARAMETERS; i++)
		le64_put(bytes + 0x40 + 8 * i, MADE_FIRST_BASE + i);
	le64_put(bytes + 0x348 + 0xF8, MADE_SECOND_BASE + 0x10);
	le32_put(bytes + 0xF98, DUMP_TRIAGE);
	le64_put(bytes + 0xFA8, 133658352000000000);
	le64_put(bytes + 0x1030, 41250000);
	le32_put(bytes + 0x1054, 58);
}

void triage_make(uint8_t bytes[MADE_BYTES])
{
	uint8_t *t = bytes + DUMP_HEADER_BYTES;

	memset(bytes, 0, MADE_BYTES);
	make_header(bytes);
	le32_put(t + 0x04, MADE_BYTES);
	le32_put(t + 0x08, MADE_VALID);
	le32_put(t + 0x18, MADE_UNLOADED);
	le32_put(t + 0x28, MADE_STACK);
	le32_put(t + 0x2C, 0x40);
	le32_put(t + 0x30, MADE_LIST);
	le32_put(t + 0x34, MADE_DRIVERS);
	triage_make_driver(
		bytes, 0, MADE_FIRST_BASE, 0x90000, "\\Driver\\contoso.sys");
	triage_make_driver(bytes, 1, MADE_SECOND_BASE, 0x1000, "fabrikam.sys");
	le32_put(bytes + MADE_UNLOADED, 1);
	triage_make_text(bytes + MADE_UNLOADED + 8 + 0x10, "old.sys");
	memcpy(bytes + MADE_VALID, "TRGD", 4);
}
