/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Windows' boot status data, \Windows\bootstat.dat: did the last start work,
 * how often was it tried, which session was the last to shut down cleanly.
 *
 * Source of the format: shared knowledge of RTL_BSD_DATA as published by
 * Microsoft's debugger documentation (!blackboxbsd), ReactOS and phnt; field
 * offsets are listed in boot_status.c.  A field is used only where the area's
 * own size says that it exists.
 */
#ifndef RECOVERY_BOOT_STATUS_H
#define RECOVERY_BOOT_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BOOT_STATUS_PATH       "Windows/bootstat.dat"
#define BOOT_STATUS_AREA_BYTES 2048 /* the status area; the log follows */

struct boot_status {
	uint32_t area_size;  /* the "version" field: size of the structure */
	bool is_trustworthy; /* no checksum rule, or the checksum is right */
	bool is_markable;    /* boot_status_mark_good() would change it */
	bool has_attempts;   /* attempts and checkpoint are valid */
	bool has_boot_ids;
	bool has_heartbeat;
	bool has_button; /* the pressed_ fields are valid */
	/* Automatic Repair is switched off: not in this file, set by who knows
	   the boot configuration (recovery/observe_boot_config.h) */
	bool never_diverts;
	uint8_t sum;	  /* of the area's bytes: 0 if the checksum is right */
	uint8_t checksum; /* as stored; 0 where there is none */
	bool succeeded;	  /* LastBootSucceeded */
	bool shut_down;	  /* LastBootShutdown: the last session ended cleanly */
	bool checkpoint;  /* LastBootCheckpoint: lived about two minutes */
	uint8_t attempts; /* BootAttemptCount since the last success */
	uint32_t last_boot_id;
	uint32_t last_clean_boot_id;	/* LastSuccessfulShutdownBootId */
	uint32_t last_abnormal_boot_id; /* the last one Windows reported */
	uint64_t heartbeat;		/* LastReferenceTime, FILETIME UTC */
	/* The power button, as far as a running Windows saw it pressed. */
	uint32_t pressed_count;
	uint16_t pressed_boot_id; /* low half of the session's boot id */
	uint64_t pressed_at;	  /* FILETIME UTC */
};

/**
 * boot_status_check - parse the first bytes of bootstat.dat
 * @bytes: @len bytes of hostile input
 *
 * Returns 0 with *@ret filled in; -ERR_TRUNCATED if the area does not fit into
 * @len; -ERR_UNSUPPORTED if the size field is below 0x20 or above
 * BOOT_STATUS_AREA_BYTES.  *@ret is written only on success.
 */
int boot_status_check(const void *bytes, size_t len, struct boot_status *ret);

/**
 * boot_status_was_pressed - was the last press of the power button in session
 * @boot_id?
 *
 * That session ended as its user wanted: it is no crash.  False where the area
 * does not say, and for sessions before the one of the last press.
 */
bool boot_status_was_pressed(const struct boot_status *s, uint32_t boot_id);

/**
 * boot_status_would_divert - will winload start Automatic Repair instead?
 *
 * winload's rule: the last start failed, or did not live for two minutes, and
 * two attempts were made.  False where the file does not say, and where the
 * boot configuration has switched that off.
 */
bool boot_status_would_divert(const struct boot_status *s);

/**
 * boot_status_mark_good - change @bytes so that the next start is a normal one
 * @bytes: the first @len bytes of the file, as read
 *
 * Sets succeeded, shut down and checkpoint, clears the attempts, corrects the
 * checksum.  Touches nothing else.  Returns 0; -ERR_UNSUPPORTED for a size
 * that is not one of those known to be written safely, or where the checksum
 * was wrong before; -ERR_TRUNCATED.  @bytes is unchanged on failure.
 */
int boot_status_mark_good(void *bytes, size_t len);

#endif
