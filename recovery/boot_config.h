/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the boot configuration of a PC says about its next start, as far as it
 * matters here.
 */
#ifndef RECOVERY_BOOT_CONFIG_H
#define RECOVERY_BOOT_CONFIG_H

#include "recovery/bcd.h"
#include "recovery/decide.h"

struct boot_config {
	bool was_looked_for;
	enum source_state state;
	int err; /* SOURCE_FAILED: why */
	/* SOURCE_READ: */
	struct bcd_manager manager;
	int default_err;	  /* 0, or why the default is not known:
				     -ERR_NOT_FOUND if the store names none, or
				     one that it does not have */
	struct bcd_loader loader; /* the default, if that is 0 */
	bool has_one_time;	  /* something else is started next, once */
	/* ... by a loader on a partition or in a file; NONE: by nobody knows
	   what, such as a memory test */
	struct bcd_device one_time;
};

#endif
