/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A fake firmware for the tests of efi/: a variable store that can lie, handles
 * with protocols, time that passes only when it is told to.  By itself it is
 * empty and honest; fake_pc.h makes a whole PC of it.
 *
 *	fakefw.c	    tables, handles, memory
 *	fakefw_variables.c  the variable store
 *	fakefw_time.c	    clock, timers, watchdog, the processor's counter
 *	fakefw_images.c	    LoadImage, StartImage, Exit, ResetSystem
 *	fakefw_output.c	    serial ports
 *	fakefw_screen.c	    the screen, and graphics
 *	fakefw_disks.c	    EFI_BLOCK_IO over memory
 *	fakefw_files.c	    a file system that has some files
 *	fakefw_connect.c    controllers that were not connected yet
 *	fakefw_network.c    a network card, and a server
 *
 * UEFI services carry no context, so there is one at a time.
 */
#ifndef TESTS_SUPPORT_FAKEFW_H
#define TESTS_SUPPORT_FAKEFW_H

#include <setjmp.h>

#include <efi.h>
#include <efipciio.h>

#include "efi/firmware.h"

#define FAKEFW_MAX_VARIABLES  64
#define FAKEFW_MAX_HANDLES    16
#define FAKEFW_MAX_TIMERS     4
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
#define FAKEFW_ROWS	  25
#define FAKEFW_COLUMNS	  80

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
	char text[FAKEFW_TEXT_BYTES]; /* all that was ever written */
	bool has_no_cursor;	      /* cannot be moved */
	/* What is to be seen, and its attributes. */
	char rows[FAKEFW_ROWS][FAKEFW_COLUMNS + 1];
	UINTN colours[FAKEFW_ROWS][FAKEFW_COLUMNS];
	size_t row;
	size_t column;
	unsigned int scrolls;
};

/* A graphics card: one byte of grey a pixel. */
struct fakefw_graphics {
	EFI_GRAPHICS_OUTPUT_PROTOCOL output; /* first member */
	EFI_GRAPHICS_OUTPUT_PROTOCOL_MODE mode;
	EFI_GRAPHICS_OUTPUT_MODE_INFORMATION info;
	uint8_t *pixels;
	unsigned int fills;
	unsigned int fills_left; /* until Blt fails; 0: never */
};

/* What few handles have. */
struct fakefw_more {
	const EFI_GUID *guid;
	void *interface;
};

#define FAKEFW_MAX_MORE 3

/* What a handle has; NULL for what it has not. */
struct fakefw_handle {
	void *device_path;
	EFI_BLOCK_IO *block_io;
	EFI_FILE_IO_INTERFACE *file_system;
	EFI_LOADED_IMAGE *loaded_image;
	struct fakefw_port *port;
	EFI_PCI_IO *pci_io;
	struct fakefw_graphics *graphics;
	struct fakefw_more more[FAKEFW_MAX_MORE];
	bool is_hidden; /* not there before its controller is connected */
};

/* A timer event. */
struct fakefw_timer {
	bool exists;
	uint64_t period; /* in ticks; 0: not set */
	uint64_t next;	 /* when it is due */
	EFI_EVENT_NOTIFY notify;
	void *context;
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
	int next_at_reset;	  /* what BootNext named then, or -1 */
	unsigned int stalled_seconds;
	jmp_buf *on_reset; /* where the first reset goes instead, or NULL */

	EFI_STATUS load_status;	 /* of LoadImage */
	EFI_STATUS start_status; /* with which the image comes back */
	unsigned int load_calls;
	unsigned int start_calls;
	unsigned int unload_calls;
	UINTN watchdog_seconds;	 /* as last set */
	UINTN watchdog_at_start; /* when the image was started */
	struct fakefw_timer timer[FAKEFW_MAX_TIMERS];
	unsigned int timers; /* events that exist */
	unsigned int timers_at_start;
	EFI_TIME time;

	bool serves_no_system; /* EFI_RT_PROPERTIES_TABLE: no SetVariable */
	void *cpu_arch;	       /* EFI_CPU_ARCH_PROTOCOL, or NULL */

	struct fakefw_screen screen;
	EFI_HANDLE screen_handle; /* ConsoleOutHandle, or NULL */

	uint64_t ticks;	       /* since power-on, FAKEFW_TICKS_PER_MS */
	uint64_t watchdog_due; /* when the firmware's watchdog bites; 0: off */
	bool watchdog_is_stubborn; /* cannot be set: Q46 */
	bool stall_does_nothing;
	bool is_hyper_v;
	bool is_in_timer;

	uint64_t pages;	    /* allocated and not freed */
	uint64_t pool;	    /* blocks */
	bool has_no_pages;  /* AllocatePages fails */
	bool reset_returns; /* Q55, even with end_boot */
	unsigned int cpu_resets;
	unsigned int exits;
	unsigned int connect_calls;
	EFI_STATUS connect_status;

	/*
	 * Where control goes that does not come back: a reset, an image that
	 * is started.  NULL: a reset comes back unless there is on_reset, an
	 * image returns start_status.
	 */
	void (*end_boot)(struct fakefw *f, const char *why);
	EFI_STATUS (*on_start)(struct fakefw *f);
	void (*on_connect)(struct fakefw *f, struct fakefw_handle *controller);
	void (*on_exit)(struct fakefw *f);
	SIMPLE_INPUT_INTERFACE *keyboard; /* or NULL */
	void *pc;			  /* whose firmware it is */
};

/* The counter the tests' processor has. */
#define FAKEFW_TICKS_PER_MS 1000000u

/**
 * fakefw_start - @f becomes the firmware, empty and honest
 * @ret_fw: what efi/ takes
 *
 * It has a screen and no serial port.  A reset comes back, because a test has
 * to go on.
 */
void fakefw_start(struct fakefw *f, struct firmware *ret_fw);

/**
 * fakefw_boot - the tables of the firmware @f, and nothing changed in it
 *
 * For a machine whose variables outlive a boot.
 */
void fakefw_boot(struct fakefw *f, struct firmware *ret_fw);

/** fakefw_add_handle - one more, empty */
struct fakefw_handle *fakefw_add_handle(struct fakefw *f);

/**
 * fakefw_pass_time - let time pass
 *
 * Timers that are due are called, and the watchdog may bite.
 */
void fakefw_pass_time(struct fakefw *f, uint64_t milliseconds);

struct fakefw_key {
	uint64_t at_ms; /* since power-on */
	EFI_INPUT_KEY key;
};

/* A keyboard, with what will be pressed on it and when. */
struct fakefw_keys {
	SIMPLE_INPUT_INTERFACE input;
	const struct fakefw_key *keys;
	size_t count;
	size_t next;
	EFI_STATUS status; /* with which reading ends */
};

/**
 * fakefw_add_keyboard - for the next fakefw_boot()
 *
 * Whoever reads a key that is not there stops the test (Q48).
 */
void fakefw_add_keyboard(struct fakefw *f, struct fakefw_keys *keys);

/** fakefw_remove - let a variable vanish, whatever the flags say */
void fakefw_remove(
	struct fakefw *f, const CHAR16 *name, const EFI_GUID *vendor);

/* The tables' entries that are not in fakefw.c. */
void fakefw_fill_variables(EFI_RUNTIME_SERVICES *runtime);
void fakefw_fill_time(EFI_BOOT_SERVICES *boot, EFI_RUNTIME_SERVICES *runtime);
void fakefw_fill_images(EFI_BOOT_SERVICES *boot, EFI_RUNTIME_SERVICES *runtime);
void fakefw_fill_connect(EFI_BOOT_SERVICES *boot);

/* The firmware that is running. */
extern struct fakefw *fakefw_present;

/** fakefw_start_screen - for fakefw_start(): an empty screen that works */
void fakefw_start_screen(struct fakefw_screen *s);

/** fakefw_add_port - a serial port appears */
void fakefw_add_port(struct fakefw *f, struct fakefw_port *port);

/**
 * fakefw_graphics_init - a black screen
 * @pixels: @width * @height bytes
 */
void fakefw_graphics_init(struct fakefw_graphics *g, uint8_t *pixels,
	uint32_t width, uint32_t height);

/** fakefw_row - what is to be seen in a row of the screen, without its end */
const char *fakefw_row(struct fakefw *f, size_t row);

/** fakefw_find_row - the first row with @part, or FAKEFW_ROWS */
size_t fakefw_find_row(const struct fakefw *f, const char *part);

/** fakefw_variable - the variable called @name, or NULL */
struct fakefw_variable *fakefw_variable(
	struct fakefw *f, const CHAR16 *name, const EFI_GUID *vendor);

/** fakefw_put - make a variable, whatever the flags say */
void fakefw_put(struct fakefw *f, const CHAR16 *name, const EFI_GUID *vendor,
	UINT32 attributes, const void *bytes, size_t len);

#endif
