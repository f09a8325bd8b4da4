/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The firmware we were started by: its tables, and the two look-ups every
 * other file of efi/ needs.  Passed along as a parameter, so that the tests
 * can hand in a fake one.
 */
#ifndef EFI_FIRMWARE_H
#define EFI_FIRMWARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <efi.h>

struct firmware {
	EFI_HANDLE image;
	EFI_SYSTEM_TABLE *system;
	EFI_BOOT_SERVICES *boot;
	EFI_RUNTIME_SERVICES *runtime;
};

/** firmware_init - remember what the entry point was given */
void firmware_init(
	struct firmware *fw, EFI_HANDLE image, EFI_SYSTEM_TABLE *system);

/**
 * firmware_protocol - the interface @guid on @handle
 *
 * Opened with GET_PROTOCOL and never closed (quirk Q58).  Returns 0 with a
 * non-NULL *@ret_interface, or -ERR_NOT_FOUND.
 */
int firmware_protocol(const struct firmware *fw, EFI_HANDLE handle,
	const EFI_GUID *guid, void **ret_interface);

/* Every handle that has a protocol; free with firmware_handles_free(). */
struct firmware_handles {
	EFI_HANDLE *handles;
	size_t count;
};

/** Above this many handles of one kind the rest is not looked at. */
#define FIRMWARE_MAX_HANDLES 1024

/**
 * firmware_handles_get - list the handles that have the protocol @guid
 *
 * No such handle gives count 0 and is no error.  Returns 0 or -ERR_NO_MEMORY;
 * firmware_handles_free() is valid either way.
 */
int firmware_handles_get(const struct firmware *fw, const EFI_GUID *guid,
	struct firmware_handles *ret);

/** firmware_handles_free - accepts an empty list */
void firmware_handles_free(
	const struct firmware *fw, struct firmware_handles *list);

/**
 * firmware_loaded_image - our own image as the firmware sees it, or NULL
 *
 * Its DeviceHandle, FilePath and LoadOptions may be NULL or nonsense (Q13).
 */
const EFI_LOADED_IMAGE *firmware_loaded_image(const struct firmware *fw);

/**
 * firmware_table - the configuration table @guid, or NULL
 *
 * Where it lies is the firmware's word, what is in it may be anything.
 */
const void *firmware_table(const struct firmware *fw, const EFI_GUID *guid);

/**
 * firmware_serves_system - can a running system write variables?
 *
 * False only if the firmware itself says so (EFI_RT_PROPERTIES_TABLE).  Such
 * firmware often has no non-volatile store at all (quirk Q22).
 */
bool firmware_serves_system(const struct firmware *fw);

extern const EFI_GUID firmware_block_io_guid;
extern const EFI_GUID firmware_device_path_guid;
extern const EFI_GUID firmware_file_system_guid;
extern const EFI_GUID firmware_graphics_guid;

#endif
