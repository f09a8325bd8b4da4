/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The registry of the Windows on a mounted volume, with its transaction logs
 * as Windows would replay them.  Reads only; allocates while it works.
 */
#ifndef RECOVERY_OBSERVE_HIVES_H
#define RECOVERY_OBSERVE_HIVES_H

#include "recovery/decide.h"
#include "recovery/driver_service.h"
#include "recovery/hive_facts.h"
#include "recovery/hive_health.h"

#define HIVE_FOLDER "Windows/System32/config/"

/*
 * What to look for.  In reads of a SYSTEM of 12 MB, through the cache: clean 14
 * for the facts and a driver; dirty, with logs of 3 MB, some 70.  A driver file
 * that no service is called like takes 30 to 90 more.
 */
enum hives_want {
	HIVES_SYSTEM = 1,  /* system facts */
	HIVES_SERVICE = 2, /* and the service of a driver file */
	HIVES_VERSION = 4, /* of SOFTWARE; about 10 reads */
	HIVES_HEALTH = 8   /* signs of damage, in what is read: all bins of
			      SYSTEM, 4 reads for each MB */
};

/*
 * All of it plain data.  Each part is valid if its state is SOURCE_READ.
 * SOURCE_ABSENT: no such hive; for the service: no service loads that file.
 * SOURCE_FAILED: it is there but damaged, cannot be read, or was being written
 * without a log that tells how that would have ended; @err says what came
 * first.
 */
struct windows_facts {
	enum source_state system_state;
	struct system_facts system;
	enum source_state service_state;
	struct driver_service service;
	enum source_state version_state;
	struct windows_version version;
	struct hive_health health; /* empty if not asked for */
	uint32_t replayed_entries; /* of logs, in all */
	int err;		   /* the first thing that broke; or 0 */
};

/**
 * observe_hives - read what is asked for; all else is as it was
 * @f:	    zeroed before the first call; calls add to it
 * @v:	    mounted; its journal replayed
 * @want:   enum hives_want, or-ed
 * @module: for HIVES_SERVICE: "csagent.sys"
 *
 * Uses about 1.5 MiB while it works.
 */
void observe_hives(struct windows_facts *f, struct volume *v, unsigned int want,
	const char *module);

#endif
