/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The log of Windows' boot manager and loader: which system was launched when,
 * and which launch came back.  Two copies of one format:
 *
 *   \EFI\Microsoft\Boot\BOOTSTAT.DAT   on the EFI system partition: the boot
 *				       manager's, readable while the Windows
 *				       volume is locked
 *   \Windows\bootstat.dat	       behind the first 2048 bytes: the loader's
 *
 * Source of the format: Geoff Chappell's description of the boot status log,
 * PSBits, and files written by Windows; layout in boot_log.c.
 *
 * Times are the PC's clock as Windows keeps it, normally local time.
 */
#ifndef RECOVERY_BOOT_LOG_H
#define RECOVERY_BOOT_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BOOT_LOG_MAX_BYTES  65536
#define BOOT_LOG_GUID_BYTES 16

/* Longer paths are cut. */
#define BOOT_LOG_PATH_BYTES 160

enum boot_log_kind {
	BOOT_LOG_OTHER,	      /* an event nobody here knows */
	BOOT_LOG_INIT,	      /* a program began; carries the time */
	BOOT_LOG_LAUNCH,      /* the boot manager started a loader */
	BOOT_LOG_RETURN,      /* ... which came back */
	BOOT_LOG_LOAD_FAILED, /* ... which could not be loaded */
	BOOT_LOG_LAUNCH_OS    /* the loader started Windows */
};

enum boot_log_application {
	BOOT_LOG_BOOT_MANAGER = 2,
	BOOT_LOG_LOADER = 3,
	BOOT_LOG_RESUME = 4
};

/* What winload returns for a start it gives to Automatic Repair. */
#define BOOT_LOG_STATUS_UNSUCCESSFUL 0xC0000001u
#define BOOT_LOG_FLAG_NOT_GOOD	     0x08u /* the last start failed */
#define BOOT_LOG_FLAG_NO_CHECKPOINT  0x10u /* ... or did not live long */

/* A log that boot_log_check() has accepted. */
struct boot_log {
	const uint8_t *bytes; /* the caller's */
	size_t len;
	uint32_t version; /* 2, 3, 4 */
	uint32_t size;	  /* of the whole, as its header says */
	uint32_t start;
	uint32_t first; /* oldest entry */
	uint32_t next;	/* where the next one would go */
	uint32_t entries;
	bool is_wrapped;
};

struct boot_log_event {
	enum boot_log_kind kind;
	uint32_t event;	      /* as stored */
	uint32_t level;	      /* 0 ok, 1 information, 2 warning, 3 error */
	uint32_t application; /* enum boot_log_application, or another */
	uint64_t time;	      /* INIT: FILETIME of the PC's clock; 0: none */
	uint32_t boot_id;     /* INIT: the last, LAUNCH_OS: the new; 0: none */
	bool has_status;      /* INIT of a loader: the four below are valid */
	bool succeeded;	      /* ... what the loader found in the status data */
	bool shut_down;
	bool checkpoint;
	uint8_t attempts;
	uint8_t guid[BOOT_LOG_GUID_BYTES]; /* LAUNCH, RETURN: the boot entry */
	uint32_t start_type;		/* LAUNCH: 0 normal, 1 and 2 recovery */
	uint32_t status;		/* RETURN, LOAD_FAILED: NTSTATUS */
	uint32_t flags;			/* RETURN */
	char path[BOOT_LOG_PATH_BYTES]; /* LAUNCH, LOAD_FAILED; UTF-8 */
};

/**
 * boot_log_check - parse a log and look at every entry's frame
 * @bytes: @len bytes of hostile input, from the log's header on
 *
 * Returns 0; -ERR_TRUNCATED if the log ends before its entries do;
 * -ERR_UNSUPPORTED for an unknown version; -ERR_CORRUPT.  @bytes must stay
 * while *@ret, written only on success, is in use.
 */
int boot_log_check(const void *bytes, size_t len, struct boot_log *ret);

/* A place in the log; start with zeroes. */
struct boot_log_place {
	uint32_t offset;
	uint32_t seen;
};

/**
 * boot_log_next - the next event, oldest first
 *
 * Returns false after the last one.
 */
bool boot_log_next(const struct boot_log *log, struct boot_log_place *place,
	struct boot_log_event *ret);

/* Launches this close together belong to one run of failing starts. */
#define BOOT_LOG_RUN_SECONDS 600

/* The times of so many launches of a run are kept. */
#define BOOT_LOG_RUN_TIMES 8

/* A run of launches of one boot entry without a success that anybody saw. */
struct boot_log_run {
	uint32_t launches;		    /* 0: there was none */
	uint64_t times[BOOT_LOG_RUN_TIMES]; /* of the first ones, as below */
	uint64_t first;			    /* FILETIME of the PC's clock */
	uint64_t last;
	bool was_diverted; /* its last launch came back for Automatic Repair */
	uint32_t status;   /* NTSTATUS and flags with which it came back */
	uint32_t flags;
};

/**
 * boot_log_last_run - the run the log ends with
 *
 * Weak evidence: a person who restarts a working PC leaves the same, and a
 * start that was diverted is neither success nor failure.
 */
void boot_log_last_run(const struct boot_log *log, struct boot_log_run *ret);

/**
 * boot_log_next_loop - the next run that ended in Automatic Repair
 * @place: as for boot_log_next()
 *
 * Returns false if there is none any more.
 */
bool boot_log_next_loop(const struct boot_log *log,
	struct boot_log_place *place, struct boot_log_run *ret);

#endif
