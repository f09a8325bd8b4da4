/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "linux/command.h"
#include "linux/file_source.h"
#include "linux/keys_tool.h"
#include "recovery/keys/key_file.h"
#include "storage/crypto/secret.h"
#include "storage/err.h"

#define FIRST_ROOM 1024
/* More than a pack takes, as there may be many twice. */
#define MAX_ROOM ((size_t)16 * KEY_PACK_MAX_RECORDS)
#define MIB	 (1u << 20)

static void say_skipped(struct keys_collected *c, uint32_t row, const char *why)
{
	fprintf(stderr, "loopbreaker: %s: row %lu is skipped: %s.\n", c->file,
		(unsigned long)row, why);
	c->skipped++;
}

static void take_fault(void *ctx, const struct key_fault *f)
{
	char text[KEY_FAULT_TEXT_BYTES];

	say_skipped(ctx, f->row, key_fault_text(f, text));
}

/* Not realloc(), which leaves copies of keys behind. */
static int make_room(struct keys_collected *c)
{
	size_t room = c->room ? 2 * c->room : FIRST_ROOM;
	struct key_pack_entry *more;

	if (c->count < c->room)
		return 0;
	if (room > MAX_ROOM) {
		c->is_full = true;
		return -ERR_TOO_LARGE;
	}
	more = calloc(room, sizeof(*more));
	if (!more)
		return -ERR_NO_MEMORY;
	if (c->count)
		memcpy(more, c->entries, c->count * sizeof(*more));
	secret_wipe(c->entries, c->room * sizeof(*more));
	free(c->entries);
	c->entries = more;
	c->room = room;
	return 0;
}

static int take_key(void *ctx, const struct key *k)
{
	struct keys_collected *c = ctx;
	int err;

	if (k->id_kind != KEY_ID_WHOLE) {
		say_skipped(c, k->row,
			k->id_kind == KEY_ID_START
				? "of the key's identifier there are only the "
				  "first eight digits"
				: "the key has no identifier (key ID)");
		return 0;
	}
	err = make_room(c);
	if (!err)
		err = key_pack_entry_set(&c->entries[c->count], k);
	if (!err)
		c->count++;
	return err;
}

static int say_limit(const struct keys_collected *c, const char *path,
	const struct key_source *source)
{
	if (c->is_full)
		return command_say_limit(path,
			"there are more than %zu keys, counting those that "
			"are there twice; split it",
			c->room);
	if (source->size > KEY_SOURCE_MAX_BYTES)
		return command_say_limit(path,
			"it is larger than %u MiB, the most that is read of a "
			"file with keys; split it",
			KEY_SOURCE_MAX_BYTES / MIB);
	return command_say_limit(path,
		"it is larger than %u bytes, which no startup key (.BEK) is",
		BITLOCKER_MAX_BEK_BYTES);
}

static int say_format(const struct keys_collected *c, const char *path,
	const struct key_source *source, int err)
{
	if (err == -ERR_TOO_LARGE)
		return say_limit(c, path, source);
	if (err == -ERR_UNSUPPORTED) {
		fprintf(stderr,
			"loopbreaker: %s is a sealed key pack, or a startup "
			"key of a version that is not known; name what it was "
			"made from.\n",
			path);
		return EXIT_REFUSED;
	}
	return command_say_err(path, err);
}

static int collect_file(struct keys_collected *c, const char *path)
{
	const struct key_sink sink = {
		.key = take_key, .fault = take_fault, .ctx = c};
	size_t count = c->count;
	size_t skipped = c->skipped;
	struct file_source f;
	int status = file_source_open(&f, path);
	int err;

	c->file = path;
	if (!status) {
		err = key_file_parse(&f.source, &sink);
		if (err < 0)
			status = say_format(c, path, &f.source, err);
		else if (c->count == count && c->skipped == skipped)
			fprintf(stderr, "loopbreaker: %s has no key in it.\n",
				path);
	}
	file_source_close(&f);
	return status;
}

int keys_collect(struct keys_collected *c, char *const *files, size_t count)
{
	size_t dropped;
	size_t i;
	int status = 0;

	memset(c, 0, sizeof(*c));
	for (i = 0; i < count && !status; i++)
		status = collect_file(c, files[i]);
	if (status || !c->count)
		return status;
	c->count = key_pack_sort(c->entries, c->count, &dropped);
	if (dropped)
		fprintf(stderr,
			"loopbreaker: %zu keys are left out: more than %d "
			"different ones have the same identifier.\n",
			dropped, KEY_PACK_MAX_SAME);
	c->skipped += dropped;
	return 0;
}

void keys_collect_free(struct keys_collected *c)
{
	secret_wipe(c->entries, c->room * sizeof(*c->entries));
	free(c->entries);
	memset(c, 0, sizeof(*c));
}
