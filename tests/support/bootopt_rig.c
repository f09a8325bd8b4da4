/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/bootopt_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "efi/vars.h"
#include "storage/bytes.h"

#define MAX_PATH_BYTES 1024

struct bootopt_rig bootopt_rig;

static EFI_BLOCK_IO block_io;
static EFI_FILE_IO_INTERFACE file_system;
static EFI_FILE_PROTOCOL file;
static _Alignas(8) uint8_t esp_path[64];
static _Alignas(8) uint8_t other_path[64];
static _Alignas(8) uint8_t image_path[MAX_PATH_BYTES];

static void make_partition(uint8_t node[DEVPATH_HARD_DRIVE_BYTES], uint8_t id)
{
	memset(node, 0, DEVPATH_HARD_DRIVE_BYTES);
	node[0] = 4;
	node[1] = 1;
	node[2] = DEVPATH_HARD_DRIVE_BYTES;
	memset(node + 24, id, 16);
	node[40] = 2;
	node[41] = 2;
}

static void make_handle_path(uint8_t *path, uint8_t id)
{
	static const uint8_t controller[] = {1, 1, 6, 0, 2, 0x1f};
	static const uint8_t end[] = {0x7f, 0xff, 4, 0};

	memcpy(path, controller, sizeof(controller));
	make_partition(path + sizeof(controller), id);
	memcpy(path + sizeof(controller) + DEVPATH_HARD_DRIVE_BYTES, end,
		sizeof(end));
}

static void add_handle(uint8_t *path)
{
	struct fakefw_handle *h =
		&bootopt_rig.machine
			 .handles[bootopt_rig.machine.handle_count++];

	h->device_path = path;
	h->block_io = &block_io;
	h->file_system = &file_system;
}

void bootopt_put_order(const uint16_t *numbers, size_t count)
{
	uint8_t bytes[64];

	for (size_t i = 0; i < count; i++)
		le16_put(bytes + 2 * i, numbers[i]);
	fakefw_put(&bootopt_rig.machine, vars_boot_order.name,
		vars_boot_order.vendor, VARS_NV_BS_RT, bytes, 2 * count);
}

void bootopt_expect_order(const uint16_t *numbers, size_t count)
{
	struct fakefw_variable *v = fakefw_variable(&bootopt_rig.machine,
		vars_boot_order.name, vars_boot_order.vendor);

	assert_non_null(v);
	assert_int_equal(v->len, 2 * count);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(le16_get(v->bytes + 2 * i), numbers[i]);
}

void bootopt_put_option(
	uint16_t number, const char *path, uint8_t id, uint32_t attributes)
{
	uint8_t node[DEVPATH_HARD_DRIVE_BYTES];
	uint8_t bytes[MAX_PATH_BYTES];
	CHAR16 name[VARS_BOOT_NAME_UNITS];
	struct vars_name v = vars_boot_option(number, name);
	char description[16];
	size_t len;

	make_partition(node, id);
	(void)snprintf(description, sizeof(description), "entry %u", number);
	assert_int_equal(bootopt_encode(description, node, path, bytes,
				 sizeof(bytes), &len),
		0);
	le32_put(bytes, attributes);
	fakefw_put(&bootopt_rig.machine, v.name, v.vendor, VARS_NV_BS_RT, bytes,
		len);
}

void bootopt_put_current(uint16_t number)
{
	uint8_t bytes[2];

	le16_put(bytes, number);
	fakefw_put(&bootopt_rig.machine, vars_boot_current.name,
		vars_boot_current.vendor, VARS_BS | VARS_RT, bytes,
		sizeof(bytes));
}

void bootopt_put_image(const char *path, EFI_HANDLE handle)
{
	size_t len = 4 + 2 * (strlen(path) + 1);

	memset(image_path, 0, sizeof(image_path));
	image_path[0] = 4;
	image_path[1] = 4;
	le16_put(image_path + 2, (uint16_t)len);
	for (size_t i = 0; path[i]; i++)
		image_path[4 + 2 * i] = (uint8_t)path[i];
	memcpy(image_path + len, "\x7f\xff\4\0", 4);
	bootopt_rig.image.FilePath = (EFI_DEVICE_PATH *)image_path;
	bootopt_rig.image.DeviceHandle = handle;
	bootopt_rig.machine.handles[0].loaded_image = &bootopt_rig.image;
}

static EFI_STATUS EFIAPI read_boot_sector(
	EFI_BLOCK_IO *this, UINT32 id, EFI_LBA lba, UINTN len, void *buf)
{
	(void)this;
	(void)id;
	(void)lba;
	memset(buf, 0, len);
	memcpy((uint8_t *)buf + (bootopt_rig.is_ntfs ? 3 : 82),
		bootopt_rig.is_ntfs ? "NTFS" : "FAT32", 4);
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI file_open(EFI_FILE_PROTOCOL *this,
	EFI_FILE_PROTOCOL **ret, CHAR16 *name, UINT64 mode, UINT64 attributes)
{
	(void)this;
	(void)attributes;
	assert_int_equal(mode, EFI_FILE_MODE_READ);
	assert_memory_equal(name, u"\\EFI\\Microsoft\\Boot\\bootmgfw.efi",
		sizeof(u"\\EFI\\Microsoft\\Boot\\bootmgfw.efi"));
	*ret = &file;
	return bootopt_rig.file_exists ? EFI_SUCCESS : EFI_NOT_FOUND;
}

static EFI_STATUS EFIAPI file_close(EFI_FILE_PROTOCOL *this)
{
	(void)this;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI open_volume(
	EFI_FILE_IO_INTERFACE *this, EFI_FILE_PROTOCOL **ret)
{
	(void)this;
	bootopt_rig.volumes_opened++;
	*ret = &file;
	return EFI_SUCCESS;
}

int bootopt_rig_start(void **state)
{
	(void)state;
	fakefw_start(&bootopt_rig.machine, &bootopt_rig.fw);
	memset(&bootopt_rig.image, 0, sizeof(bootopt_rig.image));
	bootopt_rig.media = (EFI_BLOCK_IO_MEDIA){
		.MediaPresent = TRUE, .BlockSize = 512, .LastBlock = 99};
	block_io = (EFI_BLOCK_IO){
		.Media = &bootopt_rig.media, .ReadBlocks = read_boot_sector};
	file_system.OpenVolume = open_volume;
	file.Open = file_open;
	file.Close = file_close;
	bootopt_rig.file_exists = true;
	bootopt_rig.is_ntfs = false;
	bootopt_rig.volumes_opened = 0;
	make_handle_path(esp_path, ESP);
	make_handle_path(other_path, OTHER);
	add_handle(esp_path);
	add_handle(other_path);
	return 0;
}

uint16_t bootopt_chosen(void)
{
	struct boot_target t;

	assert_int_equal(bootopt_choose(&bootopt_rig.fw, &t), 0);
	assert_true(t.has_number);
	assert_int_equal(bootopt_rig.machine.set_calls, 0);
	return t.number;
}
