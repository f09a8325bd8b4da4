/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The firmware front: everything main() has set up, in one place.
 */
#ifndef EFI_FRONT_H
#define EFI_FRONT_H

#include "efi/bootopt.h"
#include "efi/clock.h"
#include "efi/console.h"
#include "efi/disk.h"
#include "efi/firmware.h"
#include "efi/key_files.h"
#include "efi/network.h"
#include "efi/site_files.h"
#include "efi/watchdog.h"
#include "recovery/failure.h"
#include "recovery/network/syslog.h"

/* Does the firmware remember what it was told?  Quirk Q22. */
enum store_memory {
	STORE_KEEPS,	/* nothing says otherwise */
	STORE_UNPROVEN, /* it has yet to show that it does */
	STORE_FORGETS	/* what was stored is not there any more */
};

struct front {
	const struct firmware *fw;
	struct clock clock;
	struct console console;
	struct watchdog watchdog;
	struct efi_disk_list disks;
	struct network network;	     /* all zeros: not to be used */
	struct syslog_sender sender; /* of the report */
	size_t sent;		     /* how far, for console_report_next() */
	struct site_files site;
	struct key_files key_files;
	struct failure failure; /* the failure note found at the start */
	bool has_target;
	struct boot_target target; /* who gets the hand-over */
	bool is_record_unread;	   /* it may be there: not to be replaced */
	bool has_secrets;	   /* keys are, or were, in memory */
	bool is_connected;	   /* more disks were asked for, or must not */
	enum store_memory store;
};

#endif
