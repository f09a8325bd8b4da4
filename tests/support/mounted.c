/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stacks volume, overlay, slice and emulated disk for tests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "storage/commit.h"
#include "tests/support/mounted.h"

static void use_part(struct mounted *m, uint64_t start_bytes)
{
	m->bytes = m->disk.bytes + start_bytes;
	m->size = m->disk.disk.size_bytes - start_bytes;
	assert_int_equal(
		slice_init(&m->slice, &m->disk.disk, start_bytes, m->size), 0);
}

void mounted_make(struct mounted *m, const struct image_plan *plan)
{
	memset(m, 0, sizeof(*m));
	make_image(&m->disk, plan);
	use_part(m, 0);
}

bool mounted_fixture(struct mounted *m, const char *name, uint64_t start_bytes)
{
	memset(m, 0, sizeof(*m));
	if (!make_image_fixture(&m->disk, name))
		return false;
	use_part(m, start_bytes);
	return true;
}

void mounted_mount(struct mounted *m)
{
	assert_int_equal(
		overlay_open(&m->overlay, &m->slice.disk, OVERLAY_MAX_BYTES),
		0);
	assert_int_equal(volume_open(&m->volume, &m->overlay.disk), 0);
}

void mounted_open(struct mounted *m, const struct image_plan *plan)
{
	mounted_make(m, plan);
	mounted_mount(m);
}

void mounted_unmount(struct mounted *m)
{
	assert_int_equal(volume_close(&m->volume), 0);
	overlay_close(&m->overlay);
}

void mounted_keep(struct mounted *m)
{
	struct commit_counts counts;

	assert_int_equal(volume_close(&m->volume), 0);
	assert_int_equal(commit_overlay(&m->overlay, &m->slice.disk, NULL, NULL,
				 &counts),
		0);
	overlay_close(&m->overlay);
	mounted_mount(m);
}

void mounted_remount(struct mounted *m)
{
	assert_int_equal(volume_close(&m->volume), 0);
	assert_int_equal(volume_open(&m->volume, &m->overlay.disk), 0);
}

void mounted_close(struct mounted *m)
{
	(void)volume_close(&m->volume); /* also after a test that failed */
	overlay_close(&m->overlay);
	emudisk_close(&m->disk);
	memset(m, 0, sizeof(*m));
}
