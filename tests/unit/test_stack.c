/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The layers of an unlocked volume, as far as there is memory for them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/stack.h"
#include "storage/err.h"
#include "tests/support/failalloc.h"
#include "tests/support/make_image.h"
#include "tests/support/unlock_rig.h"

#define BYTES (6u << 20)

static const struct bitlocker_plan suspended = {
	.secrets = {{BITLOCKER_CLEAR_KEY, NULL}},
	.secret_count = 1,
};
static const struct found_volume all = {
	.kind = VOLUME_BITLOCKER, .size_bytes = BYTES};

/* A volume that is plain at first, and then has BitLocker. */
static int start(void **state)
{
	const struct image_plan plan = {.size_bytes = BYTES};
	struct bitlocker_made ignored;

	(void)state;
	make_image(&rig.disk, &plan);
	assert_null(
		bitlocker_make(&suspended, rig.disk.bytes, BYTES, &ignored));
	unlock_rig_forget();
	assert_non_null(unlock_note(
		&rig.unlock, &rig.disk.disk, &rig.disk.disk, &all, "volume"));
	return 0;
}

/* What is below the layer is never taken for the plain volume. */
static void no_memory_for_the_layer(void **state)
{
	const struct unlock_volume *v =
		unlock_find(&rig.unlock, &rig.disk.disk, 0);
	unsigned int failures = 0;
	bool has_layer = false;

	(void)state;
	for (uint64_t n = 1; !has_layer; n++) {
		struct stack *k;
		int err;

		assert_int_equal(stack_open(&rig.disk.disk, &k), 0);
		failalloc_arm(n, false);
		err = stack_open_volume(k, &all, v);
		assert_true(failalloc_disarm());
		has_layer = k->plain == &k->bitlocker.disk;
		if (k->plain == &k->overlay.disk) {
			assert_int_equal(err, -ERR_NO_MEMORY);
			assert_null(k->volume.ntfs);
			failures++;
		}
		stack_close(k);
	}
	assert_true(failures > 0);
	assert_int_equal(rig.disk.counts.writes, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			no_memory_for_the_layer, start, unlock_rig_stop),
	};

	return cmocka_run_group_tests_name("stack", tests, NULL, NULL);
}
