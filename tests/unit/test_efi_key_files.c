/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files with keys on the stick: which, in which order, and what goes wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "efi/front.h"
#include "efi/platform.h"
#include "storage/err.h"
#include "tests/support/fakefw_disks.h"
#include "tests/support/fakefw_files.h"

#define ID   "9D4A7CB0-AB9D-4D71-961F-50F1D9C9252F"
#define LAST 200 /* more files than there can be */
#define H    EFI_FILE_HIDDEN
#define S    EFI_FILE_SYSTEM
#define D    EFI_FILE_DIRECTORY

static struct fakefw machine;
static struct firmware fw;
static struct front front;
static struct fakefw_volume volume;
static struct fakefw_disk disk;
static uint8_t sector[4096];
static struct platform platform;

static const uint8_t ids[2][GUID_BYTES] = {
	{1},
	{0xB0, 0x7C, 0x4A, 0x9D, 0x9D, 0xAB, 0x71, 0x4D, 0x96, 0x1F, 0x50, 0xF1,
		0xD9, 0xC9, 0x25, 0x2F},
};
static struct key_wish wish;

static int start(void **state)
{
	(void)state;
	fakefw_start(&machine, &fw);
	memset(&front, 0, sizeof(front));
	memset(sector, 0, sizeof(sector));
	memcpy(sector + 54, "FAT", 3);
	fakefw_disk_init(&disk, sector, sizeof(sector));
	fakefw_volume_init(&volume, NULL);
	volume.listing = FAKEFW_LISTING_GOOD;
	front.fw = &fw;
	front.site.fw = &fw;
	front.site.volume = fakefw_add_handle(&machine);
	((struct fakefw_handle *)front.site.volume)->block_io = &disk.io;
	((struct fakefw_handle *)front.site.volume)->file_system = &volume.io;
	memcpy(front.site.folder, u"\\EFI\\Rescue\\",
		sizeof(u"\\EFI\\Rescue\\"));
	front.site.origin = POLICY_ORIGIN_REMOVABLE;
	clock_open(&front.clock, &fw, 0);
	watchdog_arm(&front.watchdog, &fw, &front.clock);
	platform_fill(&front, &platform);
	wish = (struct key_wish){.ids = ids, .count = 2};
	return 0;
}

static int stop(void **state)
{
	(void)state;
	watchdog_stop(&front.watchdog);
	assert_int_equal(volume.open_files, 0);
	assert_int_equal(machine.pages, 0);
	return 0;
}

/* --- Going through them --------------------------------------------------- */

static char names[2048];
static unsigned int files;

/* "NAME=CONTENT;" of each, in order; "NAME!;" of those that cannot be read. */
static void collect(void)
{
	struct key_source source;
	size_t at = 0;
	size_t len = 0;
	int err = 0;

	names[0] = 0;
	for (files = 0; err != -ERR_NOT_FOUND; files++) {
		char bytes[32] = {0};

		assert_true(files < LAST);
		err = platform.ops->key_file_open(
			platform.ctx, &wish, &at, &source);
		if (err == -ERR_NOT_FOUND)
			break;
		if (!err) {
			assert_in_range(source.size, 0, sizeof(bytes) - 1);
			err = source.read(
				source.ctx, 0, bytes, (size_t)source.size);
			platform.ops->key_file_close(platform.ctx, &source);
		}
		len += (size_t)snprintf(names + len, sizeof(names) - len,
			err ? "%s!;" : "%s=%s;", source.name, bytes);
		err = 0;
	}
}

static const struct fakefw_content everything[] = {
	{"\\EFI", NULL, 0, D},
	{"\\BitLocker Recovery Key " ID ".TXT", "by name", 7, 0},
	{"\\EFI\\Rescue", NULL, 0, D},
	{"\\EFI\\Rescue\\loopbreaker.efi", "program", 7, 0},
	{"\\EFI\\Rescue\\keys.csv", "table", 5, 0},
	{"\\EFI\\Rescue\\Old Keys.Csv", "old", 3, 0},
	{"\\EFI\\Rescue\\site.keys", "pack", 4, 0},
	{"\\EFI\\Rescue\\spare.keys", "spare", 5, H | S},
	{"\\0E1F0000-0000-0000-0000-000000000000.BEK", "startup", 7, H | S},
	{"\\keys.txt", "list", 4, 0},
	{"\\notes.txt", "notes", 5, H},
	{"\\b\xFC"
	 "ro.txt",
		"umlaut", 6, 0},
	{"\\table.tsv", "tabs", 4, 0},
	{"\\folder.txt", NULL, 0, D},
	{"\\picture.png", "no", 2, 0},
	{"\\.TXT", "no name", 7, 0},
	{NULL, NULL, 0, 0},
};

static void the_likeliest_come_first(void **state)
{
	(void)state;
	volume.contents = everything;
	collect();
	assert_string_equal(names,
		"BitLocker Recovery Key " ID ".TXT=by name;"
		"site.keys=pack;keys.csv=table;keys.txt=list;"
		"Old Keys.Csv=old;spare.keys=spare;"
		"0E1F0000-0000-0000-0000-000000000000.BEK=startup;"
		"notes.txt=notes;b?ro.txt=umlaut;table.tsv=tabs;");
	/* Once more, from the start: the same, and the names are known. */
	volume.listing = FAKEFW_LISTING_NONE;
	collect();
	assert_int_equal(files, 10);
}

/* Whoever finds a key by its name needs no listing. */
static void no_folder_is_read_for_a_name(void **state)
{
	struct key_source source;
	size_t at = 0;

	(void)state;
	volume.contents = everything;
	volume.listing = FAKEFW_LISTING_NONE;
	assert_int_equal(
		platform.ops->key_file_open(platform.ctx, &wish, &at, &source),
		0);
	assert_string_equal(source.name, "BitLocker Recovery Key " ID ".TXT");
	platform.ops->key_file_close(platform.ctx, &source);
}

/* What lies on the PC's own disk is not searched. */
static void only_what_is_removable_is_listed(void **state)
{
	(void)state;
	volume.contents = everything;
	volume.listing = FAKEFW_LISTING_NONE;
	front.site.origin = POLICY_ORIGIN_INSTALLED;
	collect();
	assert_int_equal(files, 4);
}

static void our_folder_may_be_the_root(void **state)
{
	(void)state;
	volume.contents = everything;
	memcpy(front.site.folder, u"\\", sizeof(u"\\"));
	collect();
	assert_string_equal(names,
		"BitLocker Recovery Key " ID ".TXT=by name;"
		"keys.txt=list;"
		"0E1F0000-0000-0000-0000-000000000000.BEK=startup;"
		"notes.txt=notes;b?ro.txt=umlaut;table.tsv=tabs;");
}

static void nothing_is_there(void **state)
{
	(void)state;
	collect();
	assert_int_equal(files, 0);
	wish.count = 0;
	collect();
	assert_int_equal(files, 0);
	front.site.volume = NULL;
	collect();
	assert_int_equal(files, 0);
}

/* Q33: a file system that may be anything is not touched. */
static void only_fat_is_opened(void **state)
{
	(void)state;
	memcpy(sector + 54, "NTF", 3);
	volume.may_not_be_opened = true;
	collect();
	assert_int_equal(files, 0);
}

/* More protectors than a PC has. */
static void many_wishes(void **state)
{
	static uint8_t many[KEY_WISH_MAX][GUID_BYTES];

	(void)state;
	for (size_t i = 0; i < KEY_WISH_MAX; i++)
		memcpy(many[i], i == KEY_WISH_MAX - 1 ? ids[1] : ids[0],
			GUID_BYTES);
	wish = (struct key_wish){.ids = (const uint8_t(*)[GUID_BYTES])many,
		.count = KEY_WISH_MAX};
	volume.contents = everything;
	front.site.origin = POLICY_ORIGIN_INSTALLED;
	collect();
	assert_int_equal(files, 4);
	assert_int_equal(volume.opens, 2 * (KEY_WISH_MAX * 2 + 3));
}

/* --- Q28: listings -------------------------------------------------------- */

static void a_listing_that_never_ends(void **state)
{
	(void)state;
	volume.contents = everything;
	volume.listing = FAKEFW_LISTING_ENDLESS;
	collect();
	assert_int_equal(files, 10); /* each of them once */
	assert_int_equal(volume.listed, 2 * 256);
}

static void listings_that_break_off(void **state)
{
	static const enum fakefw_listing listings[] = {FAKEFW_LISTING_TOO_SMALL,
		FAKEFW_LISTING_FAILS, FAKEFW_LISTING_NONSENSE};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		(void)start(NULL);
		volume.contents = everything;
		volume.listing = listings[i];
		collect();
		/* Those with a name are not missed. */
		assert_int_equal(files, 4);
		assert_in_range(volume.listed, 2, 4);
	}
}

static void more_files_than_are_looked_at(void **state)
{
	static struct fakefw_content many[302];
	static char paths[301][20];

	(void)state;
	for (size_t i = 0; i < 300; i++) {
		(void)snprintf(paths[i], sizeof(paths[i]), "\\%zu.%s", i,
			i < 250 ? "png" : "txt");
		many[i] = (struct fakefw_content){paths[i], "x", 1, 0};
	}
	volume.contents = many;
	collect();
	assert_int_equal(files, 6); /* of the first 256 entries */
	for (size_t i = 0; i < 300; i++)
		memcpy(strchr(paths[i], '.'), ".txt", 4);
	front.key_files.is_listed = false;
	front.key_files.found_count = 0;
	collect();
	assert_int_equal(files, 32);
}

static void a_long_name_is_passed_over(void **state)
{
	static char path[240];
	const struct fakefw_content two[] = {
		{path, "x", 1, 0}, {"\\a.txt", "a", 1, 0}, {NULL, NULL, 0, 0}};

	(void)state;
	memset(path, 'n', sizeof(path) - 1);
	path[0] = '\\';
	memcpy(path + sizeof(path) - 5, ".txt", 5);
	volume.contents = two;
	collect();
	assert_string_equal(names, "a.txt=a;");
}

/* --- Reading -------------------------------------------------------------- */

static uint8_t large[200000];

static int read_large(uint64_t off, uint8_t *buf, size_t len)
{
	static const struct fakefw_content one[] = {
		{"\\site.keys", large, sizeof(large), 0}, {NULL, NULL, 0, 0}};
	struct key_source source;
	size_t at = 0;
	int err;

	for (size_t i = 0; i < sizeof(large); i++)
		large[i] = (uint8_t)(i * 7 + i / 251);
	volume.contents = one;
	assert_int_equal(
		platform.ops->key_file_open(platform.ctx, &wish, &at, &source),
		0);
	assert_int_equal(source.size, sizeof(large));
	assert_string_equal(source.name, "site.keys");
	err = source.read(source.ctx, off, buf, len);
	platform.ops->key_file_close(platform.ctx, &source);
	return err;
}

static void any_part_is_read(void **state)
{
	static uint8_t buf[sizeof(large)];

	(void)state;
	for (volume.piece = 0; volume.piece <= 4096; volume.piece += 4096) {
		assert_int_equal(read_large(0, buf, sizeof(large)), 0);
		assert_memory_equal(buf, large, sizeof(large));
		assert_int_equal(read_large(70001, buf, 70001), 0);
		assert_memory_equal(buf, large + 70001, 70001);
		assert_int_equal(read_large(sizeof(large), buf, 0), 0);
		assert_int_equal(read_large(199999, buf, 2), -ERR_IO);
		assert_int_equal(
			read_large(sizeof(large) + 1, buf, 0), -ERR_IO);
	}
}

/* Q31: once is forgiven, at the opening and in the middle. */
static void the_medium_changed(void **state)
{
	static uint8_t buf[sizeof(large)];

	(void)state;
	volume.changes_left = 1;
	volume.reads_left = 3;
	assert_int_equal(read_large(0, buf, sizeof(large)), 0);
	assert_memory_equal(buf, large, sizeof(large));
	volume.contents = everything;
	volume.reads_left = 7;
	wish.count = 0;
	collect();
	assert_int_equal(files, 10);
	/* Again and again: */
	volume.changes_left = LAST;
	collect();
	assert_true(files > 0);
	assert_non_null(strstr(names, "site.keys!;"));
	volume.changes_left = 0;
}

static void what_cannot_be_read(void **state)
{
	static uint8_t buf[4096];

	(void)state;
	volume.read_status = EFI_DEVICE_ERROR;
	assert_int_equal(read_large(0, buf, sizeof(buf)), -ERR_IO);
	volume.read_status = EFI_SUCCESS;
	volume.piece = 1; /* a byte at a time */
	assert_int_equal(read_large(0, buf, sizeof(buf)), -ERR_IO);
	volume.piece = 0;
	volume.contents = everything;
	volume.open_status = EFI_DEVICE_ERROR;
	collect(); /* each of them is tried, and named */
	assert_int_equal(files, 2 * (2 * 2 + 3) + 4);
	assert_non_null(strstr(names, "site.keys!;"));
}

#define fw_test(f) cmocka_unit_test_setup_teardown(f, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		fw_test(the_likeliest_come_first),
		fw_test(no_folder_is_read_for_a_name),
		fw_test(only_what_is_removable_is_listed),
		fw_test(our_folder_may_be_the_root),
		fw_test(nothing_is_there),
		fw_test(only_fat_is_opened),
		fw_test(many_wishes),
		fw_test(a_listing_that_never_ends),
		fw_test(listings_that_break_off),
		fw_test(more_files_than_are_looked_at),
		fw_test(a_long_name_is_passed_over),
		fw_test(any_part_is_read),
		fw_test(the_medium_changed),
		fw_test(what_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
