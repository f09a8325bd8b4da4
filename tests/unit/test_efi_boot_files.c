/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which partition's boot configuration counts, on PCs with one and with two. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "efi/boot_files.h"
#include "storage/bytes.h"
#include "storage/err.h"
#include "tests/support/fakefw_disks.h"
#include "tests/support/fakefw_files.h"

#define FOLDER "\\EFI\\Microsoft\\Boot\\"

static struct fakefw machine;
static struct firmware fw;
static struct fakefw_volume volumes[2];
static struct fakefw_disk disks[2];
static _Alignas(8) uint8_t paths[2][128];
static uint8_t sector[4096];
static char text[64];
static size_t text_len;

static const struct fakefw_content first[] = {
	{FOLDER "BCD", "first", 5, 0},
	{FOLDER "BCD.LOG", "first log", 9, 0},
	{FOLDER "BCD.LOG1", "first log 1", 11, 0},
	{FOLDER "BCD.LOG2", "first log 2", 11, 0},
	{FOLDER "BOOTSTAT.DAT", "first status", 12, 0},
	{NULL, NULL, 0, 0},
};
static const struct fakefw_content second[] = {
	{FOLDER "BCD", "second", 6, 0},
	{NULL, NULL, 0, 0},
};

/* Partition @i of a disk of its own; its GUID is @i + 1 in each byte. */
static void put_path(unsigned int i)
{
	uint8_t *p = paths[i];

	memset(p, 0, sizeof(paths[i]));
	memcpy(p, "\1\1\6\0\2\1", 6);
	p += 6;
	p[0] = 4;
	p[1] = 1;
	le16_put(p + 2, DEVPATH_HARD_DRIVE_BYTES);
	memset(p + 24, (int)i + 1, DEVPATH_GUID_BYTES);
	p[40] = 2;
	p[41] = 2;
	memcpy(p + DEVPATH_HARD_DRIVE_BYTES, "\x7f\xff\4\0", 4);
}

static void add_partition(unsigned int i, const struct fakefw_content *contents)
{
	struct fakefw_handle *h = fakefw_add_handle(&machine);

	put_path(i);
	fakefw_disk_init(&disks[i], sector, sizeof(sector));
	fakefw_volume_init(&volumes[i], NULL);
	volumes[i].contents = contents;
	h->device_path = paths[i];
	h->block_io = &disks[i].io;
	h->file_system = &volumes[i].io;
}

static int start(void **state)
{
	(void)state;
	fakefw_start(&machine, &fw);
	memset(sector, 0, sizeof(sector));
	memcpy(sector + 54, "FAT", 3);
	memset(volumes, 0, sizeof(volumes));
	return 0;
}

static int stop(void **state)
{
	(void)state;
	assert_int_equal(volumes[0].open_files, 0);
	assert_int_equal(volumes[1].open_files, 0);
	assert_int_equal(machine.pool, 0);
	assert_int_equal(machine.pages, 0);
	return 0;
}

static struct boot_target target_of(unsigned int i, const char *path)
{
	struct boot_target t = {.has_number = true, .is_present = true};

	t.option.has_partition = true;
	memset(t.option.partition_guid, (int)i + 1, DEVPATH_GUID_BYTES);
	for (; path[t.option.path_len]; t.option.path_len++)
		t.option.path[t.option.path_len] =
			(uint8_t)path[t.option.path_len];
	return t;
}

static int get(const struct boot_target *t, enum platform_boot_file which)
{
	memset(text, 0, sizeof(text));
	return boot_files_get(&fw, t, which, text, sizeof(text) - 1, &text_len);
}

static void each_file_by_its_name(void **state)
{
	struct boot_target t = target_of(0, BOOTOPT_WINDOWS_PATH);

	(void)state;
	add_partition(0, first);
	assert_int_equal(get(&t, BOOT_FILE_BCD), 0);
	assert_string_equal(text, "first");
	assert_int_equal(text_len, 5);
	assert_int_equal(get(&t, BOOT_FILE_BCD_LOG), 0);
	assert_string_equal(text, "first log");
	assert_int_equal(get(&t, BOOT_FILE_BCD_LOG1), 0);
	assert_string_equal(text, "first log 1");
	assert_int_equal(get(&t, BOOT_FILE_BCD_LOG2), 0);
	assert_string_equal(text, "first log 2");
	assert_int_equal(get(&t, BOOT_FILE_LOG), 0);
	assert_string_equal(text, "first status");
	assert_int_equal(get(NULL, BOOT_FILE_LOG), 0);
	assert_string_equal(text, "first status");
}

static void of_the_partition_that_windows_starts_from(void **state)
{
	struct boot_target t = target_of(1, BOOTOPT_WINDOWS_PATH);

	(void)state;
	add_partition(0, first);
	add_partition(1, second);
	assert_int_equal(get(&t, BOOT_FILE_BCD), 0);
	assert_string_equal(text, "second");
	/* What the other one has, it has for itself. */
	assert_int_equal(get(&t, BOOT_FILE_LOG), -ERR_NOT_FOUND);
	t = target_of(0, BOOTOPT_WINDOWS_PATH);
	assert_int_equal(get(&t, BOOT_FILE_BCD), 0);
	assert_string_equal(text, "first");
}

/* GRUB, say, may start either. */
static void nobody_knows_which(void **state)
{
	struct boot_target t = target_of(0, "\\EFI\\debian\\shimx64.efi");

	(void)state;
	add_partition(0, first);
	add_partition(1, second);
	assert_int_equal(get(&t, BOOT_FILE_BCD), -ERR_AMBIGUOUS);
	assert_int_equal(get(NULL, BOOT_FILE_BCD), -ERR_AMBIGUOUS);
	assert_int_equal(get(&t, BOOT_FILE_LOG), 0);
	assert_string_equal(text, "first status");
	/* An option whose disk was taken out tells nothing either. */
	t = target_of(2, BOOTOPT_WINDOWS_PATH);
	t.is_present = false;
	assert_int_equal(get(&t, BOOT_FILE_BCD), -ERR_AMBIGUOUS);
}

static void one_of_two_is_enough(void **state)
{
	(void)state;
	add_partition(0, NULL);
	add_partition(1, second);
	assert_int_equal(get(NULL, BOOT_FILE_BCD), 0);
	assert_string_equal(text, "second");
	assert_int_equal(get(NULL, BOOT_FILE_BCD_LOG), -ERR_NOT_FOUND);
}

/* One that could not be looked at may have been the other. */
static void one_beside_a_broken_partition(void **state)
{
	struct boot_target t = target_of(0, BOOTOPT_WINDOWS_PATH);

	(void)state;
	add_partition(0, first);
	add_partition(1, second);
	volumes[1].open_status = EFI_DEVICE_ERROR;
	assert_int_equal(get(NULL, BOOT_FILE_BCD), -ERR_IO);
	assert_int_equal(get(&t, BOOT_FILE_BCD), 0);
	t = target_of(1, BOOTOPT_WINDOWS_PATH);
	assert_int_equal(get(&t, BOOT_FILE_BCD), -ERR_IO);
}

static void not_from_a_stick(void **state)
{
	(void)state;
	add_partition(0, first);
	disks[0].media.RemovableMedia = TRUE;
	assert_int_equal(get(NULL, BOOT_FILE_BCD), -ERR_NOT_FOUND);
}

static void longer_than_the_room(void **state)
{
	(void)state;
	add_partition(0, first);
	assert_int_equal(
		boot_files_get(&fw, NULL, BOOT_FILE_BCD, text, 4, &text_len),
		-ERR_TOO_LARGE);
	assert_int_equal(
		boot_files_get(&fw, NULL, BOOT_FILE_BCD, text, 5, &text_len),
		0);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_file_by_its_name),
		TEST(of_the_partition_that_windows_starts_from),
		TEST(nobody_knows_which),
		TEST(one_of_two_is_enough),
		TEST(one_beside_a_broken_partition),
		TEST(not_from_a_stick),
		TEST(longer_than_the_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
