/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes machines of several disks, and lets windows_find() look at them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/disk_layout.h"
#include "tests/support/make_image.h"
#include "tests/support/ntfs_peek.h"
#include "tests/support/search_rig.h"

#define RECORD_ROOT 5

const char search_with_windows[] =
	"dir /Windows/System32\n"
	"file /Windows/System32/ntoskrnl.exe text k\n";
const char search_without_windows[] =
	"dir /Recovery/WindowsRE\n"
	"file /Recovery/WindowsRE/winre.wim text w\n"
	"file /Windows text \"no folder\"\n";

struct fake_machine search_machine;
struct emudisk search_disks[SEARCH_MAX_DISKS];
unsigned int search_disk_count;
struct windows search_found;
struct boot_config search_config;

struct emudisk *search_add_disk(uint64_t size, uint32_t block_bytes)
{
	struct emudisk *e = &search_disks[search_disk_count];
	char name[32];

	assert_int_equal(emudisk_open(e, size, block_bytes), 0);
	snprintf(name, sizeof(name), "disk %u", search_disk_count);
	disk_set_name(&e->disk, name);
	fake_machine_add_disk(&search_machine, &e->disk);
	search_disk_count++;
	return e;
}

/* Copies of mkntfs' volumes: @serial must differ, or not, as the test wants. */
void search_put_volume(struct emudisk *to, uint64_t start, const char *manifest,
	uint64_t serial)
{
	struct image_plan plan = {.size_bytes = SEARCH_VOLUME_BYTES,
		.sector_bytes = to->disk.block_bytes,
		.manifest = manifest,
		.serial = serial};
	struct emudisk from;

	make_image(&from, &plan);
	memcpy(to->bytes + start, from.bytes, SEARCH_VOLUME_BYTES);
	emudisk_close(&from);
}

struct emudisk *search_add_gpt_disk(unsigned char guid)
{
	struct emudisk *e = search_add_disk(SEARCH_DISK_BYTES, 512);
	struct layout_gpt_part parts[4] = {
		{layout_type_esp, MIB / 512, 2 * MIB / 512 - 1}};

	for (unsigned int i = 0; i < 3; i++)
		parts[i + 1] = (struct layout_gpt_part){layout_type_data,
			PLACE(i) / 512,
			(PLACE(i) + SEARCH_VOLUME_BYTES) / 512 - 1};
	layout_gpt(e, parts, 4, LAYOUT_BOTH);
	layout_gpt_guid(e, guid);
	layout_fat16(e, MIB, MIB, "SYSTEM");
	return e;
}

struct emudisk *search_add_windows_disk(unsigned char guid, uint64_t serial)
{
	struct emudisk *e = search_add_gpt_disk(guid);

	search_put_volume(e, PLACE(0), search_with_windows, serial);
	return e;
}

/* The root directory's MFT record is no record any more. */
void search_destroy_root(struct emudisk *e, uint64_t start)
{
	uint64_t place = peek_record_place(
		e->bytes + start, SEARCH_VOLUME_BYTES, RECORD_ROOT);

	assert_true(place);
	memset(e->bytes + start + place, 0, 512);
}

int search_setup(void **state)
{
	(void)state;
	fake_machine_init(&search_machine);
	search_disk_count = 0;
	return 0;
}

int search_teardown(void **state)
{
	(void)state;
	windows_close(&search_found);
	while (search_disk_count)
		emudisk_close(&search_disks[--search_disk_count]);
	return 0;
}

enum windows_found search_find(void)
{
	enum windows_found found;

	memset(&search_config, 0, sizeof(search_config));
	search_machine.boot_file_gets = 0;
	found = windows_find(&search_found, &search_machine.platform,
		WINDOWS_MARKER, &search_config, NULL);

	for (unsigned int i = 0; i < search_disk_count; i++) {
		assert_int_equal(search_disks[i].counts.writes, 0);
		assert_int_equal(search_disks[i].counts.flushes, 0);
	}
	assert_int_equal(found == WINDOWS_ONE, search_found.stack != NULL);
	return found;
}
