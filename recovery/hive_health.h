/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signs that a Windows may hang or stop while it loads its registry, although
 * what crashed it is on hold: for the report, never for an action.
 *
 * After the incident of July 2024 some PCs hung once the file was gone, because
 * "the registry hive loading can hang forever" (Azure/repair-script-library,
 * issue 80).  Microsoft's scripts then loaded the hives elsewhere, so that the
 * logs were replayed, ran chkreg on damaged ones, and from build 14393 on
 * deleted the files of the transactional registry (TxR).
 */
#ifndef RECOVERY_HIVE_HEALTH_H
#define RECOVERY_HIVE_HEALTH_H

#include <stddef.h>

#include "recovery/hive_replay.h"
#include "recovery/report.h"
#include "storage/volume.h"

#define HIVE_HEALTH_MAX_FINDINGS 16

/* The bins beyond are not looked at: SYSTEM has 10 to 20 MB. */
#define HIVE_HEALTH_BINS_BYTES (32u << 20)

#define HIVE_HEALTH_TXR_FOLDER "Windows/System32/config/TxR"
#define HIVE_HEALTH_TXR_BUILD  14393 /* Windows 10 1607, Server 2016 */

enum hive_sign {
	HIVE_SIGN_MISSING,    /* there is no such file, or it is empty */
	HIVE_SIGN_UNREADABLE, /* the disk failed; number: enum err */
	HIVE_SIGN_BROKEN,     /* base block or root key; number: enum err */
	HIVE_SIGN_CUT,	      /* the file ends before the hive does */
	HIVE_SIGN_SIZE,	      /* the file's size is no multiple of 4096 */
	HIVE_SIGN_STALE,      /* it was being written, and no log fits */
	HIVE_SIGN_LOG,	      /* ... a log is damaged; number: 1 or 2 */
	HIVE_SIGN_BIN,	      /* a bin is damaged; number: offset in the file */
	/*
	 * number: of TxR files.  Healthy PCs have them, too: this is what
	 * Microsoft's scripts deleted where Windows hung, nothing more.
	 */
	HIVE_SIGN_TXR,
	HIVE_SIGN_COUNT
};

struct hive_finding {
	enum hive_sign sign;
	const char *hive; /* "SYSTEM", as given; not owned; or "" */
	uint32_t number;
};

struct hive_health {
	struct hive_finding findings[HIVE_HEALTH_MAX_FINDINGS];
	size_t count; /* what does not fit is left out */
};

/** hive_sign_name - stable, for the report: "stale" */
const char *hive_sign_name(enum hive_sign s);

/**
 * hive_health_note_open - what opening a hive has shown
 * @primary: its file; NULL if there is none
 * @r:	     what hive_replay_open() made of it
 * @err:     the first error of that and of hive_open(); or 0
 */
void hive_health_note_open(struct hive_health *health, const char *name,
	const struct disk *primary, const struct hive_replay *r, int err);

/**
 * hive_health_check_bins - is the hive one whole chain of bins?
 * @d: a hive that hive_open() has accepted; past any cache
 *
 * Reads all of it, in large pieces, up to HIVE_HEALTH_BINS_BYTES.
 */
void hive_health_check_bins(
	struct hive_health *health, const char *name, struct disk *d);

/**
 * hive_health_check_txr - are there TxR files, on a Windows of @build?
 *
 * Returns 0, or why nobody knows.
 */
int hive_health_check_txr(
	struct hive_health *health, struct volume *v, uint32_t build);

/** hive_health_report - all findings, as the array "registry_signs" */
void hive_health_report(struct report_line *l, const struct hive_health *h);

#endif
