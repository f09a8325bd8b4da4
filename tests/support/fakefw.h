/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small fake firmware for the tests of efi/: a variable store that can lie,
 * and handles with protocols.  One flag per quirk (efi/QUIRKS.md).
 *
 * UEFI services carry no context, so there is one at a time.
 */
#ifndef TESTS_SUPPORT_FAKEFW_H
#define TESTS_SUPPORT_FAKEFW_H

#include <setjmp.h>

#include "efi/firmware.h"

#define FAKEFW_MAX_VARIABLES  64
#define FAKEFW_MAX_HANDLES    16
#define FAKEFW_VARIABLE_BYTES 4200
#define FAKEFW_NAME_UNITS     32

struct fakefw_variable {
	CHAR16 name[FAKEFW_NAME_UNITS];
	EFI_GUID vendor;
	UINT32 attributes;
	size_t len;
	uint8_t bytes[FAKEFW_VARIABLE_BYTES];
};

#define FAKEFW_TEXT_BYTES 32768

/* A serial port. */
struct fakefw_port {
	EFI_SERIAL_IO_PROTOCOL io; /* first member */
	bool is_mirrored;	   /* a terminal driver has it open */
	bool is_dead;		   /* every write times out */
	unsigned int writes;
	size_t len;
	char text[FAKEFW_TEXT_BYTES];
};

/* The screen. */
struct fakefw_screen {
	SIMPLE_TEXT_OUTPUT_INTERFACE out; /* first member */
	SIMPLE_TEXT_OUTPUT_MODE mode;
	bool is_dead;
	unsigned int clears;
	unsigned int outputs;
	UINTN attribute;
	size_t len;
	char text[FAKEFW_TEXT_BYTES];
};

/* What a handle has; NULL for what it has not. */
struct fakefw_handle {
	void *device_path;
	EFI_BLOCK_IO *block_io;
	EFI_FILE_IO_INTERFACE *file_system;
	EFI_LOADED_IMAGE *loaded_image;
	struct fakefw_port *port;
};

struct fakefw {
	struct fakefw_variable variables[FAKEFW_MAX_VARIABLES];
	size_t variable_count;
	struct fakefw_handle handles[FAKEFW_MAX_HANDLES];
	size_t handle_count;

	EFI_STATUS set_status;	 /* what SetVariable says instead of success */
	bool set_stores_nothing; /* Q18, and with set_status a plain failure */
	size_t set_room;	 /* Q17: longer values do not fit; 0: all do */
	bool set_changes_value;	 /* stores something else */
	bool attributes_unset;	 /* Q24: never written by GetVariable */
	EFI_STATUS get_status;	 /* what GetVariable says instead */
	uint64_t store_left;	 /* QueryVariableInfo's answer */
	EFI_STATUS query_status;

	unsigned int get_calls;
	unsigned int set_calls;
	unsigned int query_calls;
	unsigned int reset_calls; /* and all of them return: Q55 */
	unsigned int stalled_seconds;
	jmp_buf *on_reset; /* where the first reset goes instead, or NULL */

	EFI_STATUS load_status;	 /* of LoadImage */
	EFI_STATUS start_status; /* with which the image comes back */
	unsigned int load_calls;
	unsigned int start_calls;
	unsigned int unload_calls;
	UINTN watchdog_seconds;	 /* as last set */
	UINTN watchdog_at_start; /* when the image was started */
	unsigned int timers;	 /* events that exist */
	unsigned int timers_at_start;
	EFI_TIME time;

	void *cpu_arch; /* EFI_CPU_ARCH_PROTOCOL, or NULL */

	struct fakefw_screen screen;
};

/**
 * fakefw_start - @f becomes the firmware, empty and honest
 * @ret_fw: what efi/ takes
 *
 * It has a screen and no serial port.  A reset comes back, because a test has
 * to go on.
 */
void fakefw_start(struct fakefw *f, struct firmware *ret_fw);

/** fakefw_start_screen - for fakefw_start(): an empty screen that works */
void fakefw_start_screen(struct fakefw_screen *s);

/** fakefw_add_port - a serial port appears */
void fakefw_add_port(struct fakefw *f, struct fakefw_port *port);

/** fakefw_variable - the variable called @name, or NULL */
struct fakefw_variable *fakefw_variable(
	struct fakefw *f, const CHAR16 *name, const EFI_GUID *vendor);

/** fakefw_put - make a variable, whatever the flags say */
void fakefw_put(struct fakefw *f, const CHAR16 *name, const EFI_GUID *vendor,
	UINT32 attributes, const void *bytes, size_t len);

#endif
