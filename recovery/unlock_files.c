/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys from files: those that the volumes of this PC want, out of any number.
 */
#include "recovery/unlock_parts.h"

#include "recovery/keys/key_file.h"
#include "recovery/tell_unlock.h"
#include "storage/err.h"

/* A front offers fewer; one that never ends is cut off. */
#define MAX_FILES 256

static int read_file(struct unlock *u, const struct key_source *source,
	struct key_ring *ring)
{
	const struct key_sink sink = key_ring_sink(ring);
	int is_pack = key_file_is_pack(source);

	if (is_pack < 0)
		return is_pack;
	if (!is_pack)
		return key_file_parse(source, &sink);
	if (!u->platform->may_ask_pin)
		tell_unlock_sealed(u->platform, source->name);
	return 0;
}

void unlock_each_file(struct unlock *u, struct key_ring *ring,
	void (*read)(struct unlock *u, const struct key_source *source,
		struct key_ring *ring))
{
	const struct platform *p = u->platform;
	struct key_wish wish = {
		.ids = ring->wanted, .count = ring->wanted_count};
	struct unlock_work_source work;
	unsigned int files;
	size_t at = 0;

	if (wish.count > KEY_WISH_MAX) {
		u->is_left_out[UNLOCK_LIMIT_NAMES] = true;
		wish.count = KEY_WISH_MAX;
	}
	for (files = 0; files < MAX_FILES; files++) {
		struct key_source source = {.name = ""};
		int err = p->ops->key_file_open(p->ctx, &wish, &at, &source);

		if (err == -ERR_NOT_FOUND)
			break;
		if (err == 0) {
			unlock_expect_secrets(u);
			unlock_work_begin(u);
			unlock_work_source_open(&work, u, &source);
			read(u, &work.source, ring);
			p->ops->key_file_close(p->ctx, &source);
		} else {
			tell_unlock_file(p, source.name, err);
		}
	}
}

static void read_keys(struct unlock *u, const struct key_source *source,
	struct key_ring *ring)
{
	unsigned int faults = ring->faults;
	int err = read_file(u, source, ring);

	if (err < 0)
		tell_unlock_file(u->platform, source->name, err);
	if (ring->faults > faults)
		tell_unlock_rows(
			u->platform, source->name, ring->faults - faults);
}

size_t unlock_by_files(struct unlock *u)
{
	struct key_ring *ring;
	size_t opened = 0;

	if (u->has_read_files || !unlock_next_wanted(u, NULL))
		return 0;
	u->has_read_files = true;
	ring = unlock_ring_open(u);
	if (ring) {
		unlock_each_file(u, ring, read_keys);
		opened = unlock_try_ring(u, ring, UNLOCK_KEY_FILE);
	}
	unlock_ring_close(ring);
	return opened;
}
