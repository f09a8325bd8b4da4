/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the stand-in Windows is to live through: \standin.txt on the partition
 * it was started from.  One command a line, # starts a comment:
 *
 *	utc-offset-minutes N	the PC's clock is this far ahead of UTC
 *	no-volume		do not look for an NTFS volume at all
 *	windows-partition N	what its boot configuration would say: Windows
 *				is on this partition of its disk, not on the
 *				first with one; only for the UEFI program
 *	volume-key METHOD HEX	what a TPM would give: the key of the BitLocker
 *				volume of Windows; METHOD is 0x8000 to 0x8005;
 *				only for the UEFI program
 *	session N COMMAND	for the N-th start only; any number of these:
 *
 *	    deliver NAME CONTENT  content arrives while the session runs
 *	    crash		  blue screen before the session is healthy,
 *				  whatever content there is
 *	    elsewhere		  its blue screens are of another address
 *	    unplug-early	  power is lost before the session is healthy
 *	    unplug-late		  ... after it is
 *	    norearm		  the re-arming task does not run: neither
 *				  health note nor BootNext
 *	    healthy-no-shutdown	  the session is not shut down but goes dark
 *	    restart		  shut down and start again, not power off
 *	    keep-writable	  the volume stays mounted for writing, by
 *				  force; only for the stand-in that is a kernel
 */
#ifndef TESTS_BOOT_STANDIN_SCRIPT_H
#define TESTS_BOOT_STANDIN_SCRIPT_H

#include <stdbool.h>

#include "efi/firmware.h"
#include "storage/bitlocker/unlock.h"

#define SCRIPT_MAX_BYTES      4096
#define SCRIPT_MAX_DELIVERIES 8
#define SCRIPT_WORD_BYTES     80

struct script_delivery {
	char name[SCRIPT_WORD_BYTES];
	char content[SCRIPT_WORD_BYTES];
};

struct script {
	int utc_offset_minutes;
	bool no_volume;
	uint32_t windows_partition;	  /* 0: the first with a Windows */
	struct bitlocker_fvek volume_key; /* len 0: there is none */
	/* For the present session. */
	bool crash;
	bool elsewhere;
	bool unplug_early;
	bool unplug_late;
	bool norearm;
	bool no_shutdown;
	bool restart;
	bool keep_writable;
	struct script_delivery deliveries[SCRIPT_MAX_DELIVERIES];
	size_t delivery_count;
};

/**
 * script_read - read \standin.txt
 * @session: counts from 1
 *
 * No file is an empty script.  Returns 0; -ERR_CORRUPT for a line that cannot
 * be understood; -ERR_IO.
 */
int script_read(
	const struct firmware *fw, uint32_t session, struct script *ret);

/**
 * script_parse - understand a text; what script_read() does with what it read
 * @text: is changed
 *
 * Returns 0 or -ERR_CORRUPT.
 */
int script_parse(char *text, uint32_t session, struct script *ret);

#endif
