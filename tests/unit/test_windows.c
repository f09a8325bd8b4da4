/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which volume of a machine is the one Windows; and never a wrong one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/windows.h"
#include "storage/err.h"
#include "tests/support/disk_layout.h"
#include "tests/support/failalloc.h"
#include "tests/support/fake_machine.h"
#include "tests/support/make_image.h"
#include "tests/support/ntfs_peek.h"

#define MIB	     (1u << 20)
#define VOLUME_BYTES (6 * MIB)
#define DISK_BYTES   (32 * MIB)
#define RECORD_ROOT  5
#define MAX_DISKS    (WINDOWS_MAX_DISKS + 1)

static const char with_windows[] =
	"dir /Windows/System32\n"
	"file /Windows/System32/ntoskrnl.exe text k\n";
static const char without_windows[] =
	"dir /Recovery/WindowsRE\n"
	"file /Recovery/WindowsRE/winre.wim text w\n"
	"file /Windows text \"no folder\"\n";

static struct fake_machine machine;
static struct emudisk disks[MAX_DISKS];
static unsigned int disk_count;
static struct windows w;

static struct emudisk *add_disk(uint64_t size, uint32_t block_bytes)
{
	struct emudisk *e = &disks[disk_count];
	char name[32];

	assert_int_equal(emudisk_open(e, size, block_bytes), 0);
	snprintf(name, sizeof(name), "disk %u", disk_count);
	disk_set_name(&e->disk, name);
	fake_machine_add_disk(&machine, &e->disk);
	disk_count++;
	return e;
}

/* Copies of mkntfs' volumes: @serial must differ, or not, as the test wants. */
static void put_volume(struct emudisk *to, uint64_t start, const char *manifest,
	uint64_t serial)
{
	struct image_plan plan = {.size_bytes = VOLUME_BYTES,
		.sector_bytes = to->disk.block_bytes,
		.manifest = manifest,
		.serial = serial};
	struct emudisk from;

	make_image(&from, &plan);
	memcpy(to->bytes + start, from.bytes, VOLUME_BYTES);
	emudisk_close(&from);
}

/* A GPT disk: 1 MiB ESP at 1 MiB, then places for three volumes. */
#define PLACE(n) ((2u + (n)*6u) * MIB)

static struct emudisk *add_gpt_disk(unsigned char guid)
{
	struct emudisk *e = add_disk(DISK_BYTES, 512);
	struct layout_gpt_part parts[4] = {
		{layout_type_esp, MIB / 512, 2 * MIB / 512 - 1}};

	for (unsigned int i = 0; i < 3; i++)
		parts[i + 1] = (struct layout_gpt_part){layout_type_data,
			PLACE(i) / 512, (PLACE(i) + VOLUME_BYTES) / 512 - 1};
	layout_gpt(e, parts, 4, LAYOUT_BOTH);
	layout_gpt_guid(e, guid);
	layout_fat16(e, MIB, MIB, "SYSTEM");
	return e;
}

/* The root directory's MFT record is no record any more. */
static void destroy_root(struct emudisk *e, uint64_t start)
{
	uint64_t place =
		peek_record_place(e->bytes + start, VOLUME_BYTES, RECORD_ROOT);

	assert_true(place);
	memset(e->bytes + start + place, 0, 512);
}

static int setup(void **state)
{
	(void)state;
	fake_machine_init(&machine);
	disk_count = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	windows_close(&w);
	while (disk_count)
		emudisk_close(&disks[--disk_count]);
	return 0;
}

static enum windows_found find(void)
{
	enum windows_found found =
		windows_find(&w, &machine.platform, WINDOWS_MARKER);

	for (unsigned int i = 0; i < disk_count; i++) {
		assert_int_equal(disks[i].counts.writes, 0);
		assert_int_equal(disks[i].counts.flushes, 0);
	}
	assert_int_equal(found == WINDOWS_ONE, w.stack != NULL);
	return found;
}

/* --- One ------------------------------------------------------------------ */

static void one_on_a_gpt_disk(void **state)
{
	struct emudisk *e = add_gpt_disk(1);

	(void)state;
	put_volume(e, PLACE(0), without_windows, 1);
	put_volume(e, PLACE(1), with_windows, 2);
	assert_int_equal(find(), WINDOWS_ONE);
	assert_string_equal(w.name, "disk 0, partition 3");
	assert_int_equal(w.ntfs_volumes, 2);
	assert_int_equal(w.unreadable_volumes, 0);
	assert_int_equal(w.err, 0);
	assert_int_equal(w.stack->volume.serial, 2);
	assert_int_equal(
		volume_exists(&w.stack->volume, "windows/system32"), 1);
	assert_true(overlay_is_empty(&w.stack->overlay));
	assert_int_equal(w.stack->direct.start_bytes, PLACE(1));
	assert_int_equal(w.stack->meter.counts.reads, e->counts.reads);
	assert_int_equal(windows_reopen(&w), 0);
	assert_int_equal(volume_exists(&w.stack->volume, WINDOWS_MARKER), 1);
}

static void one_without_a_table(void **state)
{
	(void)state;
	put_volume(add_disk(VOLUME_BYTES, 512), 0, with_windows, 1);
	add_disk(0, 512);
	add_disk(MIB, 512);
	assert_int_equal(find(), WINDOWS_ONE);
	assert_string_equal(w.name, "disk 0");
}

static void one_on_a_disk_of_large_blocks(void **state)
{
	(void)state;
	put_volume(add_disk(VOLUME_BYTES, 4096), 0, with_windows, 1);
	assert_int_equal(find(), WINDOWS_ONE);
}

static void one_on_the_last_of_many_disks(void **state)
{
	(void)state;
	for (int i = 1; i < WINDOWS_MAX_DISKS; i++)
		add_disk(MIB, 512);
	put_volume(add_disk(VOLUME_BYTES, 512), 0, with_windows, 1);
	assert_int_equal(find(), WINDOWS_ONE);
	assert_string_equal(w.name, "disk 31");
	assert_true(w.search.reads > 0);
}

/* What is locked may be the Windows that crashes. */
static void one_beside_a_locked_volume(void **state)
{
	struct emudisk *e = add_gpt_disk(1);

	(void)state;
	put_volume(e, PLACE(0), with_windows, 1);
	layout_bitlocker(e, PLACE(1));
	assert_int_equal(find(), WINDOWS_NOT_ALONE);
	assert_int_equal(w.encrypted_volumes, 1);
}

static void one_beside_a_pool(void **state)
{
	struct emudisk *e;
	const struct layout_gpt_part parts[] = {{layout_type_storage_pool,
		PLACE(0) / 512, (PLACE(0) + VOLUME_BYTES) / 512 - 1}};

	(void)state;
	put_volume(add_gpt_disk(1), PLACE(0), with_windows, 1);
	e = add_disk(DISK_BYTES, 512);
	layout_gpt(e, parts, 1, LAYOUT_BOTH);
	layout_gpt_guid(e, 2);
	assert_int_equal(find(), WINDOWS_NOT_ALONE);
	assert_int_equal(w.dynamic_volumes, 1);
}

/* Reformatted, with a trace of the old format. */
static void one_beside_an_ambiguous_volume(void **state)
{
	struct emudisk *e = add_gpt_disk(1);

	(void)state;
	put_volume(e, PLACE(0), with_windows, 1);
	put_volume(e, PLACE(1), without_windows, 2);
	layout_btrfs(e, PLACE(1));
	assert_int_equal(find(), WINDOWS_AMBIGUOUS);
}

static void one_beside_a_damaged_volume(void **state)
{
	struct emudisk *e = add_gpt_disk(1);

	(void)state;
	put_volume(e, PLACE(0), with_windows, 1);
	put_volume(e, PLACE(1), without_windows, 2);
	destroy_root(e, PLACE(1));
	assert_int_equal(find(), WINDOWS_ONE);
	assert_int_equal(w.unreadable_volumes, 1);
}

/* --- None, or not one ----------------------------------------------------- */

static void none(void **state)
{
	struct emudisk *e;

	(void)state;
	assert_int_equal(find(), WINDOWS_NONE);
	add_disk(0, 512);
	add_disk(100, 512);
	add_disk(MIB, 512);
	assert_int_equal(find(), WINDOWS_NONE);
	e = add_gpt_disk(1);
	assert_int_equal(find(), WINDOWS_NONE);
	put_volume(e, PLACE(0), without_windows, 1);
	assert_int_equal(find(), WINDOWS_NONE);
	assert_int_equal(w.ntfs_volumes, 1);
}

static void two_on_one_disk(void **state)
{
	struct emudisk *e = add_gpt_disk(1);

	(void)state;
	put_volume(e, PLACE(0), with_windows, 1);
	put_volume(e, PLACE(2), with_windows, 2);
	assert_int_equal(find(), WINDOWS_SEVERAL);
}

static void two_on_two_disks(void **state)
{
	(void)state;
	put_volume(add_gpt_disk(1), PLACE(0), with_windows, 1);
	put_volume(add_gpt_disk(2), PLACE(0), with_windows, 2);
	assert_int_equal(find(), WINDOWS_SEVERAL);
}

static void only_a_locked_one(void **state)
{
	struct emudisk *e = add_gpt_disk(1);

	(void)state;
	layout_bitlocker(e, PLACE(0));
	put_volume(e, PLACE(1), without_windows, 2);
	assert_int_equal(find(), WINDOWS_ENCRYPTED);
	assert_int_equal(w.encrypted_volumes, 1);
}

static void same_serial_number(void **state)
{
	struct emudisk *e = add_gpt_disk(1);

	(void)state;
	put_volume(e, PLACE(0), with_windows, 7);
	put_volume(e, PLACE(1), without_windows, 7);
	assert_int_equal(find(), WINDOWS_AMBIGUOUS);
	assert_null(w.stack);
}

static void same_disk_guid(void **state)
{
	(void)state;
	put_volume(add_gpt_disk(1), PLACE(0), with_windows, 1);
	put_volume(add_gpt_disk(1), PLACE(0), without_windows, 2);
	assert_int_equal(find(), WINDOWS_AMBIGUOUS);
}

static void a_raw_mirror(void **state)
{
	struct emudisk *e = add_gpt_disk(1);

	(void)state;
	put_volume(e, PLACE(0), with_windows, 1);
	assert_int_equal(emudisk_clone(&disks[disk_count], e), 0);
	fake_machine_add_disk(&machine, &disks[disk_count++].disk);
	/* Not "several": what is to be said is that one copies the other. */
	assert_int_equal(find(), WINDOWS_AMBIGUOUS);
	/* A third Windows of its own changes nothing about that. */
	put_volume(add_gpt_disk(2), PLACE(0), with_windows, 2);
	assert_int_equal(find(), WINDOWS_AMBIGUOUS);
}

/* A copy of the partition alone: the disks' own identities differ. */
static void a_copied_volume(void **state)
{
	(void)state;
	put_volume(add_gpt_disk(1), PLACE(0), with_windows, 1);
	put_volume(add_gpt_disk(2), PLACE(1), with_windows, 1);
	assert_int_equal(find(), WINDOWS_AMBIGUOUS);
}

static void part_of_a_pool(void **state)
{
	struct emudisk *e = add_disk(DISK_BYTES, 512);
	const struct layout_gpt_part parts[] = {{layout_type_storage_pool,
		PLACE(0) / 512, (PLACE(0) + VOLUME_BYTES) / 512 - 1}};

	(void)state;
	layout_gpt(e, parts, 1, LAYOUT_BOTH);
	put_volume(e, PLACE(0), with_windows, 1);
	assert_int_equal(find(), WINDOWS_DYNAMIC);
}

static void too_many_disks(void **state)
{
	(void)state;
	put_volume(add_disk(VOLUME_BYTES, 512), 0, with_windows, 1);
	for (int i = 0; i < WINDOWS_MAX_DISKS; i++)
		add_disk(MIB, 512);
	assert_int_equal(find(), WINDOWS_UNREADABLE);
	assert_int_equal(w.err, -ERR_TOO_LARGE);
	/* Nor is it none where one could not look. */
	disks[0].bytes[3] = 'X';
	assert_int_equal(find(), WINDOWS_UNREADABLE);
}

/* --- Could not look ------------------------------------------------------- */

static void unreadable_disk(void **state)
{
	(void)state;
	put_volume(add_gpt_disk(1), PLACE(0), with_windows, 1);
	disks[0].bad_to = UINT64_MAX;
	assert_int_equal(find(), WINDOWS_UNREADABLE);
	assert_int_equal(w.err, -ERR_IO);
	disks[0].bad_to = 0;
	assert_int_equal(find(), WINDOWS_ONE);
	windows_close(&w);
	/* Another disk may hold another Windows. */
	put_volume(add_gpt_disk(2), PLACE(0), with_windows, 2);
	disks[1].bad_to = UINT64_MAX;
	assert_int_equal(find(), WINDOWS_UNREADABLE);
	assert_int_equal(w.err, -ERR_IO);
}

static void damaged_windows(void **state)
{
	struct emudisk *e = add_gpt_disk(1);

	(void)state;
	put_volume(e, PLACE(0), with_windows, 1);
	destroy_root(e, PLACE(0));
	assert_int_equal(find(), WINDOWS_UNREADABLE);
	assert_int_equal(w.unreadable_volumes, 1);
	assert_int_equal(w.err, -ERR_CORRUPT);
}

/*
 * Of two Windows never one, of one never none, whatever cannot be read.
 */
static void every_read_fails(bool has_second)
{
	uint64_t reads[2];

	put_volume(add_gpt_disk(1), PLACE(0), with_windows, 1);
	put_volume(add_gpt_disk(2), PLACE(0),
		has_second ? with_windows : without_windows, 2);
	assert_int_equal(find(), has_second ? WINDOWS_SEVERAL : WINDOWS_ONE);
	windows_close(&w);
	for (int d = 0; d < 2; d++)
		reads[d] = disks[d].counts.reads;
	for (int d = 0; d < 2; d++) {
		assert_true(reads[d] > 5);
		for (uint64_t n = 1; n <= reads[d]; n++) {
			for (int on = 0; on < 2; on++) {
				enum windows_found found;

				emudisk_reset(&disks[0]);
				emudisk_reset(&disks[1]);
				emudisk_plan_fault(&disks[d], EMUDISK_READ,
					EMUDISK_FAIL, n, on);
				found = find();
				if (found == WINDOWS_NONE ||
					(has_second && found == WINDOWS_ONE) ||
					(on && found == WINDOWS_ONE))
					fail_msg("find:read %d:%d:%d: %d", d,
						(int)n, on, found);
				windows_close(&w);
			}
		}
	}
}

static void failing_reads_with_one(void **state)
{
	(void)state;
	every_read_fails(false);
}

static void failing_reads_with_two(void **state)
{
	(void)state;
	every_read_fails(true);
}

static void failing_allocations(void **state)
{
	bool was_hit = true;

	(void)state;
	put_volume(add_gpt_disk(1), PLACE(0), with_windows, 1);
	put_volume(add_gpt_disk(2), PLACE(0), with_windows, 2);
	for (uint64_t n = 1; was_hit; n++) {
		enum windows_found found;

		failalloc_arm(n, false);
		found = find();
		was_hit = failalloc_disarm();
		if (found != WINDOWS_SEVERAL && found != WINDOWS_UNREADABLE)
			fail_msg("find:allocation:%d: %d", (int)n, found);
		assert_true(was_hit || found == WINDOWS_SEVERAL);
		windows_close(&w);
	}
	assert_true(failalloc_count() > 100);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_on_a_gpt_disk),
		TEST(one_without_a_table),
		TEST(one_on_a_disk_of_large_blocks),
		TEST(one_on_the_last_of_many_disks),
		TEST(one_beside_a_locked_volume),
		TEST(one_beside_a_pool),
		TEST(one_beside_an_ambiguous_volume),
		TEST(one_beside_a_damaged_volume),
		TEST(none),
		TEST(two_on_one_disk),
		TEST(two_on_two_disks),
		TEST(only_a_locked_one),
		TEST(same_serial_number),
		TEST(same_disk_guid),
		TEST(a_raw_mirror),
		TEST(a_copied_volume),
		TEST(part_of_a_pool),
		TEST(too_many_disks),
		TEST(unreadable_disk),
		TEST(damaged_windows),
		TEST(failing_reads_with_one),
		TEST(failing_reads_with_two),
		TEST(failing_allocations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
