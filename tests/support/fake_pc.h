/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A whole PC in memory: the disk of July 2024, a firmware with quirks, a boot
 * manager that honours BootNext and BootOrder or does not, Loopbreaker (the
 * real efi/, from loopbreaker_main() on) and a model of Windows.  It is
 * switched on and left alone until Windows is up, waits in its recovery
 * environment, or nothing can be started any more.
 *
 * Each pass of Loopbreaker is a process of its own, as after a reset nothing
 * is left in memory but what the firmware and the disk keep.
 *
 *	fake_pc.c	   as delivered
 *	fake_pc_options.c  device paths and boot options
 *	fake_pc_parts.c	   handles and devices
 *	fake_pc_quirks.c   what each quirk does to the variables
 *	fake_pc_arm.c	   ... and to everything else
 *	fake_pc_boot.c	   the boot manager
 *	fake_pc_windows.c  the model of Windows
 */
#ifndef TESTS_SUPPORT_FAKE_PC_H
#define TESTS_SUPPORT_FAKE_PC_H

#include "tests/support/fakefw.h"
#include "tests/support/fakefw_disks.h"
#include "tests/support/fakefw_files.h"

/* Ids in brackets are those of efi/QUIRKS.md. */
enum fake_quirk {
	QUIRK_STORE_FULL,	      /* Q17 */
	QUIRK_STORE_NEARLY_FULL,      /* Q16 */
	QUIRK_STORE_WITHOUT_ROOM,     /* Q17: short variables still fit */
	QUIRK_STORE_LIES,	      /* Q18: success, not stored */
	QUIRK_STORE_ERRS,	      /* Q19: error, but stored */
	QUIRK_STORE_VANISHES,	      /* Q22: until the next boot */
	QUIRK_STORE_FORGETS_SILENTLY, /* Q22, and nobody says so */
	QUIRK_QUERY_FAILS,	      /* Q21 */
	QUIRK_ATTRIBUTES_UNSET,	      /* Q24 */
	QUIRK_NEXT_DROPPED,	      /* Q63: deleted, and not honoured */
	QUIRK_ORDER_RESTORED,	      /* Q02: at each boot */
	QUIRK_BOOT_ORDER_LOCK,	      /* Q05: both */
	QUIRK_WINDOWS_FIRST,	      /* Q04: at each boot */
	QUIRK_OPTION_OVERWRITTEN,     /* Q01: Windows', not in BootOrder */
	QUIRK_OWN_OPTION_OVERWRITTEN, /* Q01: after the first boot */
	QUIRK_OPTIONS_RENUMBERED,     /* Q01: at each boot */
	QUIRK_OPTION_DELETED,	      /* Q08: Windows', before the first boot */
	QUIRK_OPTION_ALWAYS_DELETED,  /* Q08: Windows', at each boot */
	QUIRK_DUPLICATE_OPTIONS,      /* of Windows, most of them stale */
	QUIRK_HOSTILE_OPTIONS,	      /* random bytes in BootOrder */
	QUIRK_NO_BOOT_CURRENT,	      /* Q13 */
	QUIRK_NO_IMAGE_PATHS,	      /* Q13: NULL handle and path */
	QUIRK_GARBAGE_LOAD_OPTIONS,   /* Q13 */
	QUIRK_LOAD_DENIED,	      /* Q14: LoadImage refuses Windows */
	QUIRK_WINDOWS_RETURNS,	      /* Q12: when it is chain-loaded */
	QUIRK_IO_ALIGN,		      /* Q26: 4096 */
	QUIRK_LARGE_READS_KILL,	      /* Q27 */
	QUIRK_VOLUME_CHANGED,	      /* Q31: the ESP, once; no option either */
	QUIRK_MEDIUM_CHANGED,	      /* Q31: the disk, once */
	QUIRK_READ_UNDELIVERED_ONCE,  /* Q60 */
	QUIRK_READS_UNDELIVERED,      /* Q60: always, from the MFT */
	QUIRK_WRITES_SWALLOWED,	      /* Q60 */
	QUIRK_DISK_READ_ONLY,
	QUIRK_READ_RESETS,	   /* Q62, Q73: nobody sees why */
	QUIRK_WRITE_RESETS,	   /* likewise */
	QUIRK_EMPTY_READER,	   /* Q38: tens of seconds per probe */
	QUIRK_FAST_BOOT,	   /* Q35: only the ESP is connected */
	QUIRK_FAST_BOOT_TWO_DISKS, /* Q35: Windows' is not */
	QUIRK_CONNECT_HANGS,	   /* Q37, with Q35 */
	QUIRK_NO_MEMORY,	   /* no pages for the disk buffer */
	QUIRK_SLOW_DISK,	   /* Q46: minutes of work */
	QUIRK_DISK_HANGS,	   /* a read never ends */
	QUIRK_WATCHDOG_STUBBORN,   /* Q46: five minutes, whatever is set */
	QUIRK_NO_CLOCK,
	QUIRK_STALL_DOES_NOTHING,
	QUIRK_SLOW_SELF_TEST, /* Q03: eleven minutes at each boot */
	QUIRK_RESET_RETURNS,  /* Q55 */
	QUIRK_NO_CONSOLE,     /* Q53: nor serial port */
	QUIRK_DEAD_CONSOLE,   /* both fail */
	QUIRK_INSANE_CONSOLE, /* Q52 */
	QUIRK_NO_KEYBOARD,    /* Q50 */
	QUIRK_DEAD_KEYBOARD,  /* Q48: hangs when it is touched */
	QUIRK_COUNT
};

/** fake_quirk_name - for messages: "store-full" */
const char *fake_quirk_name(enum fake_quirk quirk);

enum fake_end {
	END_NONE,
	END_WINDOWS, /* a good session */
	END_WINRE,   /* Windows' recovery environment waits for a person */
	END_ENDLESS, /* FAKE_PC_MAX_BOOTS */
	END_BROKEN   /* Loopbreaker crashed or broke a rule of the fake */
};

/* How a session of Windows was started. */
enum fake_start {
	START_NONE,
	START_BOOT_NEXT,
	START_BOOT_ORDER,
	START_AFTER_RETURN, /* by the boot manager, once Loopbreaker was back */
	START_CHAIN_LOAD
};

#define FAKE_PC_MAX_BOOTS  24
#define FAKE_PC_DISKS	   6
#define FAKE_PC_LOG_BYTES  (1u << 18)
#define FAKE_PC_PATH_BYTES 128

struct fake_pc_log {
	unsigned int boots;
	unsigned int passes; /* of Loopbreaker */
	unsigned int row;    /* ... since Windows was last started */
	unsigned int longest_row;
	unsigned int sessions; /* of Windows, good or bad */
	enum fake_start first; /* how the first of them was started */
	size_t len;
	char text[FAKE_PC_LOG_BYTES]; /* all that was shown and sent */
};

/* Lies in memory that its passes share. */
struct fake_pc {
	struct fakefw firmware;
	bool quirks[QUIRK_COUNT];

	uint8_t *bytes; /* the disk with Windows */
	uint64_t size;
	uint8_t *small; /* the other one, for QUIRK_FAST_BOOT_TWO_DISKS */

	struct fakefw_disk disks[FAKE_PC_DISKS];
	struct fakefw_volume volumes[FAKE_PC_DISKS];
	struct fakefw_port port;
	struct fakefw_handle *controller; /* what fast boot left out */
	_Alignas(8) uint8_t paths[FAKEFW_MAX_HANDLES][FAKE_PC_PATH_BYTES];
	EFI_LOADED_IMAGE image;
	_Alignas(8) uint8_t image_path[FAKE_PC_PATH_BYTES];
	EFI_PCI_IO pci_storage;
	EFI_PCI_IO pci_network;
	uint8_t esp_guid[16];

	uint64_t windows_at; /* where in the disk its volume lies */
	uint64_t windows_bytes;
	uint64_t status_at; /* where bootstat.dat lies */
	uint64_t wall;	    /* seconds since 1970 at power-on */

	struct fakefw_variable kept[FAKEFW_MAX_VARIABLES]; /* at power-on */
	size_t kept_count;
	uint8_t order[16]; /* BootOrder as delivered */
	size_t order_len;

	bool has_returned;	 /* Loopbreaker, in this boot */
	enum fake_end child_end; /* how a pass ended: END_NONE: in a reset */
	struct fake_pc_log log;
};

/**
 * fake_pc_make - the PC after two crashed sessions, off
 * @quirks: @count of them
 *
 * There is one PC: the next call makes it anew.
 */
struct fake_pc *fake_pc_make(const enum fake_quirk *quirks, size_t count);

/** fake_pc_run - switch it on, and wait for the end */
enum fake_end fake_pc_run(struct fake_pc *pc);

/** fake_pc_before - the disk as fake_pc_make() makes it */
const uint8_t *fake_pc_before(void);

/** fake_pc_small_before - the other disk, likewise */
const uint8_t *fake_pc_small_before(void);

/** fake_pc_heard - was that shown or sent? */
bool fake_pc_heard(const struct fake_pc *pc, const char *text);

/* --- Its parts ----------------------------------------------------------- */

/** fake_pc_connect_parts - handles, devices and console, as at power-on */
void fake_pc_connect_parts(struct fake_pc *pc);

/** fake_pc_put_option - make Boot#### for @path on the partition @guid */
void fake_pc_put_option(struct fake_pc *pc, uint16_t number,
	const char *description, const uint8_t *guid, const char *path);

/* What a Boot#### variable or a device path leads to. */
struct fake_path {
	uint8_t guid[16];
	char path[FAKE_PC_PATH_BYTES]; /* "" where there is none */
};

/** fake_path_read - the device path at @bytes; false if it makes no sense */
bool fake_path_read(const uint8_t *bytes, size_t len, struct fake_path *ret);

/** fake_pc_read_option - Boot####; false if there is none that makes sense */
bool fake_pc_read_option(
	struct fake_pc *pc, uint16_t number, struct fake_path *ret);

/** fake_pc_remove_option - Boot####, and @number in BootOrder */
void fake_pc_remove_option(struct fake_pc *pc, uint16_t number);

/** fake_pc_order - BootOrder; returns how many */
size_t fake_pc_order(struct fake_pc *pc, uint16_t *ret, size_t cap);

/** fake_pc_put_order - make BootOrder */
void fake_pc_put_order(
	struct fake_pc *pc, const uint16_t *numbers, size_t count);

/** fake_quirks_deliver - changes made before the PC is first switched on */
void fake_quirks_deliver(struct fake_pc *pc);

/** fake_quirks_power_on - what the firmware does to its variables at boot */
void fake_quirks_power_on(struct fake_pc *pc);

/** fake_quirks_forget - what the firmware loses at a reset */
void fake_quirks_forget(struct fake_pc *pc);

/** fake_quirks_arm - how the parts of the PC behave */
void fake_quirks_arm(struct fake_pc *pc);

/**
 * fake_windows_start - one session, or none
 *
 * Returns END_WINDOWS, END_WINRE, or END_NONE if it crashed and reset the PC.
 */
enum fake_end fake_windows_start(struct fake_pc *pc, enum fake_start how);

#define FAKE_WINDOWS_PATH   "\\EFI\\Microsoft\\Boot\\bootmgfw.efi"
#define FAKE_OWN_PATH	    "\\EFI\\Loopbreaker\\loopbreaker.efi"
#define FAKE_PC_OPTIONS	    16 /* numbers in use are below */
#define FAKE_WINDOWS_OPTION 0
#define FAKE_OWN_OPTION	    1
#define FAKE_OTHER_OPTION   2

/* The small disk: its ESP has another number, so that it has another GUID. */
#define FAKE_SMALL_BYTES (4u << 20)
#define FAKE_SMALL_ESP	 5

extern const EFI_GUID fake_pc_global;

/* Nodes of device paths; each returns its length. */
size_t fake_path_partition(uint8_t *at, const uint8_t *guid);
size_t fake_path_file(uint8_t *at, const char *path);
size_t fake_path_end(uint8_t *at);

#endif
