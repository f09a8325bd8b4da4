/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signs that Windows is being set up or serviced: its restarts are no crashes
 * then, whatever the boot status says.
 */
#ifndef RECOVERY_SERVICING_H
#define RECOVERY_SERVICING_H

#include "recovery/boot_config.h"
#include "storage/volume.h"

/* What component servicing has left to do at the next start. */
#define SERVICING_PENDING_PATH "Windows/WinSxS/pending.xml"

struct servicing_signs {
	bool was_looked_for;
	/*
	 * The boot manager was told to start something else once: a part of
	 * set-up, WinRE, a memory test.  It takes the order back when it
	 * follows it, so one that is there has yet to be followed.
	 */
	bool has_one_time;
	struct bcd_device one_time; /* where that is; NONE: nobody knows */
	/*
	 * The file may outlive the servicing that failed over it: an old one
	 * tells of no restart of today.
	 */
	enum source_state pending_state;
	uint64_t pending_at; /* FILETIME, when it was last changed */
	bool is_setting_up;  /* by the registry (recovery/hive_facts.h) */
};

/*
 * The next month's updates come by then: what waits longer was given up.
 */
#define SERVICING_PENDING_DAYS 45

/**
 * servicing_observe - what boot configuration and volume say
 * @c: read, or not: then it says nothing
 * @v: the open Windows volume
 *
 * Returns 0, or the error with which pending.xml could not be looked at
 * (SOURCE_FAILED): then nobody knows, and nothing may be held.  is_setting_up
 * is left to who reads the registry.
 */
int servicing_observe(struct servicing_signs *s, const struct boot_config *c,
	struct volume *v);

/**
 * servicing_judge - what Windows is in the middle of, by these signs
 * @heartbeat: when Windows last ran (FILETIME); 0: unknown, and every
 *	       pending.xml counts
 */
enum servicing servicing_judge(
	const struct servicing_signs *s, uint64_t heartbeat);

#endif
