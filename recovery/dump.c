/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DUMP_HEADER64.  What Windows has not filled in holds "PAGE" over and over.
 */
#include "recovery/dump.h"

#include <string.h>

#include "storage/bytes.h"
#include "storage/err.h"

enum offset {
	OFF_BUILD = 0x0C,
	OFF_PAGE_TABLES = 0x10,
	OFF_MODULE_LIST = 0x20,
	OFF_MACHINE = 0x30,
	OFF_CODE = 0x38,
	OFF_PARAMETERS = 0x40,
	OFF_CONTEXT = 0x348,
	OFF_TYPE = 0xF98,
	OFF_SYSTEM_TIME = 0xFA8,
	OFF_UPTIME = 0x1030,
	OFF_BOOT_ID = 0x1054
};

/* Of the CONTEXT and ARM64_NT_CONTEXT records. */
#define CONTEXT_RSP_X64	 0x98
#define CONTEXT_RIP_X64	 0xF8
#define CONTEXT_SP_ARM64 0x100
#define CONTEXT_PC_ARM64 0x108

#define UNFILLED_32 0x45474150u /* "PAGE" */
#define UNFILLED_64 ((uint64_t)UNFILLED_32 << 32 | UNFILLED_32)

static uint64_t filled64(const uint8_t *b)
{
	uint64_t value = le64_get(b);

	return value == UNFILLED_64 ? 0 : value;
}

bool dump_is_present(const void *bytes, size_t len)
{
	return len >= 8 && !memcmp(bytes, "PAGEDU64", 8);
}

int dump_check(const void *bytes, size_t len, struct dump *ret)
{
	const uint8_t *b = bytes;
	struct dump d = {.machine = 0};
	bool is_x64;
	size_t i;

	if (len >= 8 && !memcmp(b, "PAGEDUMP", 8))
		return -ERR_UNSUPPORTED;
	if (!dump_is_present(b, len))
		return -ERR_NOT_FOUND;
	if (len < DUMP_HEADER_BYTES)
		return -ERR_TRUNCATED;
	d.machine = le32_get(b + OFF_MACHINE);
	if (d.machine != DUMP_MACHINE_X64 && d.machine != DUMP_MACHINE_ARM64)
		return -ERR_UNSUPPORTED;
	d.build = le32_get(b + OFF_BUILD);
	d.code = le32_get(b + OFF_CODE);
	for (i = 0; i < DUMP_PARAMETERS; i++)
		d.parameters[i] = le64_get(b + OFF_PARAMETERS + 8 * i);
	d.type = le32_get(b + OFF_TYPE);
	d.system_time = filled64(b + OFF_SYSTEM_TIME);
	d.uptime = filled64(b + OFF_UPTIME);
	d.boot_id = le32_get(b + OFF_BOOT_ID);
	d.has_boot_id = d.boot_id != UNFILLED_32 && d.boot_id != 0;
	d.page_tables = filled64(b + OFF_PAGE_TABLES);
	d.module_list = filled64(b + OFF_MODULE_LIST);
	is_x64 = d.machine == DUMP_MACHINE_X64;
	d.program_counter =
		filled64(b + OFF_CONTEXT +
			 (is_x64 ? CONTEXT_RIP_X64 : CONTEXT_PC_ARM64));
	d.stack_pointer =
		filled64(b + OFF_CONTEXT +
			 (is_x64 ? CONTEXT_RSP_X64 : CONTEXT_SP_ARM64));
	*ret = d;
	return 0;
}
