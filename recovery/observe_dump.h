/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The newest kernel dump on a Windows volume, wherever it lies: in a dedicated
 * dump file or a page file, where the crash itself wrote it past NTFS, or in
 * the files that a later start of Windows made of it.
 *
 * A loop that dies before the session manager runs never gets that far: its
 * dump stays in the page file, and what is in Minidump is of another crash.
 */
#ifndef RECOVERY_OBSERVE_DUMP_H
#define RECOVERY_OBSERVE_DUMP_H

#include "recovery/crash_dump.h"
#include "recovery/hive_facts.h"
#include "storage/volume.h"

/* Windows allows sixteen; on its own volume is one. */
#define DUMP_MAX_PAGE_FILES 4

/* Paths as in storage/volume.h; "" where there is none. */
struct dump_places {
	char page_files[DUMP_MAX_PAGE_FILES][FACT_PATH_BYTES];
	char dedicated[FACT_PATH_BYTES];
	char memory[FACT_PATH_BYTES];
	char minidumps[FACT_PATH_BYTES]; /* a folder */
};

/**
 * dump_places_set - where this Windows puts its dumps
 * @f:	   of its registry; or NULL: where every Windows does, unless told
 *	   otherwise
 * @drive: as windows_path_on_volume() has it
 *
 * What lies on another volume is left out; of page files the first ones count.
 */
void dump_places_set(
	struct dump_places *ret, const struct system_facts *f, char drive);

/**
 * observe_dump - find the newest dump, by the time in its header
 *
 * Of two with the same time the one that the crash itself wrote.  Of
 * minidumps only the file that was delivered last is looked at.  Reads the
 * headers of at most DUMP_MAX_PAGE_FILES + 3 files, and then what
 * dump_modules_open() reads of one; allocates while it runs.
 *
 * Returns 1; 0 if there is none, or nothing that can be understood; -ERR_IO or
 * -ERR_NO_MEMORY: which is the newest is not known then.  *@ret is written in
 * the first case only.
 */
int observe_dump(struct volume *v, const struct dump_places *places,
	struct crash_dump *ret);

#endif
