/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A machine for recovery_run() that exists only in memory: emulated disks, the
 * record store, firmware variables, and an ear for everything that is said.
 *
 * Also writes what a Windows leaves behind: bootstat.dat, the BugCheck*
 * variables, the health note.  Shares no code with what reads them.
 */
#ifndef TESTS_SUPPORT_FAKE_MACHINE_H
#define TESTS_SUPPORT_FAKE_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recovery/platform.h"

#define FAKE_DECLINED "Esc"

#define FAKE_MAX_DISKS	    40
#define FAKE_MAX_SENTENCES  512
#define FAKE_TEXT_BYTES	    (1u << 19)
#define FAKE_VARIABLES	    4 /* enum platform_variable */
#define FAKE_VARIABLE_BYTES 512

enum fake_store {
	FAKE_STORE_GOOD,
	FAKE_STORE_FULL,       /* put: -ERR_NO_SPACE */
	FAKE_STORE_LIES,       /* put: -ERR_NOT_STORED, and nothing is */
	FAKE_STORE_BROKEN,     /* get and put: -ERR_IO */
	FAKE_STORE_UNSUPPORTED /* get and put: -ERR_UNSUPPORTED */
};

struct fake_bytes {
	bool is_present;
	int err; /* what reading it gives instead, or 0 */
	size_t len;
	unsigned char bytes[FAKE_VARIABLE_BYTES];
};

/* A file beside the program: not copied, too large for that. */
struct fake_file {
	const void *bytes; /* NULL: it is not there */
	size_t len;
	int err; /* what reading it gives instead, or 0 */
};

/* One that may hold keys: not copied. */
struct fake_key_file {
	const char *name;
	const void *bytes;
	size_t len;
	int err;      /* what opening it gives instead, or 0 */
	int read_err; /* what reading it gives instead, or 0 */
};

struct fake_said {
	enum say_level level;
	const char *sentence;
};

/* A megabyte: static, not on the stack. */
struct fake_machine {
	struct platform platform; /* what recovery_run() takes */
	struct disk *disks[FAKE_MAX_DISKS];

	enum fake_store store;
	struct fake_bytes record;
	unsigned int record_puts; /* calls, whatever became of them */
	struct fake_bytes variables[FAKE_VARIABLES];
	struct fake_file files[FILE_COUNT];
	struct fake_file boot_files[BOOT_FILE_COUNT];
	unsigned int boot_file_gets; /* calls, whatever became of them */
	enum answer answer;	     /* to every question */
	unsigned int asked;
	struct question last_question; /* its text is in what was said */
	const char *const *secrets;    /* answers, one a question; NULL: nobody;
					  FAKE_DECLINED: to go on without */
	size_t secret_count; /* nobody answers when they are used up */
	unsigned int secrets_asked;
	struct secret_question last_secret; /* its texts are kept */
	const struct fake_key_file *key_files;
	size_t key_file_count;
	unsigned int open_key_files;
	/* What was said of the network, and before which file it was first. */
	uint32_t network_seconds[4];
	unsigned int network_limits;
	unsigned int files_before_limit;
	unsigned int file_gets;
	const struct fake_key_file *open_key_file; /* the last one */
	uint64_t key_bytes;			   /* read of them */
	uint64_t key_file_slowness; /* microseconds for each read of one */
	struct key_wish last_wish;  /* as it was handed in */
	bool has_id;
	uint8_t id[PLATFORM_ID_BYTES];
	uint64_t clock;	   /* FILETIME; 0: it has none */
	uint64_t elapsed;  /* microseconds */
	uint64_t slowness; /* ... that pass between two looks at that */

	struct fake_said said[FAKE_MAX_SENTENCES];
	size_t said_count;
	const char *lines[FAKE_MAX_SENTENCES]; /* of the report */
	size_t line_count;
	unsigned int progress_calls;
	unsigned int slow_works; /* that began */
	uint64_t slow_ms;	 /* ... and what all took */
	size_t slow_said;	 /* sentences there were when the last began */
	unsigned int commits;	 /* calls of before_commit */
	unsigned int secrets_expected;	/* calls of before_secrets */
	const uint64_t *watched_writes; /* a disk's counter, or NULL */
	uint64_t writes_before_commit;	/* what it showed then */

	/* private */
	char text[FAKE_TEXT_BYTES];
	size_t text_used;
};

/** fake_machine_init - a machine without disks, record and variables */
void fake_machine_init(struct fake_machine *m);

/** fake_machine_add_disk - one more disk; not owned */
void fake_machine_add_disk(struct fake_machine *m, struct disk *d);

/** fake_machine_forget - what was said and reported so far */
void fake_machine_forget(struct fake_machine *m);

/** fake_machine_heard - how many sentences contain @part */
size_t fake_machine_heard(const struct fake_machine *m, const char *part);

/** fake_machine_said - how many sentences were of that level */
size_t fake_machine_said(const struct fake_machine *m, enum say_level level);

/** fake_machine_reported - how many lines of the report contain @part */
size_t fake_machine_reported(const struct fake_machine *m, const char *part);

/** fake_machine_print - everything that was said, to standard error */
void fake_machine_print(const struct fake_machine *m);

/* --- What Windows leaves -------------------------------------------------- */

#define FAKE_BOOTSTAT_BYTES 67584 /* the area and 64 KiB of log */

struct fake_bootstat {
	uint32_t size; /* of the structure: 0x20, 0x40, 0xC0, 0xC8 */
	uint8_t succeeded;
	uint8_t shut_down;
	uint8_t attempts;
	uint8_t checkpoint;
	uint32_t boot_id;
	uint32_t clean_boot_id;
	uint64_t heartbeat; /* FILETIME */
};

/** fake_bootstat_bytes - the whole file, with a right checksum */
void fake_bootstat_bytes(const struct fake_bootstat *s, unsigned char *ret);

/** fake_bugcheck_put - the variables of a blue screen */
void fake_bugcheck_put(
	struct fake_machine *m, uint32_t code, uint64_t parameter1);

/**
 * fake_note_put - the health note of session @boot_id
 * @code: the stop code there was then; 0 = none
 */
void fake_note_put(struct fake_machine *m, uint32_t boot_id, uint64_t when,
	uint32_t code, uint64_t parameter1);

#endif
