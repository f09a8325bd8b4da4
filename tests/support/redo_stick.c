/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/redo_stick.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/disk_layout.h"

#define MIB	     (1u << 20)
#define BLOCK	     512
#define STICK_BYTES  (4 * MIB)
#define MEDIUM_START (2 * MIB)
#define MEDIUM_BYTES MIB

void redo_stick_open(struct emudisk *e)
{
	const struct layout_gpt_part parts[] = {
		{layout_type_esp, MIB / BLOCK, MEDIUM_START / BLOCK - 1},
		{layout_type_redo, MEDIUM_START / BLOCK,
			(MEDIUM_START + MEDIUM_BYTES) / BLOCK - 1},
	};

	if (emudisk_open(e, STICK_BYTES, BLOCK) < 0)
		abort();
	layout_gpt(e, parts, 2, LAYOUT_BOTH);
	layout_gpt_guid(e, 0x57); /* not that of the PC's disk */
	layout_fat16(e, MIB, MIB, "LOOPBREAKER");
	memcpy(redo_stick_medium(e), "LBREDO1\n", 8);
	disk_set_name(&e->disk, "stick");
	e->disk.is_removable = true;
}

unsigned char *redo_stick_medium(const struct emudisk *e)
{
	return e->bytes + MEDIUM_START;
}
