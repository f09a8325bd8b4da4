/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a session that ended badly has left behind on the Windows volume: the
 * newest dump, and what the registry says about dumps, set-up and the driver
 * that the dump names.
 */
#ifndef RECOVERY_OBSERVE_CRASH_H
#define RECOVERY_OBSERVE_CRASH_H

#include "recovery/observe.h"

/**
 * observe_registry - is Windows being set up?  Where does it put its dumps?
 *
 * As observe_crash_dump(), before it and before who else knows of servicing: a
 * set-up that is running outweighs all other signs of it.
 */
void observe_registry(struct observation *o, struct windows *w);

/**
 * observe_crash_dump - the newest dump, and the service of the driver it names
 *
 * Does nothing where the last session ended well.  To be called after
 * observe_volume().
 */
void observe_crash_dump(struct observation *o, struct windows *w);

/**
 * observe_health - signs that Windows may hang although the content is on hold
 *
 * Reads the whole SYSTEM hive: for when a hold is going to be made, which
 * happens on WINDOWS_ONE only.  Only for the report.
 */
void observe_health(struct observation *o, struct windows *w);

#endif
