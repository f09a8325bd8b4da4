/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Windows' boot configuration, \EFI\Microsoft\Boot\BCD: which Windows the boot
 * manager starts, and what happens when that fails.  Read only.
 *
 * A registry hive: Objects\{guid}\Description\Type says what an object is,
 * Objects\{guid}\Elements\XXXXXXXX\Element holds one of its settings.  Numbers
 * and names are those of Microsoft's BCD documentation (bcdedit, the BCD WMI
 * provider's enumerations).  Windows PE and Windows RE are loaders as well:
 * their device is a file.
 *
 * The store's checking functions; everything read from it is hostile.  An
 * object names others by their GUIDs, and none is followed from here: nothing
 * can go round in circles.
 */
#ifndef RECOVERY_BCD_H
#define RECOVERY_BCD_H

#include <stdbool.h>

#include "recovery/bcd_device.h"
#include "recovery/hive.h"

#define BCD_MAX_BYTES  (512u << 10) /* of the file; usual: 20 to 256 KiB */
#define BCD_ID_BYTES   39	    /* "{guid}", with the closing NUL */
#define BCD_MAX_IDS    24	    /* of a list; longer ones are not read */
#define BCD_TEXT_BYTES 260	    /* UTF-8; longer ones are not read */

struct bcd {
	struct hive hive;
	struct hive_key objects;
	struct hive_key manager; /* the boot manager's elements */
};

/**
 * bcd_open - find the objects and the boot manager of the store on @d
 * @d: the hive, with its logs if it is dirty; must outlive @b; not owned
 *
 * Returns 0; -ERR_UNSUPPORTED for a hive that is no boot configuration;
 * -ERR_NOT_FOUND if it has no boot manager; otherwise as hive_open().  Nothing
 * needs closing.
 */
int bcd_open(struct bcd *b, struct disk *d);

/* What the boot manager starts. */
struct bcd_manager {
	char default_id[BCD_ID_BYTES]; /* "": it names none */
	char path[BCD_TEXT_BYTES];     /* its own; "": it names none */
	struct bcd_device device;      /* where that is */
};

/**
 * bcd_get_manager - the boot manager's own settings
 *
 * Returns 0; -ERR_CORRUPT for an id that is none; or as bcd_get_loader().
 */
int bcd_get_manager(struct bcd *b, struct bcd_manager *ret);

enum bcd_list {
	BCD_DISPLAY_ORDER, /* what the menu shows */
	BCD_ONE_TIME	   /* what is started next, this once */
};

struct bcd_ids {
	size_t count;
	char ids[BCD_MAX_IDS][BCD_ID_BYTES];
};

/**
 * bcd_get_ids - a list of the boot manager; empty if it has none
 *
 * Returns 0; -ERR_TOO_LARGE; or as bcd_get_manager().
 */
int bcd_get_ids(struct bcd *b, enum bcd_list which, struct bcd_ids *ret);

/* Of Microsoft's enumeration; the others only differ in what they ignore. */
#define BCD_POLICY_IGNORE_ALL_FAILURES 1

struct bcd_loader {
	struct bcd_device device;	  /* where its Windows is */
	char path[BCD_TEXT_BYTES];	  /* of winload */
	char system_root[BCD_TEXT_BYTES]; /* "\Windows" */
	char recovery_id[BCD_ID_BYTES];	  /* "": none */
	bool has_recovery_enabled;
	bool recovery_enabled;
	bool has_boot_status_policy;
	uint64_t boot_status_policy;
};

/**
 * bcd_get_loader - the Windows loader @id
 * @id: "{guid}", in any case
 *
 * Settings that it does not have are empty.
 *
 * Returns 0; -ERR_NOT_FOUND if the store has no such object; -ERR_UNSUPPORTED
 * if that is no Windows loader; -ERR_TRUNCATED for a device that is cut short;
 * -ERR_CORRUPT, also for an @id that is none; -ERR_TOO_LARGE; -ERR_IO.
 */
int bcd_get_loader(struct bcd *b, const char *id, struct bcd_loader *ret);

/** bcd_never_diverts - will a start that fails not lead to its recovery? */
bool bcd_never_diverts(const struct bcd_loader *l);

#endif
