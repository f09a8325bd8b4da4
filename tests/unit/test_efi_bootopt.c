/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who gets the hand-over, and how the boot variables are changed for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "efi/bootopt.h"
#include "efi/bootorder.h"
#include "efi/vars.h"
#include "storage/bytes.h"
#include "storage/err.h"
#include "tests/support/fakefw.h"

#define OWN_PATH   "\\EFI\\Loopbreaker\\loopbreaker.efi"
#define LINUX_PATH "\\EFI\\linux\\shimx64.efi"

#define ESP    0x11 /* first byte of a partition's GUID */
#define OTHER  0x22
#define ABSENT 0x99

#define MAX_PATH_BYTES 1024

static struct fakefw machine;
static struct firmware fw;
static EFI_BLOCK_IO block_io;
static EFI_BLOCK_IO_MEDIA media;
static EFI_LOADED_IMAGE image;
static EFI_FILE_IO_INTERFACE file_system;
static EFI_FILE_PROTOCOL file;
static bool file_exists;
static bool is_ntfs;
static unsigned int volumes_opened;
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
	struct fakefw_handle *h = &machine.handles[machine.handle_count++];

	h->device_path = path;
	h->block_io = &block_io;
	h->file_system = &file_system;
}

static void put_order(const uint16_t *numbers, size_t count)
{
	uint8_t bytes[64];

	for (size_t i = 0; i < count; i++)
		le16_put(bytes + 2 * i, numbers[i]);
	fakefw_put(&machine, vars_boot_order.name, vars_boot_order.vendor,
		VARS_NV_BS_RT, bytes, 2 * count);
}

#define ORDER(...)                                                             \
	put_order((const uint16_t[]){__VA_ARGS__},                             \
		sizeof((const uint16_t[]){__VA_ARGS__}) / sizeof(uint16_t))

static void expect_order(const uint16_t *numbers, size_t count)
{
	struct fakefw_variable *v = fakefw_variable(
		&machine, vars_boot_order.name, vars_boot_order.vendor);

	assert_non_null(v);
	assert_int_equal(v->len, 2 * count);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(le16_get(v->bytes + 2 * i), numbers[i]);
}

#define EXPECT_ORDER(...)                                                      \
	expect_order((const uint16_t[]){__VA_ARGS__},                          \
		sizeof((const uint16_t[]){__VA_ARGS__}) / sizeof(uint16_t))

static void put_option(
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
	fakefw_put(&machine, v.name, v.vendor, VARS_NV_BS_RT, bytes, len);
}

static void put_current(uint16_t number)
{
	uint8_t bytes[2];

	le16_put(bytes, number);
	fakefw_put(&machine, vars_boot_current.name, vars_boot_current.vendor,
		VARS_BS | VARS_RT, bytes, sizeof(bytes));
}

/* We run from @path on the partition @handle stands for. */
static void put_image(const char *path, EFI_HANDLE handle)
{
	size_t len = 4 + 2 * (strlen(path) + 1);

	memset(image_path, 0, sizeof(image_path));
	image_path[0] = 4;
	image_path[1] = 4;
	le16_put(image_path + 2, (uint16_t)len);
	for (size_t i = 0; path[i]; i++)
		image_path[4 + 2 * i] = (uint8_t)path[i];
	memcpy(image_path + len, "\x7f\xff\4\0", 4);
	image.FilePath = (EFI_DEVICE_PATH *)image_path;
	image.DeviceHandle = handle;
	machine.handles[0].loaded_image = &image;
}

static EFI_STATUS EFIAPI read_boot_sector(
	EFI_BLOCK_IO *this, UINT32 id, EFI_LBA lba, UINTN len, void *buf)
{
	(void)this;
	(void)id;
	(void)lba;
	memset(buf, 0, len);
	memcpy((uint8_t *)buf + (is_ntfs ? 3 : 82), is_ntfs ? "NTFS" : "FAT32",
		4);
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
	return file_exists ? EFI_SUCCESS : EFI_NOT_FOUND;
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
	volumes_opened++;
	*ret = &file;
	return EFI_SUCCESS;
}

static int start(void **state)
{
	(void)state;
	fakefw_start(&machine, &fw);
	memset(&image, 0, sizeof(image));
	media = (EFI_BLOCK_IO_MEDIA){
		.MediaPresent = TRUE, .BlockSize = 512, .LastBlock = 99};
	block_io =
		(EFI_BLOCK_IO){.Media = &media, .ReadBlocks = read_boot_sector};
	file_system.OpenVolume = open_volume;
	file.Open = file_open;
	file.Close = file_close;
	file_exists = true;
	is_ntfs = false;
	volumes_opened = 0;
	make_handle_path(esp_path, ESP);
	make_handle_path(other_path, OTHER);
	add_handle(esp_path);
	add_handle(other_path);
	return 0;
}

static uint16_t chosen(void)
{
	struct boot_target t;

	assert_int_equal(bootopt_choose(&fw, &t), 0);
	assert_true(t.has_number);
	assert_int_equal(machine.set_calls, 0);
	return t.number;
}

static void windows_behind_us_is_chosen(void **state)
{
	(void)state;
	put_option(9, OWN_PATH, ESP, 1);
	put_option(8, BOOTOPT_WINDOWS_PATH, ESP, 1);
	ORDER(9, 8);
	put_current(9);
	assert_int_equal(chosen(), 8);
	/* Also without BootCurrent, by our folder. */
	machine.variable_count--;
	assert_int_equal(chosen(), 8);
}

static void what_was_first_before_us_is_chosen(void **state)
{
	(void)state;
	put_option(1, OWN_PATH, ESP, 1);
	put_option(2, LINUX_PATH, ESP, 1);
	put_option(3, BOOTOPT_WINDOWS_PATH, ESP, 1);
	ORDER(1, 2, 3);
	put_current(1);
	assert_int_equal(chosen(), 2);
}

/* Set-up, inactive, hidden, absent, broken and fileless entries. */
static void what_starts_no_system_is_passed_over(void **state)
{
	(void)state;
	put_option(1, OWN_PATH, ESP, 1);
	put_option(2, "\\EFI\\setup.efi", ESP, 0x101);
	put_option(3, LINUX_PATH, ESP, 0);
	put_option(4, LINUX_PATH, ESP, 1 | BOOTOPT_HIDDEN);
	put_option(5, LINUX_PATH, ABSENT, 1);
	put_option(6, "", ESP, 1);
	put_option(7, LINUX_PATH, ESP, 1);
	machine.variables[machine.variable_count - 1].len = 40;
	put_option(8, BOOTOPT_WINDOWS_PATH, OTHER, 1);
	ORDER(1, 2, 3, 4, 5, 6, 7, 0x77, 8);
	put_current(1);
	assert_int_equal(chosen(), 8);
}

static void started_from_a_stick_windows_is_chosen(void **state)
{
	(void)state;
	put_option(4, "\\EFI\\BOOT\\BOOTX64.EFI", OTHER, 1);
	put_option(8, BOOTOPT_WINDOWS_PATH, ESP, 1);
	ORDER(4, 8);
	put_current(4);
	assert_int_equal(chosen(), 8);
	/* BootCurrent is missing or wrong: our own file tells. */
	put_current(0x55);
	put_image("\\efi\\boot\\bootx64.efi", &machine.handles[2]);
	assert_int_equal(chosen(), 8);
}

/* Q13: both NULL; then BootCurrent alone has to do. */
static void missing_image_paths_are_survived(void **state)
{
	(void)state;
	put_option(4, "\\EFI\\BOOT\\BOOTX64.EFI", OTHER, 1);
	put_option(8, BOOTOPT_WINDOWS_PATH, ESP, 1);
	ORDER(4, 8);
	put_current(4);
	machine.handles[0].loaded_image = &image;
	assert_int_equal(chosen(), 8);
}

/* Something was started as Windows and started us: that is not us. */
static void windows_as_current_is_still_windows(void **state)
{
	struct boot_target t;

	(void)state;
	put_option(8, BOOTOPT_WINDOWS_PATH, ESP, 1);
	ORDER(8);
	put_current(8);
	assert_int_equal(chosen(), 8);
	/* Unless we really are that file. */
	put_image(BOOTOPT_WINDOWS_PATH, &machine.handles[1]);
	assert_int_equal(bootopt_choose(&fw, &t), -ERR_NOT_FOUND);
}

static void windows_outside_the_order_is_found(void **state)
{
	(void)state;
	put_option(1, OWN_PATH, ESP, 1);
	put_option(0xfe, BOOTOPT_WINDOWS_PATH, ESP, 1);
	ORDER(1);
	assert_int_equal(chosen(), 0xfe);
	put_option(0x100, BOOTOPT_WINDOWS_PATH, ESP, 1);
	assert_int_equal(chosen(), 0xfe);
}

static void the_best_windows_is_chosen(void **state)
{
	struct boot_target t;

	(void)state;
	put_option(1, OWN_PATH, ESP, 1);
	put_option(2, BOOTOPT_WINDOWS_PATH, ABSENT, 0);
	put_option(3, BOOTOPT_WINDOWS_PATH, ABSENT, 1);
	put_option(4, BOOTOPT_WINDOWS_PATH, ESP, 0);
	ORDER(1, 2);
	assert_int_equal(chosen(), 4);
	put_option(5, BOOTOPT_WINDOWS_PATH, OTHER, 1);
	assert_int_equal(chosen(), 5);
	assert_int_equal(bootopt_choose(&fw, &t), 0);
	assert_true(t.is_present);
	/* Nothing is connected (Q35): an absent one is better than none. */
	machine.handle_count = 1;
	assert_int_equal(chosen(), 3);
	assert_int_equal(bootopt_choose(&fw, &t), 0);
	assert_false(t.is_present);
}

/* Q04 */
static void bypass_is_noticed(void **state)
{
	struct boot_target t;

	(void)state;
	assert_int_equal(bootopt_find_bypass(&fw, &t), 0);
	put_option(1, OWN_PATH, ESP, 1);
	put_option(2, BOOTOPT_WINDOWS_PATH, ESP, 1);
	ORDER(1, 2);
	assert_int_equal(bootopt_find_bypass(&fw, &t), 0);
	ORDER(2, 7, 1);
	assert_int_equal(bootopt_find_bypass(&fw, &t), 1);
	assert_int_equal(t.number, 2);
	/* Not installed at all: started from a stick. */
	ORDER(2, 7);
	assert_int_equal(bootopt_find_bypass(&fw, &t), 0);
	ORDER(7, 1);
	assert_int_equal(bootopt_find_bypass(&fw, &t), -ERR_NOT_FOUND);
	assert_int_equal(machine.set_calls, 0);
}

static void nothing_to_choose_is_not_found(void **state)
{
	struct boot_target t;

	(void)state;
	assert_int_equal(bootopt_choose(&fw, &t), -ERR_NOT_FOUND);
	put_option(1, OWN_PATH, ESP, 1);
	ORDER(1);
	assert_int_equal(bootopt_choose(&fw, &t), -ERR_NOT_FOUND);
	assert_int_equal(machine.set_calls, 0);
}

static void missing_option_is_made(void **state)
{
	struct boot_target t;

	(void)state;
	put_option(0, OWN_PATH, ESP, 1);
	put_option(1, LINUX_PATH, ABSENT, 1);
	put_option(3, LINUX_PATH, ABSENT, 1);
	ORDER(0, 1);
	assert_int_equal(bootopt_create_windows(&fw, &t), 0);
	assert_true(t.has_number);
	assert_int_equal(t.number, 2);
	assert_true(bootopt_path_is(&t.option, BOOTOPT_WINDOWS_PATH));
	EXPECT_ORDER(0, 1, 2);
	machine.set_calls = 0;
	assert_int_equal(chosen(), 2);
}

static void missing_option_without_store_can_be_chain_loaded(void **state)
{
	struct boot_target t;

	(void)state;
	machine.set_stores_nothing = true;
	assert_int_equal(bootopt_create_windows(&fw, &t), 0);
	assert_false(t.has_number);
	assert_true(t.option.has_partition);
	assert_int_equal(bootopt_set_next(&fw, &t), -ERR_NOT_FOUND);
}

static void no_file_means_no_option(void **state)
{
	struct boot_target t;

	(void)state;
	file_exists = false;
	assert_int_equal(bootopt_create_windows(&fw, &t), -ERR_NOT_FOUND);
	assert_int_equal(volumes_opened, 2);
	assert_int_equal(machine.set_calls, 0);
}

/* Q33, Q34: never through the firmware's NTFS driver, never on a stick. */
static void only_fixed_fat_is_opened(void **state)
{
	struct boot_target t;

	(void)state;
	is_ntfs = true;
	assert_int_equal(bootopt_create_windows(&fw, &t), -ERR_NOT_FOUND);
	is_ntfs = false;
	media.RemovableMedia = TRUE;
	assert_int_equal(bootopt_create_windows(&fw, &t), -ERR_NOT_FOUND);
	assert_int_equal(volumes_opened, 0);
}

static void next_is_set_and_read_back(void **state)
{
	struct boot_target t;
	struct fakefw_variable *v;

	(void)state;
	put_option(8, BOOTOPT_WINDOWS_PATH, ESP, 1);
	ORDER(8);
	assert_int_equal(bootopt_choose(&fw, &t), 0);
	assert_int_equal(bootopt_set_next(&fw, &t), 0);
	v = fakefw_variable(
		&machine, vars_boot_next.name, vars_boot_next.vendor);
	assert_non_null(v);
	assert_int_equal(v->len, 2);
	assert_int_equal(le16_get(v->bytes), 8);
	assert_int_equal(v->attributes, VARS_NV_BS_RT);
}

/* Q01 */
static void renumbered_option_is_noticed(void **state)
{
	struct boot_target t;

	(void)state;
	put_option(8, BOOTOPT_WINDOWS_PATH, ESP, 1);
	ORDER(8);
	assert_int_equal(bootopt_choose(&fw, &t), 0);
	put_option(8, LINUX_PATH, ESP, 1);
	assert_int_equal(bootopt_set_next(&fw, &t), -ERR_NOT_STORED);
	put_option(8, BOOTOPT_WINDOWS_PATH, OTHER, 1);
	assert_int_equal(bootopt_set_next(&fw, &t), -ERR_NOT_STORED);
}

static void order_keeps_everything_else(void **state)
{
	(void)state;
	ORDER(9, 5, 8, 0x77, 8);
	assert_int_equal(bootopt_put_first(&fw, 8), 1);
	EXPECT_ORDER(8, 9, 5, 0x77);
	machine.set_calls = 0;
	assert_int_equal(bootopt_put_first(&fw, 8), 0);
	assert_int_equal(machine.set_calls, 0);
}

/* An order that cannot be read must not be replaced by a shorter one. */
static void unreadable_order_is_left_alone(void **state)
{
	static const uint8_t huge[2 * BOOTORDER_MAX + 2];

	(void)state;
	fakefw_put(&machine, vars_boot_order.name, vars_boot_order.vendor,
		VARS_NV_BS_RT, huge, sizeof(huge));
	assert_int_equal(bootopt_put_first(&fw, 8), -ERR_TOO_LARGE);
	machine.get_status = EFI_DEVICE_ERROR;
	assert_int_equal(bootopt_put_first(&fw, 8), -ERR_IO);
	assert_int_equal(machine.set_calls, 0);
}

static void missing_order_is_made(void **state)
{
	(void)state;
	assert_int_equal(bootopt_put_first(&fw, 8), 1);
	EXPECT_ORDER(8);
}

#define TEST(f) cmocka_unit_test_setup(f, start)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(windows_behind_us_is_chosen),
		TEST(what_was_first_before_us_is_chosen),
		TEST(what_starts_no_system_is_passed_over),
		TEST(started_from_a_stick_windows_is_chosen),
		TEST(missing_image_paths_are_survived),
		TEST(windows_as_current_is_still_windows),
		TEST(windows_outside_the_order_is_found),
		TEST(the_best_windows_is_chosen),
		TEST(bypass_is_noticed),
		TEST(nothing_to_choose_is_not_found),
		TEST(missing_option_is_made),
		TEST(missing_option_without_store_can_be_chain_loaded),
		TEST(no_file_means_no_option),
		TEST(only_fixed_fat_is_opened),
		TEST(next_is_set_and_read_back),
		TEST(renumbered_option_is_noticed),
		TEST(order_keeps_everything_else),
		TEST(unreadable_order_is_left_alone),
		TEST(missing_order_is_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
