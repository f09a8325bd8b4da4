/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small fake firmware for the tests of efi/: a variable store that can lie,
 * and handles with protocols.  One flag per quirk (efi/QUIRKS.md).
 *
 * UEFI services carry no context, so there is one at a time.
 */
#ifndef TESTS_SUPPORT_FAKEFW_H
#define TESTS_SUPPORT_FAKEFW_H

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

/* What a handle has; NULL for what it has not. */
struct fakefw_handle {
	void *device_path;
	EFI_BLOCK_IO *block_io;
	EFI_FILE_IO_INTERFACE *file_system;
	EFI_LOADED_IMAGE *loaded_image;
};

struct fakefw {
	struct fakefw_variable variables[FAKEFW_MAX_VARIABLES];
	size_t variable_count;
	struct fakefw_handle handles[FAKEFW_MAX_HANDLES];
	size_t handle_count;

	EFI_STATUS set_status;	 /* what SetVariable says instead of success */
	bool set_stores_nothing; /* Q18, and with set_status a plain failure */
	bool set_changes_value;	 /* stores something else */
	bool attributes_unset;	 /* Q24: never written by GetVariable */
	EFI_STATUS get_status;	 /* what GetVariable says instead */
	uint64_t store_left;	 /* QueryVariableInfo's answer */
	EFI_STATUS query_status;

	unsigned int get_calls;
	unsigned int set_calls;
	unsigned int query_calls;
	unsigned int reset_calls;
};

/**
 * fakefw_start - @f becomes the firmware, empty and honest
 *
 * @ret_fw is what efi/ takes.
 */
void fakefw_start(struct fakefw *f, struct firmware *ret_fw);

/** fakefw_variable - the variable called @name, or NULL */
struct fakefw_variable *fakefw_variable(
	struct fakefw *f, const CHAR16 *name, const EFI_GUID *vendor);

/** fakefw_put - make a variable, whatever the flags say */
void fakefw_put(struct fakefw *f, const CHAR16 *name, const EFI_GUID *vendor,
	UINT32 attributes, const void *bytes, size_t len);

#endif
