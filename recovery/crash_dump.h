/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The newest kernel dump on a Windows volume, as decide() takes it: what the
 * stop was, when, and in whose code.  Whether it is of this crash or of last
 * month's is for decide() to say, which knows the sessions.
 */
#ifndef RECOVERY_CRASH_DUMP_H
#define RECOVERY_CRASH_DUMP_H

#include "recovery/blame.h"
#include "recovery/dump.h"

enum crash_dump_place {
	CRASH_DUMP_NOWHERE,
	CRASH_DUMP_PAGE_FILE, /* still where the crash wrote it */
	CRASH_DUMP_DEDICATED, /* CrashControl\DedicatedDumpFile */
	CRASH_DUMP_MEMORY, /* MEMORY.DMP: a later start of Windows moved it */
	CRASH_DUMP_MINI	   /* Minidump\*.dmp: the same */
};

struct crash_dump {
	enum crash_dump_place place;
	struct dump header;
	struct blame blame; /* nobody, where the modules cannot be read */
	int blame_err; /* why that could not be said, or ended early; or 0 */
};

#endif
