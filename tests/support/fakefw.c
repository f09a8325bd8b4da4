/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The services of the fake firmware, as far as efi/ calls them. */
#include <stdlib.h>
#include <string.h>

#include "efi/alloc.h"
#include "tests/support/fakefw.h"

/*
 * The firmware's malloc() is not on a host, and nothing it kept is damaged.
 * Weak: tests of damage, and of malloc() itself, bring their own.
 */
size_t alloc_damage_count(void) __attribute__((weak));
size_t alloc_damage_count(void)
{
	return 0;
}

static struct fakefw *present;

static bool names_equal(const CHAR16 *a, const CHAR16 *b)
{
	size_t i;

	for (i = 0; a[i] && a[i] == b[i]; i++)
		;
	return a[i] == b[i];
}

struct fakefw_variable *fakefw_variable(
	struct fakefw *f, const CHAR16 *name, const EFI_GUID *vendor)
{
	for (size_t i = 0; i < f->variable_count; i++) {
		struct fakefw_variable *v = &f->variables[i];

		if (names_equal(v->name, name) &&
			!memcmp(&v->vendor, vendor, sizeof(*vendor)))
			return v;
	}
	return NULL;
}

void fakefw_put(struct fakefw *f, const CHAR16 *name, const EFI_GUID *vendor,
	UINT32 attributes, const void *bytes, size_t len)
{
	struct fakefw_variable *v = fakefw_variable(f, name, vendor);

	if (!v) {
		if (f->variable_count == FAKEFW_MAX_VARIABLES)
			abort();
		v = &f->variables[f->variable_count++];
		for (size_t i = 0; i < FAKEFW_NAME_UNITS - 1 && name[i]; i++)
			v->name[i] = name[i];
		v->vendor = *vendor;
	}
	if (len > FAKEFW_VARIABLE_BYTES)
		abort();
	v->attributes = attributes;
	v->len = len;
	memcpy(v->bytes, bytes, len);
}

static EFI_STATUS EFIAPI get_variable(CHAR16 *name, EFI_GUID *vendor,
	UINT32 *attributes, UINTN *size, void *data)
{
	struct fakefw_variable *v;

	present->get_calls++;
	/* Quirk Q24: not even to ask for the size. */
	if (!attributes || !data || !*size)
		return EFI_INVALID_PARAMETER;
	v = fakefw_variable(present, name, vendor);
	if (!v)
		return EFI_NOT_FOUND;
	if (present->get_status)
		return present->get_status;
	if (v->len > *size) {
		*size = v->len;
		return EFI_BUFFER_TOO_SMALL;
	}
	*size = v->len;
	memcpy(data, v->bytes, v->len);
	if (!present->attributes_unset)
		*attributes = v->attributes;
	return EFI_SUCCESS;
}

static void variable_remove(struct fakefw_variable *v)
{
	*v = present->variables[--present->variable_count];
	memset(&present->variables[present->variable_count], 0, sizeof(*v));
}

static EFI_STATUS EFIAPI set_variable(CHAR16 *name, EFI_GUID *vendor,
	UINT32 attributes, UINTN size, void *data)
{
	struct fakefw_variable *v = fakefw_variable(present, name, vendor);

	present->set_calls++;
	if (present->set_stores_nothing)
		return present->set_status;
	if (!size) {
		if (!v)
			return EFI_NOT_FOUND;
		variable_remove(v);
		return present->set_status;
	}
	if (present->set_room && size > present->set_room)
		return EFI_OUT_OF_RESOURCES;
	if (v && v->attributes != attributes)
		return EFI_INVALID_PARAMETER;
	fakefw_put(present, name, vendor, attributes, data, size);
	if (present->set_changes_value)
		fakefw_variable(present, name, vendor)->bytes[0] ^= 0xff;
	return present->set_status;
}

static EFI_STATUS EFIAPI query_variable_info(
	UINT32 attributes, UINT64 *total, UINT64 *left, UINT64 *largest)
{
	(void)attributes;
	present->query_calls++;
	*total = 262144;
	*left = present->store_left;
	*largest = 65536;
	return present->query_status;
}

static EFI_STATUS EFIAPI reset_system(
	EFI_RESET_TYPE type, EFI_STATUS status, UINTN size, CHAR16 *data)
{
	(void)type;
	(void)status;
	(void)size;
	(void)data;
	present->reset_calls++;
	if (present->on_reset)
		longjmp(*present->on_reset, 1);
	return EFI_UNSUPPORTED;
}

/* The member of @h that @guid asks for. */
static void *handle_interface(
	const struct fakefw_handle *h, const EFI_GUID *guid)
{
	static const EFI_GUID loaded_image = LOADED_IMAGE_PROTOCOL;
	static const EFI_GUID serial_io = EFI_SERIAL_IO_PROTOCOL_GUID;

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
	return NULL;
}

/* The only one that is looked for without a handle. */
static EFI_STATUS EFIAPI locate_protocol(
	EFI_GUID *guid, void *registration, void **interface)
{
	static const EFI_GUID cpu_arch = {0x26baccb1, 0x6f42, 0x11d4,
		{0xbc, 0xe7, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81}};

	(void)registration;
	if (memcmp(guid, &cpu_arch, sizeof(*guid)) || !present->cpu_arch)
		return EFI_NOT_FOUND;
	*interface = present->cpu_arch;
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
	for (size_t i = 0; i < present->handle_count; i++) {
		if (handle_interface(&present->handles[i], guid))
			list[(*count)++] = &present->handles[i];
	}
	*ret = list;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI free_pool(void *buffer)
{
	if (!buffer)
		abort(); /* Quirk Q41 */
	free(buffer);
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI allocate_pages(EFI_ALLOCATE_TYPE type,
	EFI_MEMORY_TYPE memory, UINTN pages, EFI_PHYSICAL_ADDRESS *ret)
{
	void *p;

	(void)type;
	(void)memory;
	if (posix_memalign(&p, 4096, pages * 4096))
		return EFI_OUT_OF_RESOURCES;
	*ret = (EFI_PHYSICAL_ADDRESS)p;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI free_pages(EFI_PHYSICAL_ADDRESS memory, UINTN pages)
{
	(void)pages;
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
	entries[0].Attributes = EFI_OPEN_PROTOCOL_GET_PROTOCOL;
	entries[1].Attributes = EFI_OPEN_PROTOCOL_BY_DRIVER;
	*ret_count = h->port && h->port->is_mirrored ? 2 : 1;
	*ret = entries;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI stall(UINTN microseconds)
{
	present->stalled_seconds += (unsigned int)(microseconds / 1000000);
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI set_watchdog_timer(
	UINTN seconds, UINT64 code, UINTN size, CHAR16 *data)
{
	(void)code;
	(void)size;
	(void)data;
	present->watchdog_seconds = seconds;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI create_event(UINT32 type, EFI_TPL tpl,
	EFI_EVENT_NOTIFY notify, void *context, EFI_EVENT *ret)
{
	(void)type;
	(void)notify;
	(void)context;
	if (tpl > TPL_CALLBACK)
		return EFI_INVALID_PARAMETER;
	present->timers++;
	*ret = present;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI set_timer(
	EFI_EVENT event, EFI_TIMER_DELAY type, UINT64 time)
{
	(void)event;
	(void)type;
	(void)time;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI close_event(EFI_EVENT event)
{
	(void)event;
	present->timers--;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI get_time(EFI_TIME *time, EFI_TIME_CAPABILITIES *more)
{
	(void)more;
	*time = present->time;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI load_image(BOOLEAN policy, EFI_HANDLE parent,
	EFI_DEVICE_PATH *path, void *source, UINTN size, EFI_HANDLE *ret)
{
	(void)policy;
	(void)parent;
	(void)path;
	(void)source;
	(void)size;
	present->load_calls++;
	/* After a security violation the image is loaded all the same. */
	if (!present->load_status ||
		present->load_status == EFI_SECURITY_VIOLATION)
		*ret = present;
	return present->load_status;
}

static EFI_STATUS EFIAPI start_image(
	EFI_HANDLE image, UINTN *size, CHAR16 **data)
{
	(void)image;
	(void)size;
	(void)data;
	present->start_calls++;
	present->watchdog_at_start = present->watchdog_seconds;
	present->timers_at_start = present->timers;
	return present->start_status;
}

static EFI_STATUS EFIAPI unload_image(EFI_HANDLE image)
{
	(void)image;
	present->unload_calls++;
	return EFI_SUCCESS;
}

void fakefw_start(struct fakefw *f, struct firmware *ret_fw)
{
	static CHAR16 vendor[] = u"Fake firmware";
	static EFI_BOOT_SERVICES boot;
	static EFI_RUNTIME_SERVICES runtime;
	static EFI_SYSTEM_TABLE system;

	memset(f, 0, sizeof(*f));
	f->store_left = 131072;
	present = f;

	f->time = (EFI_TIME){
		.Year = 2024, .Month = 7, .Day = 19, .TimeZone = 2047};
	fakefw_start_screen(&f->screen);

	boot = (EFI_BOOT_SERVICES){
		.AllocatePages = allocate_pages,
		.FreePages = free_pages,
		.FreePool = free_pool,
		.LocateProtocol = locate_protocol,
		.OpenProtocol = open_protocol,
		.OpenProtocolInformation = open_protocol_information,
		.LocateHandleBuffer = locate_handle_buffer,
		.Stall = stall,
		.SetWatchdogTimer = set_watchdog_timer,
		.CreateEvent = create_event,
		.SetTimer = set_timer,
		.CloseEvent = close_event,
		.LoadImage = load_image,
		.StartImage = start_image,
		.UnloadImage = unload_image,
	};
	runtime = (EFI_RUNTIME_SERVICES){
		.Hdr.Revision = 0x00020032,
		.GetTime = get_time,
		.GetVariable = get_variable,
		.SetVariable = set_variable,
		.ResetSystem = reset_system,
		.QueryVariableInfo = query_variable_info,
	};
	system = (EFI_SYSTEM_TABLE){
		.Hdr.Revision = 0x00020032,
		.FirmwareVendor = vendor,
		.ConOut = &f->screen.out,
		.BootServices = &boot,
		.RuntimeServices = &runtime,
	};
	f->handle_count = 1; /* our own image */
	firmware_init(ret_fw, &f->handles[0], &system);
}
