/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The whole boundary between the portable core and a machine.  Implemented
 * three times: efi/ (firmware), linux/ (a host with disks), tests/ (a fake).
 */
#ifndef RECOVERY_PLATFORM_H
#define RECOVERY_PLATFORM_H

#include <stddef.h>
#include <stdint.h>

#include "storage/disk.h"

/* Variables that Windows, its firmware or its re-arming task leave behind. */
enum platform_variable {
	VARIABLE_BUGCHECK_CODE,
	VARIABLE_BUGCHECK_PARAMETER1,
	VARIABLE_BUGCHECK_PROGRESS,
	VARIABLE_HEALTH_NOTE /* recovery/note.h */
};

enum say_level {
	SAY_TITLE,   /* a heading over what follows */
	SAY_INFO,    /* what is going on */
	SAY_RESULT,  /* what was decided or done */
	SAY_WARNING, /* something a person should look at */
	SAY_ERROR    /* something broke */
};

struct platform_ops {
	/*
	 * The own record (recovery/record.h).  get: -ERR_NOT_FOUND if there is
	 * none, -ERR_TOO_LARGE if it is longer than @cap.  put: returns 0 only
	 * after reading it back and comparing; -ERR_NOT_STORED, -ERR_NO_SPACE,
	 * -ERR_IO, or -ERR_UNSUPPORTED where the machine has no such store.
	 */
	int (*record_get)(void *ctx, void *buf, size_t cap, size_t *ret_len);
	int (*record_put)(void *ctx, const void *buf, size_t len);

	/* As record_get; read only. */
	int (*variable_get)(void *ctx, enum platform_variable which, void *buf,
		size_t cap, size_t *ret_len);

	/*
	 * One sentence for a person, ASCII, no newline.  Never fails: a
	 * machine without a console is a machine like any other.
	 */
	void (*say)(void *ctx, enum say_level level, const char *sentence);

	/* One line of the machine-readable report: a JSON object, no newline.
	 */
	void (*report)(void *ctx, const char *json);

	/*
	 * The record of a repair is stored next, then comes the first write to
	 * a disk.  Should the run be cut short after this, the next start must
	 * be Loopbreaker's, to finish it: a start of Windows that crashes would
	 * count against a hold that was never made.
	 */
	void (*before_commit)(void *ctx);

	/* Work is going on: pets the watchdog.  Called every few device calls.
	 */
	void (*progress)(void *ctx);
};

struct platform {
	const struct platform_ops *ops;
	void *ctx;
	struct disk *const *disks; /* whole disks, uncached */
	size_t disk_count;
};

#endif
