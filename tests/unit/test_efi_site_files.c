/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files beside the program, where it was started from, and its keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "efi/site_files.h"
#include "storage/bytes.h"
#include "storage/err.h"
#include "tests/support/exact.h"
#include "tests/support/fakefw_disks.h"
#include "tests/support/fakefw_files.h"

static struct fakefw machine;
static struct firmware fw;
static struct site_files site;
static EFI_LOADED_IMAGE image;
static struct fakefw_volume volume, fixed;
static struct fakefw_disk disk, fixed_disk;
static struct fakefw_handle *device;
static _Alignas(8) uint8_t image_path[256];
static _Alignas(8) uint8_t device_path[256];
static _Alignas(8) uint8_t fixed_path[256];
static uint8_t sector[4096];

static const char policy[] = "what is in policy.dtb";
static const struct fakefw_content contents[] = {
	{"\\EFI\\Rescue\\policy.dtb", policy, sizeof(policy), 0},
	{"\\EFI\\Rescue\\policy.dtb.sig", "sig", 3, 0},
	{"\\EFI\\Rescue\\incident-order.dtb", "", 0, 0},
	{"\\EFI\\Loopbreaker\\policy.dtb", "installed", 9, 0},
	{NULL, NULL, 0, 0},
};

/* --- Device paths -----------------------------------------------------------
 */

static size_t put_node(uint8_t *at, uint8_t type, uint8_t subtype, size_t len)
{
	memset(at, 0, len);
	at[0] = type;
	at[1] = subtype;
	le16_put(at + 2, (uint16_t)len);
	return len;
}

static size_t put_text(uint8_t *at, const char *text)
{
	size_t len = put_node(at, 4, 4, 4 + 2 * (strlen(text) + 1));

	for (size_t i = 0; text[i]; i++)
		at[4 + 2 * i] = (uint8_t)text[i];
	return len;
}

static void put_end(uint8_t *at)
{
	(void)put_node(at, 0x7f, 0xff, 4);
}

static size_t put_partition(uint8_t *at, uint8_t id)
{
	size_t len = put_node(at, 4, 1, DEVPATH_HARD_DRIVE_BYTES);

	memset(at + 24, id, 16);
	at[40] = 2;
	at[41] = 2;
	return len;
}

/* A disk of the PC: controller, partition. */
static void put_fixed(uint8_t *path, uint8_t id)
{
	size_t len = put_node(path, 1, 1, 6);

	len += put_partition(path + len, id);
	put_end(path + len);
}

static void put_image_path(const char *text)
{
	put_end(image_path + put_text(image_path, text));
}

/* --- The machine ------------------------------------------------------------
 */

static int start(void **state)
{
	(void)state;
	fakefw_start(&machine, &fw);
	memset(sector, 0, sizeof(sector));
	memcpy(sector + 54, "FAT", 3);
	fakefw_disk_init(&disk, sector, sizeof(sector));
	fakefw_volume_init(&volume, NULL);
	volume.contents = contents;
	device = fakefw_add_handle(&machine);
	device->device_path = device_path;
	device->block_io = &disk.io;
	device->file_system = &volume.io;
	put_fixed(device_path, 0x11);
	put_image_path("\\EFI\\Rescue\\loopbreaker.efi");
	image = (EFI_LOADED_IMAGE){.DeviceHandle = device,
		.FilePath = (EFI_DEVICE_PATH *)(void *)image_path};
	machine.handles[0].loaded_image = &image;
	return 0;
}

static int stop(void **state)
{
	(void)state;
	assert_int_equal(volume.open_files, 0);
	assert_int_equal(fixed.open_files, 0);
	assert_int_equal(machine.pool, 0);
	assert_int_equal(machine.pages, 0);
	return 0;
}

static int get(enum platform_file which, size_t cap, size_t *ret_len)
{
	uint8_t *room = malloc(cap);
	int err;

	site_files_open(&site, &fw);
	err = site_files_get(&site, which, room, cap, ret_len);
	if (which == FILE_POLICY && err == 0 && *ret_len == sizeof(policy))
		assert_memory_equal(room, policy, sizeof(policy));
	free(room);
	return err;
}

/* --- Reading ----------------------------------------------------------------
 */

static void files_of_our_folder(void **state)
{
	size_t len = 99;

	(void)state;
	assert_int_equal(get(FILE_POLICY, 1000, &len), 0);
	assert_int_equal(len, sizeof(policy));
	assert_int_equal(site.origin, POLICY_ORIGIN_INSTALLED);
	assert_int_equal(get(FILE_POLICY_SIGNATURE, 1000, &len), 0);
	assert_int_equal(len, 3);
	assert_int_equal(get(FILE_INCIDENT_ORDER, 1000, &len), 0);
	assert_int_equal(len, 0);
	assert_int_equal(get(FILE_PREVIOUS, 1000, &len), -ERR_NOT_FOUND);
	assert_int_equal(get(FILE_OVERLAY, 1000, &len), -ERR_NOT_FOUND);
	/* Installed, this is the installed one. */
	assert_int_equal(get(FILE_INSTALLED, 1000, &len), -ERR_NOT_FOUND);
}

static void every_size_and_piece(void **state)
{
	size_t cap, len;

	(void)state;
	for (volume.piece = 0; volume.piece < 30; volume.piece++)
		for (cap = 1; cap < 40; cap++) {
			int err = get(FILE_POLICY, cap, &len);

			if (cap < sizeof(policy)) {
				assert_int_equal(err, -ERR_TOO_LARGE);
				continue;
			}
			assert_int_equal(err, 0);
			assert_int_equal(len, sizeof(policy));
		}
}

static void what_cannot_be_read(void **state)
{
	size_t len = 77;

	(void)state;
	volume.read_status = EFI_DEVICE_ERROR;
	assert_int_equal(get(FILE_POLICY, 1000, &len), -ERR_IO);
	volume.read_status = 0;
	volume.open_status = EFI_VOLUME_CORRUPTED;
	assert_int_equal(get(FILE_POLICY, 1000, &len), -ERR_CORRUPT);
	volume.open_status = 0;
	volume.never_ends = true;
	assert_int_equal(get(FILE_POLICY, 1000, &len), -ERR_TOO_LARGE);
	volume.never_ends = false;
	assert_int_equal(len, 77);
	/* Quirk Q31: once is forgiven. */
	volume.changes_left = 1;
	assert_int_equal(get(FILE_POLICY, 1000, &len), 0);
	volume.changes_left = 2;
	assert_int_equal(get(FILE_POLICY, 1000, &len), -ERR_IO);
}

/* --- Where from (quirk Q13) -------------------------------------------------
 */

static void without_a_device(void **state)
{
	size_t len;

	(void)state;
	image.DeviceHandle = NULL;
	assert_int_equal(get(FILE_POLICY, 1000, &len), -ERR_NOT_FOUND);
	assert_int_equal(site.origin, POLICY_ORIGIN_NETWORK);
	machine.handles[0].loaded_image = NULL;
	assert_int_equal(get(FILE_POLICY, 1000, &len), -ERR_NOT_FOUND);
	machine.handles[0].loaded_image = &image;
	image.DeviceHandle = device;
	device->file_system = NULL;
	assert_int_equal(get(FILE_POLICY, 1000, &len), -ERR_NOT_FOUND);
	device->block_io = NULL;
	assert_int_equal(get(FILE_POLICY, 1000, &len), -ERR_NOT_FOUND);
	assert_int_equal(site.origin, POLICY_ORIGIN_NETWORK);
}

static void paths_that_make_no_sense(void **state)
{
	static const char *const bad[] = {"", "loopbreaker.efi"};
	size_t len;

	(void)state;
	image.FilePath = NULL;
	assert_int_equal(get(FILE_POLICY, 1000, &len), 0);
	assert_int_equal(len, 9); /* of \EFI\Loopbreaker */
	image.FilePath = (EFI_DEVICE_PATH *)(void *)image_path;
	for (size_t i = 0; i < 2; i++) {
		put_image_path(bad[i]);
		assert_int_equal(get(FILE_POLICY, 1000, &len), 0);
		assert_int_equal(len, 9);
	}
	memset(image_path, 0xFF, sizeof(image_path));
	assert_int_equal(get(FILE_POLICY, 1000, &len), 0);
	assert_int_equal(len, 9);
	/* In two nodes, as some firmware has it. */
	len = put_text(image_path, "\\EFI\\Rescue\\");
	put_end(image_path + len + put_text(image_path + len, "x.efi"));
	assert_int_equal(get(FILE_POLICY, 1000, &len), 0);
	assert_int_equal(len, sizeof(policy));
}

static void the_longest_path(void **state)
{
	static _Alignas(8) uint8_t path[1024];
	char text[BOOTOPT_PATH_UNITS];
	size_t len;

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[0] = '\\';
	text[sizeof(text) - 2] = '\\';
	text[sizeof(text) - 1] = '\0';
	put_end(path + put_text(path, text));
	image.FilePath = (EFI_DEVICE_PATH *)(void *)path;
	for (int which = 0; which < FILE_COUNT; which++)
		assert_int_equal(get((enum platform_file)which, 1000, &len),
			-ERR_NOT_FOUND);
}

static void assert_origin(enum policy_origin wanted)
{
	site_files_open(&site, &fw);
	assert_int_equal(site.origin, wanted);
}

static void origins(void **state)
{
	size_t len;

	(void)state;
	assert_origin(POLICY_ORIGIN_INSTALLED);
	disk.media.RemovableMedia = TRUE;
	assert_origin(POLICY_ORIGIN_REMOVABLE);
	/* A stick that calls itself a fixed disk. */
	disk.media.RemovableMedia = FALSE;
	len = put_node(device_path, 1, 1, 6);
	len += put_node(device_path + len, 3, 5, 6);
	len += put_partition(device_path + len, 1);
	put_end(device_path + len);
	assert_origin(POLICY_ORIGIN_REMOVABLE);
	/* El Torito. */
	len = put_node(device_path, 1, 1, 6);
	len += put_node(device_path + len, 4, 2, 24);
	put_end(device_path + len);
	assert_origin(POLICY_ORIGIN_REMOVABLE);
	/* A card for the network, or nothing we know. */
	len = put_node(device_path, 1, 1, 6);
	len += put_node(device_path + len, 3, 11, 37);
	put_end(device_path + len);
	assert_origin(POLICY_ORIGIN_NETWORK);
	memset(device_path, 0xFF, sizeof(device_path));
	assert_origin(POLICY_ORIGIN_NETWORK);
	device->device_path = NULL;
	assert_origin(POLICY_ORIGIN_NETWORK);
}

/* --- The policy of the PC, for a stick --------------------------------------
 */

static void the_installed_one(void **state)
{
	static const struct fakefw_content on_pc[] = {
		{"\\EFI\\Loopbreaker\\policy.dtb", "of the PC", 10, 0},
		{NULL, NULL, 0, 0},
	};
	struct fakefw_handle *pc;
	size_t len;

	(void)state;
	disk.media.RemovableMedia = TRUE;
	assert_int_equal(get(FILE_INSTALLED, 1000, &len), -ERR_NOT_FOUND);
	fakefw_disk_init(&fixed_disk, sector, sizeof(sector));
	fakefw_volume_init(&fixed, NULL);
	fixed.contents = on_pc;
	put_fixed(fixed_path, 0x22);
	pc = fakefw_add_handle(&machine);
	pc->device_path = fixed_path;
	pc->block_io = &fixed_disk.io;
	pc->file_system = &fixed.io;
	assert_int_equal(get(FILE_INSTALLED, 1000, &len), 0);
	assert_int_equal(len, 10);
	assert_int_equal(
		get(FILE_INSTALLED_SIGNATURE, 1000, &len), -ERR_NOT_FOUND);
	assert_int_equal(get(FILE_POLICY, 1000, &len), 0);
	assert_int_equal(len, sizeof(policy));
}

/* --- Keys -------------------------------------------------------------------
 */

static void keys_of_our_image(void **state)
{
	uint8_t *pe = calloc(1, 0x2000);
	const void *bytes = pe;
	size_t len = 1;

	(void)state;
	site_files_keys(&fw, &bytes, &len);
	assert_null(bytes);
	assert_int_equal(len, 0);
	memcpy(pe, "MZ", 2);
	le32_put(pe + 0x3C, 0x40);
	memcpy(pe + 0x40, "PE\0\0", 4);
	le16_put(pe + 0x46, 1);
	le16_put(pe + 0x54, 0xF0);
	le16_put(pe + 0x58, 0x20B);
	memcpy(pe + 0x148, ".lbkey", 6);
	le32_put(pe + 0x150, 5);      /* virtual size */
	le32_put(pe + 0x154, 0x1000); /* address */
	le32_put(pe + 0x158, 0x1000);
	memcpy(pe + 0x1000, "keys!", 5);
	image.ImageBase = pe;
	image.ImageSize = 0x2000;
	site_files_keys(&fw, &bytes, &len);
	assert_ptr_equal(bytes, pe + 0x1000);
	assert_int_equal(len, 5);
	image.ImageSize = 0x1004;
	site_files_keys(&fw, &bytes, &len);
	assert_null(bytes);
	machine.handles[0].loaded_image = NULL;
	site_files_keys(&fw, &bytes, &len);
	assert_null(bytes);
	free(pe);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(files_of_our_folder),
		TEST(every_size_and_piece),
		TEST(what_cannot_be_read),
		TEST(without_a_device),
		TEST(paths_that_make_no_sense),
		TEST(the_longest_path),
		TEST(origins),
		TEST(the_installed_one),
		TEST(keys_of_our_image),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
