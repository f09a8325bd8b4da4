/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The judges of damaged volumes see what they are to see: each kind of change
 * beside a hold, by renaming and by moving, and beside its undo.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "quarantine/hold.h"
#include "tests/support/corrupt_moments.h"
#include "tests/support/make_image.h"
#include "tests/support/ntfs_peek.h"

#define FOLDER	     "Folder"
#define NAME	     "bad.sys"
#define OTHER	     "other.sys"
#define HOLD_ID	     7
#define VOLUME_BYTES (6u << 20)
#define MANIFEST                                                               \
	"file /Folder/bad.sys repeat bad 9000\n"                               \
	"file /Folder/other.sys repeat other 9000\n"                           \
	"file /Folder/small.sys text small\n"

#define STANDARD_INFORMATION 0x10
#define FILE_NAME	     0x30
#define DATA		     0x80
#define NAME_TIMES	     8 /* in a $FILE_NAME: the first of four */

static const struct corrupt_hold ways[] = {
	{.name = NAME, .suffix = ".held-00000007"},
	{.name = NAME, .suffix = NULL},
};

#define WAYS (sizeof(ways) / sizeof(ways[0]))

static struct emudisk disk;
static struct corrupt_moments sound[WAYS], now;

static void make_moments(
	struct corrupt_moments *m, const struct corrupt_hold *h)
{
	char held[HOLD_NAME_BYTES];
	struct overlay o;
	struct volume v;

	corrupt_moments_open(m, VOLUME_BYTES);
	assert_int_equal(overlay_open(&o, &disk.disk, OVERLAY_MAX_BYTES), 0);
	assert_int_equal(volume_open(&v, &o.disk), 0);
	assert_int_equal(volume_set_dirty(&v, true), 0);
	assert_int_equal(volume_close(&v), 0);
	corrupt_moments_take(m, m->before, &disk, &o);
	assert_int_equal(volume_open(&v, &o.disk), 0);
	if (h->suffix)
		assert_int_equal(
			hold_name(NAME, HOLD_ID, held, sizeof(held)), 0);
	else
		assert_int_equal(hold_moved_name(FOLDER, NAME, HOLD_ID, held,
					 sizeof(held)),
			0);
	assert_int_equal(hold_apply(&v, h->suffix ? HOLD_FILE : HOLD_MOVED,
				 FOLDER, NAME, HOLD_ID),
		0);
	assert_int_equal(volume_close(&v), 0);
	corrupt_moments_take(m, m->held, &disk, &o);
	m->is_held = true;
	assert_int_equal(volume_open(&v, &o.disk), 0);
	assert_int_equal(hold_undo(&v, FOLDER, held), 0);
	assert_int_equal(volume_close(&v), 0);
	corrupt_moments_take(m, m->undone, &disk, &o);
	m->is_undone = true;
	overlay_close(&o);
}

static int make_all(void **state)
{
	const struct image_plan plan = {
		.size_bytes = VOLUME_BYTES, .manifest = MANIFEST};

	(void)state;
	make_image(&disk, &plan);
	for (size_t i = 0; i < WAYS; i++)
		make_moments(&sound[i], &ways[i]);
	corrupt_moments_open(&now, VOLUME_BYTES);
	return 0;
}

static int free_all(void **state)
{
	(void)state;
	for (size_t i = 0; i < WAYS; i++)
		corrupt_moments_close(&sound[i]);
	corrupt_moments_close(&now);
	emudisk_close(&disk);
	return 0;
}

static void begin(size_t way)
{
	memcpy(now.before, sound[way].before, VOLUME_BYTES);
	memcpy(now.held, sound[way].held, VOLUME_BYTES);
	memcpy(now.undone, sound[way].undone, VOLUME_BYTES);
	now.is_held = now.is_undone = true;
}

static void expect(size_t way, bool is_right)
{
	char *wrong = corrupt_moments_judge(&now, &sound[way], &ways[way]);

	if (wrong && is_right)
		print_error("%s\n", wrong);
	assert_int_equal(wrong == NULL, is_right);
	free(wrong);
}

static uint64_t place_of(const char *name, uint32_t type, uint64_t skip)
{
	uint64_t number = peek_record_of(disk.bytes, VOLUME_BYTES, name);
	uint64_t place =
		peek_value_place(disk.bytes, VOLUME_BYTES, number, type);

	assert_int_not_equal(place, 0);
	return place + skip;
}

/* Damage that was there before, in the very record that a hold changes. */
static void damage_that_stays_is_right(void **state)
{
	uint64_t at = place_of(NAME, STANDARD_INFORMATION, 1);

	(void)state;
	for (size_t way = 0; way < WAYS; way++) {
		begin(way);
		expect(way, true);
		now.before[at] ^= 0x40;
		now.held[at] ^= 0x40;
		now.undone[at] ^= 0x40;
		expect(way, true);
	}
}

/* All that a hold must not change, one after the other. */
static void each_other_change_is_wrong(void **state)
{
	const uint64_t places[] = {
		place_of(NAME, STANDARD_INFORMATION, 1),
		place_of(NAME, DATA, 100),
		place_of(OTHER, DATA, 100),
		place_of(OTHER, STANDARD_INFORMATION, 1),
		place_of(OTHER, FILE_NAME, NAME_TIMES),
		place_of("small.sys", DATA, 0),
		place_of(FOLDER, STANDARD_INFORMATION, 1),
	};

	(void)state;
	for (size_t way = 0; way < WAYS; way++)
		for (size_t i = 0; i < sizeof(places) / sizeof(places[0]);
			i++) {
			begin(way);
			now.held[places[i]] ^= 0x40;
			expect(way, false);
		}
}

static void a_hold_that_did_nothing_is_wrong(void **state)
{
	(void)state;
	for (size_t way = 0; way < WAYS; way++) {
		begin(way);
		memcpy(now.held, now.before, VOLUME_BYTES);
		expect(way, false);
	}
}

static void an_undo_that_changes_more_is_wrong(void **state)
{
	(void)state;
	begin(0);
	now.undone[place_of(OTHER, DATA, 100)] ^= 0x40;
	expect(0, false);
	begin(0);
	memcpy(now.undone, now.held, VOLUME_BYTES);
	expect(0, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(damage_that_stays_is_right),
		cmocka_unit_test(each_other_change_is_wrong),
		cmocka_unit_test(a_hold_that_did_nothing_is_wrong),
		cmocka_unit_test(an_undo_that_changes_more_is_wrong),
	};

	return cmocka_run_group_tests(tests, make_all, free_all);
}
