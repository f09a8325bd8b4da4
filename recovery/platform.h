/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The whole boundary between the portable core and a machine.  Implemented
 * three times: efi/ (firmware), linux/ (a host with disks), tests/ (a fake).
 */
#ifndef RECOVERY_PLATFORM_H
#define RECOVERY_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recovery/keys/key_source.h"
#include "recovery/policy.h"
#include "storage/disk.h"
#include "storage/guid.h"

/* Variables that Windows, its firmware or its re-arming task leave behind. */
enum platform_variable {
	VARIABLE_BUGCHECK_CODE,
	VARIABLE_BUGCHECK_PARAMETER1,
	VARIABLE_BUGCHECK_PROGRESS,
	VARIABLE_HEALTH_NOTE /* recovery/note.h */
};

/* What a site may put beside the program; each with its signature. */
enum platform_file {
	FILE_POLICY,	       /* policy.dtb */
	FILE_POLICY_SIGNATURE, /* policy.dtb.sig */
	FILE_PREVIOUS,	       /* policy-previous.dtb: if that is refused */
	FILE_PREVIOUS_SIGNATURE,
	FILE_OVERLAY, /* policy-site.dtbo: changes to either */
	FILE_OVERLAY_SIGNATURE,
	FILE_INCIDENT_ORDER, /* incident-order.dtb */
	FILE_INCIDENT_ORDER_SIGNATURE,
	/* policy.dtb of the Loopbreaker on the PC's own disk, if that is not
	   the one that was started */
	FILE_INSTALLED,
	FILE_INSTALLED_SIGNATURE,
	FILE_COUNT
};

/*
 * What Windows' boot manager keeps beside itself, in \EFI\Microsoft\Boot of the
 * EFI system partition.
 */
enum platform_boot_file {
	BOOT_FILE_LOG,	   /* BOOTSTAT.DAT: its log (recovery/boot_log.h) */
	BOOT_FILE_BCD,	   /* the boot configuration (recovery/bcd.h) */
	BOOT_FILE_BCD_LOG, /* what was not yet written into it */
	BOOT_FILE_BCD_LOG1,
	BOOT_FILE_BCD_LOG2,
	BOOT_FILE_COUNT
};

/* A machine's id: its SMBIOS UUID. */
#define PLATFORM_ID_BYTES SHARE_ID_BYTES

enum say_level {
	SAY_TITLE,   /* a heading over what follows */
	SAY_INFO,    /* what is going on */
	SAY_RESULT,  /* what was decided or done */
	SAY_WARNING, /* something a person should look at */
	SAY_ERROR    /* something broke */
};

enum answer {
	ANSWER_NOBODY, /* nobody is there, or the time is over */
	ANSWER_YES,
	ANSWER_NO
};

struct question {
	const char *text;     /* ends in "?"; as a sentence of say() */
	unsigned int seconds; /* to wait for an answer */
	bool is_yes_unless;   /* what happens without one, for the words */
};

enum secret_kind {
	SECRET_RECOVERY_PASSWORD, /* the 48 digits of a BitLocker volume */
	SECRET_PIN		  /* of a key pack, or of a volume */
};

#define SECRET_MAX_IDS 4

/* The longest text there may be, with its closing NUL. */
#define SECRET_BYTES 128

#define SECRET_DECLINED 1 /* ask_secret: this one question is passed over */

struct secret_question {
	enum secret_kind kind;
	const char *text; /* which volume of which PC; as a sentence of say() */
	/* GUIDs to be read out to whoever has the keys, the likeliest first */
	const char *ids[SECRET_MAX_IDS];
	size_t id_count;
	const char *qr_text;  /* the same for a camera; NULL: no QR code */
	unsigned int seconds; /* to wait for a key; each starts them anew */
};

/* Each is a few files to be looked for by name. */
#define KEY_WISH_MAX 16

/* Which protectors (BitLocker's word) are keys wanted for? */
struct key_wish {
	const uint8_t (*ids)[GUID_BYTES];
	size_t count; /* at most KEY_WISH_MAX */
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
	 * A whole file, as record_get.  -ERR_IO or another error if it is there
	 * but cannot be read.
	 */
	int (*file_get)(void *ctx, enum platform_file which, void *buf,
		size_t cap, size_t *ret_len);

	/*
	 * A whole file of the boot manager that starts Windows, as record_get.
	 * -ERR_UNSUPPORTED where its partition cannot be read; -ERR_AMBIGUOUS
	 * if several partitions have one and nothing tells which is Windows'.
	 */
	int (*boot_file_get)(void *ctx, enum platform_boot_file which,
		void *buf, size_t cap, size_t *ret_len);

	/*
	 * What is this machine called, and stays, whatever is installed on it?
	 * -ERR_NOT_FOUND or -ERR_UNSUPPORTED if it does not say.
	 */
	int (*machine_id_get)(void *ctx, uint8_t id[PLATFORM_ID_BYTES]);

	/* The machine's clock as FILETIME, however wrong; 0 if it has none. */
	uint64_t (*clock_get)(void *ctx);

	/* Microseconds since the program began; always 0 if nobody counts. */
	uint64_t (*elapsed_get)(void *ctx);

	/*
	 * One sentence for a person, ASCII, no newline.  Never fails: a
	 * machine without a console is a machine like any other.
	 */
	void (*say)(void *ctx, enum say_level level, const char *sentence);

	/*
	 * Ask a person.  Shows the question with the time that is left, and
	 * never waits where nobody could answer.
	 */
	enum answer (*ask)(void *ctx, const struct question *question);

	/*
	 * Ask a person for something that nobody else may know.  A recovery
	 * password is checked while it is typed, shown, and handed over as
	 * eight good groups with dashes between them; a PIN is hidden, and
	 * handed over as it was typed, ASCII.  Keys pressed before the question
	 * do not count.
	 *
	 * Returns 0 with *@ret_len characters and a closing NUL in @buf, which
	 * the caller wipes; SECRET_DECLINED if somebody wants to go on without;
	 * -ERR_NOT_FOUND if nobody answered in time, or nobody could: then it
	 * never waits; -ERR_TOO_LARGE if @cap is less than SECRET_BYTES.
	 */
	int (*ask_secret)(void *ctx, const struct secret_question *question,
		char *buf, size_t cap, size_t *ret_len);

	/*
	 * What all files of file_get() and key_file_open() that come over a
	 * network may take together from the start on.  NULL: they never do.
	 */
	void (*network_limit)(void *ctx, uint32_t seconds);

	/*
	 * The files beside the program that may hold keys, one after the other
	 * and the likeliest first: those that are named after a wanted
	 * protector, those that a site names, then whatever else may be one.
	 * *@at is 0 for the first and moves on with each call, whatever it
	 * returns; at most one file is open at a time.
	 *
	 * Returns 0 with *@ret, to be closed; -ERR_NOT_FOUND after the last;
	 * -ERR_IO or another error for one that is there but cannot be read:
	 * then only @ret->name is set, and the next may be asked for.  The name
	 * is valid until the next call.
	 */
	int (*key_file_open)(void *ctx, const struct key_wish *wish, size_t *at,
		struct key_source *ret);
	void (*key_file_close)(void *ctx, struct key_source *source);

	/*
	 * Keys that are secret come into memory next.  Whoever resets the PC
	 * from here on, its firmware is to overwrite the memory before anybody
	 * else looks at it.
	 */
	void (*before_secrets)(void *ctx);

	/* One line of the report for programs: a JSON object, no newline. */
	void (*report)(void *ctx, const char *json);

	/*
	 * The record of a repair is stored next, then comes the first write to
	 * a disk.  Should the run be cut short after this, the next start must
	 * be Loopbreaker's, to finish it: a start of Windows that crashes would
	 * count against a hold that was never made.
	 */
	void (*before_commit)(void *ctx);

	/* Work goes on (called every few device calls): pet the watchdog. */
	void (*progress)(void *ctx);

	/*
	 * Work that takes long but ends, whatever is on the disks, has gone on
	 * for @milliseconds more (0: it begins): trying a key.  What was said
	 * is to be seen from now on, and this time is no sign of a hang.
	 */
	void (*slow_work)(void *ctx, uint64_t milliseconds);
};

struct platform {
	const struct platform_ops *ops;
	void *ctx;
	struct disk *const *disks; /* whole disks, uncached */
	size_t disk_count;
	enum policy_origin origin; /* of the program and the files beside it */
	const char *key_place;	   /* where a key is to be put to be found: the
				      end of a sentence */
	const uint8_t *mac;	   /* of the network card it was started from,
				      SHARE_MAC_BYTES; NULL: from none */
	bool keys_lie_on_own_disk; /* key files: whoever has it has them */
	bool is_attended;	   /* somebody has started it, and may answer */
	bool may_ask_secrets;	   /* ... and may know a key */
	bool may_ask_pin;	   /* of a sealed key pack, if one is found */
	const void *keys;	   /* as signature_keys_check() takes them */
	size_t keys_len;	   /* 0: none */
};

#endif
