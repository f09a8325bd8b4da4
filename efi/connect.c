/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ConnectController() for what may lead to a disk.
 */
#include <string.h>

#include <efi.h>
#include <efipciio.h> /* wants efi.h before it */

#include "efi/connect.h"
#include "efi/devpath.h"

#define PCI_CLASS_OFFSET 8 /* revision, interface, subclass, class */
#define CLASS_STORAGE	 0x01
#define CLASS_SYSTEM	 0x08
#define SUBCLASS_SD_HOST 0x05 /* of CLASS_SYSTEM: eMMC, SD */

/* A partition hangs below its disk, that below its controller. */
#define NEAR_NODES 2

static const EFI_GUID pci_io_guid = EFI_PCI_IO_PROTOCOL_GUID;

static void connect(const struct firmware *fw, EFI_HANDLE handle)
{
	/* Quirk Q37: it fails for no reason, or because all is well already. */
	(void)fw->boot->ConnectController(handle, NULL, NULL, TRUE);
}

static bool is_storage(EFI_PCI_IO *pci)
{
	uint32_t word = 0;
	uint8_t class;
	uint8_t subclass;

	if (pci->Pci.Read(pci, EfiPciIoWidthUint32, PCI_CLASS_OFFSET, 1,
		    &word) != EFI_SUCCESS)
		return false;
	class = (uint8_t)(word >> 24);
	subclass = (uint8_t)(word >> 16);
	return class == CLASS_STORAGE ||
	       (class == CLASS_SYSTEM && subclass == SUBCLASS_SD_HOST);
}

static void connect_pci(const struct firmware *fw)
{
	struct firmware_handles list;

	/* Without memory for the list nothing is connected; no harm done. */
	(void)firmware_handles_get(fw, &pci_io_guid, &list);
	for (size_t i = 0; i < list.count; i++) {
		void *pci;

		if (!firmware_protocol(
			    fw, list.handles[i], &pci_io_guid, &pci) &&
			is_storage(pci))
			connect(fw, list.handles[i]);
	}
	firmware_handles_free(fw, &list);
}

/* Is the path @own that of @above and one to NEAR_NODES nodes more? */
static bool is_near_above(const void *above, const void *own)
{
	struct devpath_walk walk;
	struct devpath_node node;
	unsigned int nodes = 0;
	size_t len;

	if (devpath_prefix_bytes(above, DEVPATH_MAX_BYTES, &len) < 0 || !len)
		return false;
	devpath_begin(&walk, own, DEVPATH_MAX_BYTES);
	while (devpath_next(&walk, &node) > 0) {
		if ((size_t)(node.bytes - (const uint8_t *)own) >= len)
			nodes++;
	}
	return nodes >= 1 && nodes <= NEAR_NODES && !memcmp(above, own, len);
}

static void connect_boot_disk(const struct firmware *fw)
{
	const EFI_LOADED_IMAGE *image = firmware_loaded_image(fw);
	struct firmware_handles list;
	void *own;

	/* Quirk Q13: we may not be told. */
	if (!image || firmware_protocol(fw, image->DeviceHandle,
			      &firmware_device_path_guid, &own) < 0)
		return;
	(void)firmware_handles_get(fw, &firmware_device_path_guid, &list);
	for (size_t i = 0; i < list.count; i++) {
		void *path;

		if (!firmware_protocol(fw, list.handles[i],
			    &firmware_device_path_guid, &path) &&
			is_near_above(path, own))
			connect(fw, list.handles[i]);
	}
	firmware_handles_free(fw, &list);
}

void connect_storage(const struct firmware *fw)
{
	connect_boot_disk(fw);
	connect_pci(fw);
}
