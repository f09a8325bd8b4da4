/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who gets a place and whose turn it is; how much of files is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/unlock_parts.h"
#include "storage/err.h"
#include "tests/support/fake_machine.h"

static struct fake_machine machine;
static struct unlock unlock;
static struct disk fixed[3];
static struct disk stick = {.is_removable = true};

static int start(void **state)
{
	(void)state;
	fake_machine_init(&machine);
	unlock_open(&unlock, &machine.platform);
	return 0;
}

/* A place for one more volume of @d, which is closed, and wanted. */
static bool put(struct disk *d)
{
	struct unlock_volume *v = unlock_room_get(&unlock, d);

	if (v)
		v->disk = d;
	return v != NULL;
}

static size_t count(const struct disk *d)
{
	size_t found = 0;

	for (size_t i = 0; i < unlock.count; i++)
		found += unlock.volumes[i].disk == d;
	return found;
}

/* --- Places --------------------------------------------------------------- */

static void a_stick_takes_half(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNLOCK_MAX_REMOVABLE; i++)
		assert_true(put(&stick));
	assert_false(unlock.is_left_out[UNLOCK_LIMIT_VOLUMES]);
	assert_false(put(&stick));
	assert_true(unlock.is_left_out[UNLOCK_LIMIT_VOLUMES]);
	/* ... and loses that to what is built in, but for what is open. */
	unlock.volumes[0].way = UNLOCK_CLEAR_KEY;
	for (size_t i = 0; i < UNLOCK_MAX_VOLUMES - 1; i++)
		assert_true(put(&fixed[0]));
	assert_int_equal(count(&stick), 1);
	assert_ptr_equal(unlock.volumes[0].disk, &stick);
	assert_false(put(&fixed[0]));
	assert_false(put(&stick));
	assert_int_equal(unlock.count, UNLOCK_MAX_VOLUMES);
}

/* One disk full of volumes leaves room for another's, and not the reverse. */
static void disks_share(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNLOCK_MAX_OF_A_DISK; i++) {
		assert_true(put(&fixed[0]));
		assert_true(put(&fixed[1]));
	}
	assert_false(put(&fixed[0]));
	assert_true(put(&fixed[2]));
	/* The last one had to go: the first were met first. */
	assert_ptr_equal(
		unlock.volumes[UNLOCK_MAX_VOLUMES - 1].disk, &fixed[2]);
	assert_false(put(&fixed[0]));
	while (put(&fixed[2]))
		;
	while (put(&fixed[1]))
		;
	assert_int_equal(count(&fixed[0]), 6);
	assert_int_equal(count(&fixed[1]), 5);
	assert_int_equal(count(&fixed[2]), 5);
}

static void what_is_open_stays(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNLOCK_MAX_OF_A_DISK; i++) {
		assert_true(put(&fixed[0]));
		unlock.volumes[i].way = UNLOCK_CLEAR_KEY;
	}
	assert_false(put(&fixed[0]));
	/* One disk alone takes no place from another. */
	for (size_t i = 0; i < UNLOCK_MAX_OF_A_DISK; i++)
		assert_true(put(&fixed[1]));
	for (size_t i = 0; i < unlock.count; i++)
		unlock.volumes[i].way = UNLOCK_CLEAR_KEY;
	assert_false(put(&fixed[2]));
}

/* --- Turns ---------------------------------------------------------------- */

static char turns[256];

/* As many as the volume's .row says. */
static bool note(void *ctx, struct unlock_volume *v, unsigned int nth)
{
	size_t len = strlen(turns);

	(void)ctx;
	if (nth >= v->row)
		return false;
	(void)snprintf(turns + len, sizeof(turns) - len, "%s%u ", v->name, nth);
	return true;
}

static void put_named(struct disk *d, const char *name, uint32_t has)
{
	struct unlock_volume *v = unlock_room_get(&unlock, d);

	assert_non_null(v);
	v->disk = d;
	v->row = has;
	(void)snprintf(v->name, sizeof(v->name), "%s", name);
}

static void each_in_turn(void **state)
{
	(void)state;
	put_named(&stick, "s", 2);
	put_named(&fixed[0], "a", 3);
	put_named(&fixed[0], "open", 9);
	put_named(&fixed[0], "broken", 9);
	put_named(&fixed[1], "b", 1);
	put_named(&stick, "t", 1);
	put_named(&fixed[1], "c", 2);
	unlock.volumes[2].way = UNLOCK_TYPED;
	unlock.volumes[3].err = -ERR_IO;
	turns[0] = 0;
	unlock_in_turn(&unlock, note, NULL);
	assert_string_equal(turns, "a0 b0 c0 a1 c1 a2 s0 t0 s1 ");
}

/* --- Files ---------------------------------------------------------------- */

static int read_nothing(void *ctx, uint64_t off, void *buf, size_t len)
{
	(void)ctx;
	(void)off;
	(void)buf;
	(void)len;
	return 0;
}

/* In a run, whatever there is in how many of them. */
static void files_are_bounded(void **state)
{
	const struct key_source endless = {.read = read_nothing,
		.size = KEY_SOURCE_MAX_BYTES,
		.name = "endless.txt"};
	struct unlock_work_source s;
	uint64_t pieces = 0;

	(void)state;
	unlock_work_begin(&unlock);
	unlock_work_source_open(&s, &unlock, &endless);
	assert_string_equal(s.source.name, "endless.txt");
	while (key_source_read(&s.source, 0, NULL, 1u << 20) == 0)
		pieces++;
	assert_int_equal(pieces << 20, UNLOCK_MAX_FILE_BYTES);
	assert_int_equal(
		key_source_read(&s.source, 0, NULL, 1), -ERR_TOO_LARGE);
	/* A tenth of a millisecond for each look, and nothing is lost. */
	assert_in_range(machine.slow_ms, pieces / 10 - 1, pieces / 10 + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_stick_takes_half, start),
		cmocka_unit_test_setup(disks_share, start),
		cmocka_unit_test_setup(what_is_open_stays, start),
		cmocka_unit_test_setup(each_in_turn, start),
		cmocka_unit_test_setup(files_are_bounded, start),
	};

	return cmocka_run_group_tests_name("unlock_room", tests, NULL, NULL);
}
