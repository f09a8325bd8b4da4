/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tables of the fake firmware, its handles and its memory, and what
 * efi/alloc.c and efi/libc are in the application.
 */
#include <stdlib.h>
#include <string.h>

#include "efi/alloc.h"
#include "efi/devpath.h"
#include "efi/libc/libc.h"
#include "tests/support/fakefw.h"

/*
 * The firmware's malloc() and clock are not on a host, and nothing they kept
 * is damaged.  Weak: tests of damage, and of malloc() itself, bring their own.
 */
size_t alloc_damage_count(void) __attribute__((weak));
size_t alloc_damage_count(void)
{
	return 0;
}

size_t alloc_peak_bytes(void) __attribute__((weak));
size_t alloc_peak_bytes(void)
{
	return 1u << 20;
}

void libc_set_clock(uint64_t (*seconds)(void *ctx), void *ctx)
	__attribute__((weak));
void libc_set_clock(uint64_t (*seconds)(void *ctx), void *ctx)
{
	(void)seconds;
	(void)ctx;
}

struct fakefw *fakefw_present;

/* The member of @h that @guid asks for. */
static void *handle_interface(
	const struct fakefw_handle *h, const EFI_GUID *guid)
{
	static const EFI_GUID loaded_image = LOADED_IMAGE_PROTOCOL;
	static const EFI_GUID serial_io = EFI_SERIAL_IO_PROTOCOL_GUID;
	static const EFI_GUID pci_io = EFI_PCI_IO_PROTOCOL_GUID;

	if (h->is_hidden)
		return NULL;
	if (!memcmp(guid, &firmware_device_path_guid, sizeof(*guid)))
		return h->device_path;
	if (!memcmp(guid, &firmware_block_io_guid, sizeof(*guid)))
		return h->block_io;
	if (!memcmp(guid, &firmware_file_system_guid, sizeof(*guid)))
		return h->file_system;
	if (!memcmp(guid, &loaded_image, sizeof(*guid)))
		return h->loaded_image;
	if (!memcmp(guid, &serial_io, sizeof(*guid)))
		return h->port;
	if (!memcmp(guid, &pci_io, sizeof(*guid)))
		return h->pci_io;
	if (!memcmp(guid, &firmware_graphics_guid, sizeof(*guid)))
		return h->graphics;
	for (size_t i = 0; i < FAKEFW_MAX_MORE; i++)
		if (h->more[i].guid &&
			!memcmp(guid, h->more[i].guid, sizeof(*guid)))
			return h->more[i].interface;
	return NULL;
}

/* The handle with @guid whose path is the longest beginning of @path. */
static EFI_STATUS EFIAPI locate_device_path(
	EFI_GUID *guid, EFI_DEVICE_PATH **path, EFI_HANDLE *ret)
{
	size_t best = 0;

	for (size_t i = 0; i < fakefw_present->handle_count; i++) {
		struct fakefw_handle *h = &fakefw_present->handles[i];
		size_t len;

		if (!h->device_path || !handle_interface(h, guid) ||
			devpath_prefix_bytes(
				h->device_path, DEVPATH_MAX_BYTES, &len) < 0 ||
			len <= best || memcmp(h->device_path, *path, len) != 0)
			continue;
		best = len;
		*ret = h;
	}
	*path = (EFI_DEVICE_PATH *)(void *)((uint8_t *)*path + best);
	return best ? EFI_SUCCESS : EFI_NOT_FOUND;
}

/* The only one that is looked for without a handle. */
static EFI_STATUS EFIAPI locate_protocol(
	EFI_GUID *guid, void *registration, void **interface)
{
	static const EFI_GUID cpu_arch = {0x26baccb1, 0x6f42, 0x11d4,
		{0xbc, 0xe7, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81}};

	(void)registration;
	if (memcmp(guid, &cpu_arch, sizeof(*guid)) || !fakefw_present->cpu_arch)
		return EFI_NOT_FOUND;
	*interface = fakefw_present->cpu_arch;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI open_protocol(EFI_HANDLE handle, EFI_GUID *guid,
	void **interface, EFI_HANDLE agent, EFI_HANDLE controller,
	UINT32 attributes)
{
	(void)agent;
	(void)controller;
	if (attributes != EFI_OPEN_PROTOCOL_GET_PROTOCOL)
		return EFI_INVALID_PARAMETER;
	*interface = handle_interface(handle, guid);
	return *interface ? EFI_SUCCESS : EFI_UNSUPPORTED;
}

static EFI_STATUS EFIAPI locate_handle_buffer(EFI_LOCATE_SEARCH_TYPE type,
	EFI_GUID *guid, void *key, UINTN *count, EFI_HANDLE **ret)
{
	EFI_HANDLE *list = malloc(FAKEFW_MAX_HANDLES * sizeof(*list));

	(void)type;
	(void)key;
	if (!list)
		return EFI_OUT_OF_RESOURCES;
	*count = 0;
	for (size_t i = 0; i < fakefw_present->handle_count; i++) {
		if (handle_interface(&fakefw_present->handles[i], guid))
			list[(*count)++] = &fakefw_present->handles[i];
	}
	fakefw_present->pool++;
	*ret = list;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI free_pool(void *buffer)
{
	if (!buffer)
		abort(); /* Quirk Q41 */
	fakefw_present->pool--;
	free(buffer);
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI allocate_pages(EFI_ALLOCATE_TYPE type,
	EFI_MEMORY_TYPE memory, UINTN pages, EFI_PHYSICAL_ADDRESS *ret)
{
	void *p;

	(void)type;
	(void)memory;
	if (fakefw_present->has_no_pages ||
		posix_memalign(&p, 4096, pages * 4096))
		return EFI_OUT_OF_RESOURCES;
	fakefw_present->pages += pages;
	*ret = (EFI_PHYSICAL_ADDRESS)p;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI free_pages(EFI_PHYSICAL_ADDRESS memory, UINTN pages)
{
	fakefw_present->pages -= pages;
	free((void *)memory);
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI open_protocol_information(EFI_HANDLE handle,
	EFI_GUID *guid, EFI_OPEN_PROTOCOL_INFORMATION_ENTRY **ret,
	UINTN *ret_count)
{
	const struct fakefw_handle *h = handle;
	EFI_OPEN_PROTOCOL_INFORMATION_ENTRY *entries;

	(void)guid;
	entries = calloc(2, sizeof(*entries));
	if (!entries)
		return EFI_OUT_OF_RESOURCES;
	fakefw_present->pool++;
	entries[0].Attributes = EFI_OPEN_PROTOCOL_GET_PROTOCOL;
	entries[1].Attributes = EFI_OPEN_PROTOCOL_BY_DRIVER;
	*ret_count = h->port && h->port->is_mirrored ? 2 : 1;
	*ret = entries;
	return EFI_SUCCESS;
}

/* EFI_RT_PROPERTIES_TABLE of a firmware that offers the time and a reset. */
static struct {
	uint16_t version;
	uint16_t length;
	uint32_t supported;
} rt_properties = {1, 8, 0x0401};

static EFI_CONFIGURATION_TABLE tables[] = {
	{{0x8868e871, 0xe4f1, 0x11d3,
		 {0xbc, 0x22, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81}},
		NULL}, /* ACPI */
	{{0xeb66918a, 0x7eef, 0x402a,
		 {0x84, 0x2e, 0x93, 0x1d, 0x21, 0xc3, 0x8a, 0xe9}},
		&rt_properties},
};

void fakefw_boot(struct fakefw *f, struct firmware *ret_fw)
{
	static CHAR16 vendor[] = u"Fake firmware";
	static EFI_BOOT_SERVICES boot;
	static EFI_RUNTIME_SERVICES runtime;
	static EFI_SYSTEM_TABLE system;

	fakefw_present = f;
	boot = (EFI_BOOT_SERVICES){
		.AllocatePages = allocate_pages,
		.FreePages = free_pages,
		.FreePool = free_pool,
		.LocateProtocol = locate_protocol,
		.LocateDevicePath = locate_device_path,
		.OpenProtocol = open_protocol,
		.OpenProtocolInformation = open_protocol_information,
		.LocateHandleBuffer = locate_handle_buffer,
	};
	runtime = (EFI_RUNTIME_SERVICES){.Hdr.Revision = 0x00020032};
	fakefw_fill_variables(&runtime);
	fakefw_fill_time(&boot, &runtime);
	fakefw_fill_images(&boot, &runtime);
	fakefw_fill_connect(&boot);
	system = (EFI_SYSTEM_TABLE){
		.Hdr.Revision = 0x00020032,
		.FirmwareVendor = vendor,
		.ConOut = f->screen.out.OutputString ? &f->screen.out : NULL,
		.ConsoleOutHandle = f->screen_handle,
		.ConIn = f->keyboard,
		.NumberOfTableEntries = f->serves_no_system ? 2 : 1,
		.ConfigurationTable = tables,
		.BootServices = &boot,
		.RuntimeServices = &runtime,
	};
	firmware_init(ret_fw, &f->handles[0], &system);
}

struct fakefw_handle *fakefw_add_handle(struct fakefw *f)
{
	if (f->handle_count == FAKEFW_MAX_HANDLES)
		abort();
	return &f->handles[f->handle_count++];
}

void fakefw_start(struct fakefw *f, struct firmware *ret_fw)
{
	memset(f, 0, sizeof(*f));
	f->store_left = 131072;
	f->time = (EFI_TIME){
		.Year = 2024, .Month = 7, .Day = 19, .TimeZone = 2047};
	f->handle_count = 1; /* our own image */
	fakefw_start_screen(&f->screen);
	fakefw_boot(f, ret_fw);
}
