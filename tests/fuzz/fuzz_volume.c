/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A made NTFS volume whose metadata the fuzzer changes, taken all the way:
 * mount, journal, replay, listing, hold, undo.  Most of the code that runs here
 * is third-party; what it must not do is crash, hang, write below the overlay,
 * read or hold more than CORRUPT_MAX_...; and a hold that is verified has
 * changed what a hold changes and nothing else, by the reader of ntfs_peek.h.
 * What a damaged journal makes of the volume is not judged: no log record has a
 * checksum.
 *
 * The input: one byte that picks the volume and the way to hold, then edits,
 * each of a place (two bytes, in units of eight bytes of metadata), a length
 * and that many bytes.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quarantine/delivery_date.h"
#include "quarantine/hold.h"
#include "storage/bytes.h"
#include "storage/journal.h"
#include "storage/overlay.h"
#include "storage/volume_file.h"
#include "tests/support/corrupt_case.h"
#include "tests/support/corrupt_moments.h"
#include "tests/support/make_image.h"
#include "tests/support/peak_memory.h"

#define VOLUME_BYTES (6u << 20)
#define PAGE_BYTES   4096
#define PAGES_MAX    64 /* of metadata that is changed, per volume */
#define EDIT_UNIT    8
#define EDITS_MAX    64
#define HEAD_BYTES   3 /* of one edit */
#define FOLDER	     "Windows"
#define NAME	     "C-1.sys"
#define HOLD_ID	     7
#define SUFFIX	     ".held-00000007"
#define MANIFEST                                                               \
	"dir /Windows\n"                                                       \
	"file /Windows/C-1.sys text one\n"                                     \
	"file /Windows/C-2.sys text two\n"                                     \
	"file /Windows/a.sys text three\n"                                     \
	"file /Windows/{1}/x/y text 1\nfile /Windows/{2}/x text 2\n"           \
	"change /Windows/C-1.sys 133650000000000000 0x80000102\n"              \
	"changes 0x200000 2\n"

static const char *const journals[] = {
	NULL,
	"--version 2.0 --committed Windows/a.sys=2 --unfinished "
	"Windows/C-1.sys=1 --trimmed Windows/a.sys",
	"--version 1.1 --committed Windows/a.sys=2 --committed "
	"Windows/C-1.sys=2 --unfinished Windows/C-2.sys=1",
};

#define VOLUMES (sizeof(journals) / sizeof(journals[0]))
#define WAYS	2 /* to hold */

/* Global because libFuzzer calls with the input alone. */
static struct seed {
	struct emudisk disk;
	size_t pages[PAGES_MAX]; /* their offsets: where the metadata is */
	size_t page_count;
	struct corrupt_moments sound[WAYS]; /* without damage */
} seeds[VOLUMES];

static const struct corrupt_hold ways[] = {
	{.name = NAME, .suffix = SUFFIX},
	{.name = NAME, .suffix = NULL},
};

static struct corrupt_moments now; /* of the input at hand */

struct edit {
	unsigned char *at;
	size_t len;
	unsigned char before[255];
};

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_metadata(const unsigned char *page)
{
	return !memcmp(page, "FILE", 4) || !memcmp(page, "INDX", 4) ||
	       !memcmp(page, "RSTR", 4) || !memcmp(page, "RCRD", 4) ||
	       !memcmp(page + 3, "NTFS", 4);
}

/* --- Editing -------------------------------------------------------------- */

/* Carries out what @data says; returns the number of edits to take back. */
static size_t edit_all(
	struct seed *s, const uint8_t *data, size_t size, struct edit *edits)
{
	size_t count = 0;

	while (size > HEAD_BYTES && count < EDITS_MAX) {
		size_t place = (size_t)le16_get(data) * EDIT_UNIT;
		size_t page = place / PAGE_BYTES % s->page_count;
		size_t skip = place % PAGE_BYTES;
		struct edit *e = &edits[count++];

		e->at = s->disk.bytes + s->pages[page] + skip;
		e->len = data[2];
		data += HEAD_BYTES;
		size -= HEAD_BYTES;
		if (e->len > size)
			e->len = size;
		if (e->len > PAGE_BYTES - skip)
			e->len = PAGE_BYTES - skip;
		memcpy(e->before, e->at, e->len);
		memcpy(e->at, data, e->len);
		data += e->len;
		size -= e->len;
	}
	return count;
}

static void edit_undo(struct edit *edits, size_t count)
{
	while (count--)
		memcpy(edits[count].at, edits[count].before, edits[count].len);
}

/* --- What is done with it ------------------------------------------------- */

static void list(struct volume *v)
{
	static const struct rule rules[] = {
		{.vendor = "vendor",
			.folder = FOLDER,
			.hold = RULE_HOLD_MOVE,
			.patterns = {"C-*.sys"},
			.pattern_count = 1},
		{.vendor = "vendor",
			.folder = FOLDER,
			.unit = RULE_UNIT_GENERATION,
			.patterns = {"{*}"},
			.pattern_count = 1},
	};
	struct delivery_list found, left;
	struct delivery_dating dating;

	if (delivery_list_read(v, rules, 2, &found, &left) == 0)
		(void)delivery_list_date(v, 0, &found, &left, &dating);
	delivery_list_free(&found);
	delivery_list_free(&left);
}

/* As NTFS has it, and what lies in the clusters. */
static void read_file(struct volume *v, enum volume_file_way way)
{
	static uint8_t room[65536];
	struct volume_file f;
	size_t len = sizeof(room);

	if (volume_file_open(&f, v, FOLDER "/" NAME, way) == 0) {
		if (len > f.disk.size_bytes)
			len = (size_t)f.disk.size_bytes;
		(void)disk_read(&f.disk, f.disk.size_bytes - len, room, len);
	}
	(void)volume_file_close(&f); /* nothing was written */
}

/* What libntfs-3g still holds is written, as before a commit. */
static int settle(struct volume *v, struct overlay *o)
{
	int err = volume_close(v);

	return err < 0 ? err : volume_open(v, &o->disk);
}

static int undo(struct volume *v, struct overlay *o, const char *held)
{
	int err = hold_undo(v, FOLDER, held);

	if (err == 0)
		err = settle(v, o);
	return err == 0 ? hold_verify(v, FOLDER, NAME, held) : err;
}

/* One run: in one epoch, as corrupt_moments.h wants it. */
struct run {
	const struct seed *seed;
	enum hold_style style;
	struct overlay overlay;
	struct volume volume;
	struct corrupt_moments *moments;
};

static void take(struct run *r, unsigned char *copy)
{
	corrupt_moments_take(r->moments, copy, &r->seed->disk, &r->overlay);
}

static void hold(struct run *r)
{
	struct volume *v = &r->volume;
	struct overlay *o = &r->overlay;
	char held[DELIVERY_NAME_BYTES];
	int err;

	err = r->style == HOLD_MOVED
		      ? hold_moved_name(
				FOLDER, NAME, HOLD_ID, held, sizeof(held))
		      : hold_name(NAME, HOLD_ID, held, sizeof(held));
	if (err < 0)
		abort();
	if (volume_set_dirty(v, true) < 0 || settle(v, o) < 0)
		return;
	take(r, r->moments->before);
	if (hold_apply(v, r->style, FOLDER, NAME, HOLD_ID) < 0 ||
		settle(v, o) < 0 || hold_verify(v, FOLDER, held, NAME) < 0)
		return;
	take(r, r->moments->held);
	r->moments->is_held = true;
	list(v);
	if (undo(v, o, held) < 0)
		return;
	take(r, r->moments->undone);
	r->moments->is_undone = true;
}

static void use(struct run *r)
{
	struct replay_result result;
	struct volume *v = &r->volume;
	enum journal_state state;

	if (volume_open_mending(v, &r->overlay.disk) < 0 ||
		journal_classify(v, &state) < 0 ||
		state == JOURNAL_UNREADABLE || state == JOURNAL_HIBERNATED)
		goto out;
	if (state == JOURNAL_REPLAYABLE_1_1 ||
		state == JOURNAL_REPLAYABLE_2_0) {
		(void)volume_close(v);
		if (journal_replay(&r->overlay, &r->overlay.disk, &result) <
				0 ||
			volume_open(v, &r->overlay.disk) < 0)
			goto out;
	}
	list(v);
	read_file(v, VOLUME_FILE_NORMAL);
	read_file(v, VOLUME_FILE_RAW);
	hold(r);
out:
	(void)volume_close(v);
}

static void expect_bounded(const struct disk_counts *counts, int64_t memory)
{
	if (!counts->writes && counts->reads <= CORRUPT_MAX_READS &&
		counts->read_bytes <= CORRUPT_MAX_READ_BYTES &&
		memory <= CORRUPT_MAX_MEMORY)
		return;
	fprintf(stderr,
		"%llu writes, %llu reads of %llu bytes, %lld bytes of memory\n",
		(unsigned long long)counts->writes,
		(unsigned long long)counts->reads,
		(unsigned long long)counts->read_bytes, (long long)memory);
	abort();
}

static void use_once(
	struct seed *s, enum hold_style style, struct corrupt_moments *moments)
{
	struct run r = {.seed = s, .style = style, .moments = moments};
	int64_t memory;

	emudisk_reset(&s->disk);
	moments->is_held = moments->is_undone = false;
	peak_memory_begin();
	if (overlay_open(&r.overlay, &s->disk.disk, OVERLAY_MAX_BYTES) == 0)
		use(&r);
	overlay_close(&r.overlay);
	memory = peak_memory_end();
	expect_bounded(&s->disk.counts, memory);
}

/* --- The fuzzer's side ---------------------------------------------------- */

static void judge(
	const struct corrupt_moments *m, const struct seed *s, size_t way)
{
	char *wrong = corrupt_moments_judge(m, &s->sound[way], &ways[way]);

	if (!wrong)
		return;
	fprintf(stderr, "%s\n", wrong);
	abort();
}

static enum hold_style style_of(size_t way)
{
	return ways[way].suffix ? HOLD_FILE : HOLD_MOVED;
}

static void open_seed(struct seed *s, const char *journal)
{
	struct image_plan plan = {
		.size_bytes = VOLUME_BYTES,
		.manifest = MANIFEST,
		.journal = journal,
	};
	size_t off;

	make_image(&s->disk, &plan);
	for (off = 0; off < VOLUME_BYTES; off += PAGE_BYTES)
		if (s->page_count < PAGES_MAX &&
			is_metadata(s->disk.bytes + off))
			s->pages[s->page_count++] = off;
	for (size_t way = 0; way < WAYS; way++) {
		corrupt_moments_open(&s->sound[way], VOLUME_BYTES);
		use_once(s, style_of(way), &s->sound[way]);
		if (!s->sound[way].is_undone)
			abort(); /* a test of nothing */
	}
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	for (size_t i = 0; i < VOLUMES; i++)
		open_seed(&seeds[i], journals[i]);
	corrupt_moments_open(&now, VOLUME_BYTES);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct edit edits[EDITS_MAX];
	struct seed *s;
	size_t count, way;

	if (!size)
		return 0;
	s = &seeds[data[0] % VOLUMES];
	way = data[0] / VOLUMES % WAYS;
	count = edit_all(s, data + 1, size - 1, edits);
	use_once(s, style_of(way), &now);
	edit_undo(edits, count);
	judge(&now, s, way);
	return 0;
}
