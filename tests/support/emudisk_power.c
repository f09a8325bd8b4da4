/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes power away, and with it some of what was written. */
#include "tests/support/emudisk_power.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/emudisk.h"

/* Kept for each write that a power cut may undo. */
struct emudisk_write {
	struct emudisk *disk;
	uint64_t off;
	size_t len;
	unsigned char *before;
	unsigned char *after;
};

/* --- Writes that are not durable ------------------------------------------ */

/* A test rig without memory is no finding about the code under test. */
static void *must_have(void *p)
{
	if (!p) {
		fprintf(stderr, "emudisk: no memory for a power cut\n");
		abort();
	}
	return p;
}

static void *must_copy(const void *from, size_t len)
{
	return memcpy(must_have(malloc(len ? len : 1)), from, len);
}

void emudisk_power_write(struct emudisk_power *p, struct emudisk *e,
	uint64_t off, const void *buf, size_t len)
{
	size_t count = p->unflushed_count + 1;

	if (!p->cut_after)
		return;
	p->unflushed =
		must_have(realloc(p->unflushed, count * sizeof(*p->unflushed)));
	p->unflushed[count - 1] = (struct emudisk_write){
		.disk = e,
		.off = off,
		.len = len,
		.before = must_copy(e->bytes + off, len),
		.after = must_copy(buf, len),
	};
	p->unflushed_count = count;
}

void emudisk_power_forget(struct emudisk_power *p, const struct emudisk *e)
{
	size_t kept = 0;

	for (size_t i = 0; i < p->unflushed_count; i++) {
		struct emudisk_write *w = &p->unflushed[i];

		if (e && w->disk != e) {
			p->unflushed[kept++] = *w;
			continue;
		}
		free(w->before);
		free(w->after);
	}
	p->unflushed_count = kept;
	if (kept)
		return;
	free(p->unflushed);
	p->unflushed = NULL;
}

void emudisk_power_flush(struct emudisk_power *p, const struct emudisk *e)
{
	if (p->model != EMUDISK_CUT_LYING)
		emudisk_power_forget(p, e);
}

/* --- The cut -------------------------------------------------------------- */

static void undo_all(const struct emudisk_power *p)
{
	for (size_t i = p->unflushed_count; i > 0; i--) {
		const struct emudisk_write *w = &p->unflushed[i - 1];

		memcpy(w->disk->bytes + w->off, w->before, w->len);
	}
}

static void keep_some(struct emudisk_power *p)
{
	const size_t count = p->unflushed_count;
	struct prng random = {.state = p->seed};
	const bool is_exact = count <= EMUDISK_ALL_SUBSETS;

	p->choices = is_exact ? 1ull << count : 0;
	undo_all(p);
	for (size_t i = 0; i < count; i++) {
		const struct emudisk_write *w = &p->unflushed[i];

		if (is_exact ? p->seed >> i & 1 : prng_below(&random, 2))
			memcpy(w->disk->bytes + w->off, w->after, w->len);
	}
}

/* The tear goes through the sector's part of the write, not beyond it. */
static void tear_last(struct emudisk_power *p, bool has_garbage)
{
	struct prng random = {.state = p->seed};
	const struct emudisk_write *w;
	unsigned char *to;
	uint64_t first, sectors, landed;
	size_t keep = 0, end;

	if (!p->unflushed_count)
		return;
	w = &p->unflushed[p->unflushed_count - 1];
	to = w->disk->bytes + w->off;
	first = w->off / EMUDISK_SECTOR_BYTES;
	sectors = (w->off + w->len - 1) / EMUDISK_SECTOR_BYTES - first + 1;
	p->choices = sectors;
	landed = p->seed % sectors;
	if (landed)
		keep = (size_t)((first + landed) * EMUDISK_SECTOR_BYTES -
				w->off);
	end = (size_t)((first + landed + 1) * EMUDISK_SECTOR_BYTES - w->off);
	if (end > w->len)
		end = w->len;
	memcpy(to + keep, w->before + keep, w->len - keep);
	if (has_garbage)
		prng_fill(&random, to + keep, end - keep);
}

static void power_off(struct emudisk_power *p)
{
	p->choices = 1;
	switch (p->model) {
	case EMUDISK_CUT_NONE:
		undo_all(p);
		break;
	case EMUDISK_CUT_SUBSET:
	case EMUDISK_CUT_LYING:
		keep_some(p);
		break;
	case EMUDISK_CUT_TORN:
		tear_last(p, false);
		break;
	case EMUDISK_CUT_GARBAGE:
		tear_last(p, true);
		break;
	case EMUDISK_CUT_PREFIX:
	case EMUDISK_CUT_COUNT:
		break;
	}
	emudisk_power_forget(p, NULL);
	p->is_off = true;
	for (size_t i = 0; i < p->disk_count; i++)
		p->disks[i]->is_off = true;
}

void emudisk_power_wrote(struct emudisk_power *p)
{
	if (p->cut_after && p->writes == p->cut_after)
		power_off(p);
}

void emudisk_power_plan_cut(struct emudisk_power *p, uint64_t nth,
	enum emudisk_cut model, uint64_t seed)
{
	emudisk_power_forget(p, NULL);
	p->cut_after = p->writes + nth;
	p->model = model;
	p->seed = seed;
	p->choices = 0;
}

uint64_t emudisk_power_choices(const struct emudisk_power *p)
{
	return p->choices;
}

void emudisk_power_reset(struct emudisk_power *p)
{
	emudisk_power_forget(p, NULL);
	p->is_off = false;
	p->writes = 0;
	p->cut_after = 0;
	for (size_t i = 0; i < p->disk_count; i++)
		emudisk_reset(p->disks[i]);
}
