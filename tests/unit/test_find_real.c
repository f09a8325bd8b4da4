/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Volumes that Windows made.  They are not part of the project: taken from
 * $LOOPBREAKER_FIXTURES, or ../shared/fixtures, or skipped.
 *
 * What to expect is read off each image by a few lines that share nothing with
 * libblkid: the boot sector's signature and serial number, at the start or
 * where the first MBR entry points.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "storage/bytes.h"
#include "storage/find.h"
#include "tests/support/check_found.h"
#include "tests/support/emudisk.h"

static struct found found;

/* Unpacks @dir/@name into a file of its own, whose name is put into @path. */
static void unpack(const char *dir, const char *name, char *path, size_t cap)
{
	const char *tmp = getenv("TMPDIR");
	char command[2048];
	int fd;

	snprintf(path, cap, "%s/test_find.XXXXXX", tmp ? tmp : "/tmp");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
	snprintf(command, sizeof(command), "xz -dc '%s/%s' >'%s'", dir, name,
		path);
	assert_int_equal(system(command), 0);
}

static bool has_signature(const struct emudisk *e, uint64_t at, const char *s)
{
	return at + 512 <= e->disk.size_bytes &&
	       !memcmp(e->bytes + at + 3, s, 8);
}

static void expect_ntfs(const struct emudisk *e, size_t i, uint64_t at)
{
	const struct found_volume *v = &found.volumes[i];
	char serial[FIND_UUID_BYTES];

	assert_true(i < found.count);
	assert_int_equal(v->kind, VOLUME_NTFS);
	assert_int_equal(v->start_bytes, at);
	snprintf(serial, sizeof(serial), "%016llX",
		(unsigned long long)le64_get(e->bytes + at + 72));
	assert_string_equal(v->uuid, serial);
}

static void check_image(const struct emudisk *e, const char *name)
{
	uint64_t at;

	print_message("  %s: %zu volumes, label \"%s\"\n", name, found.count,
		found.count ? found.volumes[0].label : "");
	check_found(&found, &e->disk);
	if (has_signature(e, 0, "NTFS    ")) {
		assert_false(found.has_table);
		assert_int_equal(found.count, 1);
		expect_ntfs(e, 0, 0);
	} else if (has_signature(e, 0, "-FVE-FS-") ||
		   has_signature(e, 0, "MSWIN4.1")) {
		assert_false(found.has_table);
		assert_int_equal(found.count, 1);
		assert_int_equal(found.volumes[0].kind, VOLUME_BITLOCKER);
	} else if (!memcmp(e->bytes, "RSTR", 4)) {
		assert_int_equal(found.count, 0); /* a bare $LogFile */
	} else {
		at = (uint64_t)le32_get(e->bytes + 446 + 8) * 512;
		assert_true(has_signature(e, at, "NTFS    "));
		assert_true(found.has_table);
		expect_ntfs(e, 0, at);
	}
}

static void check_file(const char *dir, const char *name)
{
	struct emudisk e;
	char path[256];

	unpack(dir, name, path, sizeof(path));
	assert_int_equal(emudisk_load(&e, path, 512), 0);
	(void)unlink(path);
	assert_int_equal(find_volumes(&e.disk, &found), 0);
	check_image(&e, name);
	assert_int_equal(e.counts.writes, 0);
	emudisk_close(&e);
}

/* Checks every *.xz of the folder; 0 if there is none. */
static unsigned int check_folder(const char *folder)
{
	const char *fixtures = getenv("LOOPBREAKER_FIXTURES");
	const struct dirent *entry;
	unsigned int count = 0;
	char dir[512];
	size_t len;
	DIR *d;

	snprintf(dir, sizeof(dir), "%s/%s",
		fixtures ? fixtures : "../shared/fixtures", folder);
	d = opendir(dir);
	while (d && (entry = readdir(d))) {
		len = strlen(entry->d_name);
		if (len < 3 || strcmp(entry->d_name + len - 3, ".xz") != 0)
			continue;
		check_file(dir, entry->d_name);
		count++;
	}
	if (d)
		closedir(d);
	else
		print_message("skipped: no folder %s\n", dir);
	return count;
}

static void ntfs_volumes(void **state)
{
	(void)state;
	if (!check_folder("ntfs"))
		skip();
}

static void bitlocker_volumes(void **state)
{
	(void)state;
	if (!check_folder("bitlocker/windows"))
		skip();
}

static void bitlocker_volumes_with_content(void **state)
{
	(void)state;
	if (!check_folder("bitlocker/mountable"))
		skip();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ntfs_volumes),
		cmocka_unit_test(bitlocker_volumes),
		cmocka_unit_test(bitlocker_volumes_with_content),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
