/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the SYSTEM and SOFTWARE hives say about a Windows: which control set is
 * in use, where it puts its dumps, whether set-up is running, its version.
 *
 * Sources: learn.microsoft.com, "HKLM\SYSTEM\CurrentControlSet\Control\
 * CrashControl" and "Overview of memory dump file options"; ReactOS (Select,
 * Setup); measured on hives of Windows 10.
 */
#ifndef RECOVERY_HIVE_FACTS_H
#define RECOVERY_HIVE_FACTS_H

#include "recovery/hive.h"

#define FACT_TEXT_BYTES 128
#define FACT_PATH_BYTES 784  /* 260 characters */
#define FACT_LIST_BYTES 1568 /* of strings, each with its NUL, and one more */

/* A number that the hive does not have. */
#define FACT_ABSENT UINT32_MAX

/*
 * Of SYSTEM.  A text that the hive does not have is "", a time 0.  Paths are as
 * Windows writes them (recovery/windows_path.h).
 */
struct system_facts {
	/* Select: numbers of control sets. */
	uint32_t current;
	uint32_t default_set;
	uint32_t failed;
	uint32_t last_known_good;
	/* Control\CrashControl */
	uint32_t crash_dump_enabled; /* 0 none, 1 all memory, 2 kernel, 3
					small, 7 automatic */
	uint32_t auto_reboot;
	char dump_file[FACT_PATH_BYTES];
	char dedicated_dump_file[FACT_PATH_BYTES];
	char minidump_dir[FACT_PATH_BYTES];
	/* Control\Session Manager\Memory Management: lists; a path may have the
	   file's sizes behind it */
	char paging_files[FACT_LIST_BYTES];
	char existing_page_files[FACT_LIST_BYTES];
	uint32_t boot_id; /* of the session that wrote it */
	/* Control\Windows */
	uint64_t shutdown_time; /* FILETIME */
	/* Setup */
	uint32_t system_setup_in_progress;
	uint32_t oobe_in_progress;
	uint32_t setup_type; /* not 0: a program runs in place of the log-on */
};

/**
 * system_facts_read - all of them, and the key of the current control set
 * @h: a SYSTEM hive
 *
 * CurrentControlSet exists only in a running Windows: ControlSet001 and the
 * like are what a hive has, and Select\Current says which.
 *
 * Returns 0; -ERR_NOT_FOUND if it has no such control set; -ERR_UNSUPPORTED if
 * a value is of an unexpected type; -ERR_TOO_LARGE; otherwise as hive_find().
 */
int system_facts_read(struct hive *h, struct system_facts *ret,
	struct hive_key *ret_control_set);

/** system_facts_is_setup - is Windows being installed, or upgraded? */
bool system_facts_is_setup(const struct system_facts *f);

/* Of SOFTWARE: Microsoft\Windows NT\CurrentVersion. */
struct windows_version {
	char product_name[FACT_TEXT_BYTES];
	char display_version[FACT_TEXT_BYTES]; /* "23H2"; "" before 20H2 */
	char build_text[FACT_TEXT_BYTES];
	uint32_t build;			   /* 22631; 0 if it is no number */
	uint32_t revision;		   /* UBR */
	char system_root[FACT_PATH_BYTES]; /* "C:\Windows" */
};

/**
 * windows_version_read - all of it; otherwise as system_facts_read()
 */
int windows_version_read(struct hive *h, struct windows_version *ret);

#endif
