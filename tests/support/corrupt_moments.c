/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copies, and the short way to a verdict on them. */
#include "tests/support/corrupt_moments.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/corrupt_judge.h"
#include "tests/support/ntfs_peek.h"

#define SECTOR_BYTES 512

void corrupt_moments_open(struct corrupt_moments *m, uint64_t size)
{
	memset(m, 0, sizeof(*m));
	m->size = size;
	m->before = malloc(size);
	m->held = malloc(size);
	m->undone = malloc(size);
	if (!m->before || !m->held || !m->undone)
		abort();
}

void corrupt_moments_close(struct corrupt_moments *m)
{
	free(m->before);
	free(m->held);
	free(m->undone);
	memset(m, 0, sizeof(*m));
}

void corrupt_moments_take(const struct corrupt_moments *m, unsigned char *copy,
	const struct emudisk *e, const struct overlay *o)
{
	memcpy(copy, e->bytes, m->size);
	for (size_t i = 0; i < o->block_count; i++) {
		const struct overlay_block *b = &o->blocks[i];

		memcpy(copy + b->number * e->disk.block_bytes, b->data,
			overlay_block_bytes(o, b));
	}
}

/* Did @from become @to by the very writes that made @sound_to? */
static bool is_same_change(uint64_t size, const unsigned char *from,
	const unsigned char *to, const unsigned char *sound_from,
	const unsigned char *sound_to)
{
	for (uint64_t off = 0; off < size; off += SECTOR_BYTES) {
		bool is_written =
			memcmp(from + off, to + off, SECTOR_BYTES) ||
			memcmp(sound_from + off, sound_to + off, SECTOR_BYTES);

		if (is_written &&
			(memcmp(from + off, sound_from + off, SECTOR_BYTES) ||
				memcmp(to + off, sound_to + off, SECTOR_BYTES)))
			return false;
	}
	return true;
}

static char *judge_hold(const struct corrupt_moments *m,
	const struct corrupt_moments *sound, const struct corrupt_hold *hold)
{
	struct corrupt_volumes volumes = {.before = m->before,
		.after = m->held,
		.size = m->size,
		.suffix = hold->suffix,
		.files = 1};
	char *facts, *after, *usual, *result;

	if (is_same_change(
		    m->size, m->before, m->held, sound->before, sound->held))
		return NULL;
	if (!hold->suffix)
		return corrupt_judge_move(&volumes, hold->name);
	facts = peek_describe(sound->before, m->size);
	after = peek_describe(sound->held, m->size);
	usual = peek_difference(facts, after);
	volumes.sound = facts;
	volumes.usual = usual;
	result = corrupt_judge_names(&volumes);
	free(usual);
	free(after);
	free(facts);
	return result;
}

static char *judge_undo(
	const struct corrupt_moments *m, const struct corrupt_moments *sound)
{
	const struct corrupt_volumes volumes = {
		.before = m->before, .after = m->undone, .size = m->size};
	char *before, *after, *all, *difference;
	char *result = NULL;

	if (is_same_change(m->size, m->before, m->undone, sound->before,
		    sound->undone))
		return NULL;
	before = peek_describe(m->before, m->size);
	after = peek_describe(m->undone, m->size);
	all = peek_difference(before, after);
	difference = peek_without(all, "record 6 attribute 0x80 ");
	if (*difference)
		result = corrupt_explain("not undone", difference);
	free(difference);
	free(all);
	free(after);
	free(before);
	return result ? result : corrupt_judge_soundness(&volumes);
}

char *corrupt_moments_judge(const struct corrupt_moments *m,
	const struct corrupt_moments *sound, const struct corrupt_hold *hold)
{
	char *result = m->is_held ? judge_hold(m, sound, hold) : NULL;

	if (!result && m->is_undone && hold->suffix)
		result = judge_undo(m, sound);
	return result;
}
