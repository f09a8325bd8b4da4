/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compiled like the third-party code that calls it. */
#include "storage/ntfsrecover_playlog.h"

#include "scripts/deps/ntfs-3g/config.h"

#include <stdlib.h>

#include "types.h"
#include "mst.h"

#include "storage/journal_check.h"

static bool lacks_memory;

void playlog_begin(void)
{
	lacks_memory = false;
}

bool playlog_lacked_memory(void)
{
	return lacks_memory;
}

void replay_lacks_memory(void);
int checked_post_read_fixup(NTFS_RECORD *block, const u32 size, BOOL warn);
int checked_pre_write_fixup(NTFS_RECORD *block, const u32 size);

void replay_lacks_memory(void)
{
	lacks_memory = true;
}

/* A block that must not be searched is as good as a torn one. */
int checked_post_read_fixup(NTFS_RECORD *block, const u32 size, BOOL warn)
{
	int result = ntfs_mst_post_read_fixup_warn(block, size, warn);

	if (result < 0)
		return result;
	return journal_block_check(block, size) ? result : -1;
}

/* One that came out wrong cannot be protected. */
int checked_pre_write_fixup(NTFS_RECORD *block, const u32 size)
{
	if (!journal_redone_check(block, size))
		return -1;
	return ntfs_mst_pre_write_fixup(block, size);
}
