/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Look-ups in the firmware's handle database.
 */
#include <string.h>

#include "efi/firmware.h"
#include "storage/err.h"

const EFI_GUID firmware_block_io_guid = EFI_BLOCK_IO_PROTOCOL_GUID;
const EFI_GUID firmware_device_path_guid = DEVICE_PATH_PROTOCOL;
const EFI_GUID firmware_file_system_guid = SIMPLE_FILE_SYSTEM_PROTOCOL;
const EFI_GUID firmware_graphics_guid = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID;

static const EFI_GUID loaded_image_guid = LOADED_IMAGE_PROTOCOL;

/* gnu-efi does not know this table (UEFI specification 2.8, section 4.6). */
struct rt_properties {
	uint16_t version;
	uint16_t length;
	uint32_t supported; /* runtime services */
};

#define RT_PROPERTIES_VERSION	 1
#define RT_SUPPORTS_SET_VARIABLE 0x0040u

static const EFI_GUID rt_properties_guid = {0xeb66918a, 0x7eef, 0x402a,
	{0x84, 0x2e, 0x93, 0x1d, 0x21, 0xc3, 0x8a, 0xe9}};

/* More configuration tables than this nobody has. */
#define MAX_TABLES 256

void firmware_init(
	struct firmware *fw, EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	fw->image = image;
	fw->system = system;
	fw->boot = system->BootServices;
	fw->runtime = system->RuntimeServices;
}

int firmware_protocol(const struct firmware *fw, EFI_HANDLE handle,
	const EFI_GUID *guid, void **ret_interface)
{
	void *interface = NULL;
	EFI_STATUS status;

	if (!handle)
		return -ERR_NOT_FOUND;
	/*
	 * Quirk Q58: CloseProtocol can delete another driver's record of the
	 * same handle.  GET_PROTOCOL needs no closing.
	 */
	status = fw->boot->OpenProtocol(handle, (EFI_GUID *)guid, &interface,
		fw->image, NULL, EFI_OPEN_PROTOCOL_GET_PROTOCOL);
	if (status != EFI_SUCCESS || !interface)
		return -ERR_NOT_FOUND;
	*ret_interface = interface;
	return 0;
}

int firmware_handles_get(const struct firmware *fw, const EFI_GUID *guid,
	struct firmware_handles *ret)
{
	UINTN count = 0;
	EFI_HANDLE *handles = NULL;
	EFI_STATUS status;

	ret->handles = NULL;
	ret->count = 0;
	status = fw->boot->LocateHandleBuffer(
		ByProtocol, (EFI_GUID *)guid, NULL, &count, &handles);
	if (status == EFI_OUT_OF_RESOURCES)
		return -ERR_NO_MEMORY;
	if (status != EFI_SUCCESS || !handles)
		return 0;
	ret->handles = handles;
	ret->count =
		count < FIRMWARE_MAX_HANDLES ? count : FIRMWARE_MAX_HANDLES;
	return 0;
}

void firmware_handles_free(
	const struct firmware *fw, struct firmware_handles *list)
{
	/* Quirk Q41: FreePool(NULL) asserts on DEBUG firmware. */
	if (list->handles)
		(void)fw->boot->FreePool(list->handles); /* nothing to do */
	list->handles = NULL;
	list->count = 0;
}

const EFI_LOADED_IMAGE *firmware_loaded_image(const struct firmware *fw)
{
	void *image;

	if (firmware_protocol(fw, fw->image, &loaded_image_guid, &image) < 0)
		return NULL;
	return image;
}

const void *firmware_table(const struct firmware *fw, const EFI_GUID *guid)
{
	const EFI_CONFIGURATION_TABLE *tables = fw->system->ConfigurationTable;
	size_t count = fw->system->NumberOfTableEntries;

	for (size_t i = 0; tables && i < count && i < MAX_TABLES; i++) {
		if (!memcmp(&tables[i].VendorGuid, guid, sizeof(*guid)))
			return tables[i].VendorTable;
	}
	return NULL;
}

bool firmware_serves_system(const struct firmware *fw)
{
	const struct rt_properties *table =
		firmware_table(fw, &rt_properties_guid);

	return !table || table->version != RT_PROPERTIES_VERSION ||
	       table->length < sizeof(*table) ||
	       (table->supported & RT_SUPPORTS_SET_VARIABLE);
}
