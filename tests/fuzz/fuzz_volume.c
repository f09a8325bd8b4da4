/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A made NTFS volume whose metadata the fuzzer changes, taken all the way:
 * mount, journal, replay, listing, hold, undo.  Most of the code that runs here
 * is third-party; what it must not do is crash, hang or write below the
 * overlay.
 *
 * The input: one byte that picks the volume, then edits, each of a place (two
 * bytes, in units of eight bytes of metadata), a length and that many bytes.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "quarantine/delivery_date.h"
#include "quarantine/hold.h"
#include "storage/bytes.h"
#include "storage/journal.h"
#include "storage/overlay.h"
#include "storage/volume_file.h"
#include "tests/support/make_image.h"

#define PAGE_BYTES 4096
#define PAGES_MAX  64 /* of metadata that is changed, per volume */
#define EDIT_UNIT  8
#define EDITS_MAX  64
#define HEAD_BYTES 3 /* of one edit */
#define FOLDER	   "Windows"
#define NAME	   "C-1.sys"
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

/* Global because libFuzzer calls with the input alone. */
static struct seed {
	struct emudisk disk;
	size_t pages[PAGES_MAX]; /* their offsets: where the metadata is */
	size_t page_count;
} seeds[VOLUMES];

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

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	for (size_t i = 0; i < VOLUMES; i++) {
		struct image_plan plan = {
			.manifest = MANIFEST,
			.journal = journals[i],
		};
		struct seed *s = &seeds[i];
		size_t off;

		make_image(&s->disk, &plan);
		for (off = 0; off < s->disk.disk.size_bytes; off += PAGE_BYTES)
			if (s->page_count < PAGES_MAX &&
				is_metadata(s->disk.bytes + off))
				s->pages[s->page_count++] = off;
	}
	return 0;
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

static void hold(struct volume *v, enum hold_style style)
{
	char held[DELIVERY_NAME_BYTES];
	int err = style == HOLD_MOVED
			  ? hold_moved_name(FOLDER, NAME, 7, held, sizeof(held))
			  : hold_name(NAME, 7, held, sizeof(held));

	if (err < 0)
		abort();
	if (volume_set_dirty(v, true) < 0 ||
		hold_apply(v, style, FOLDER, NAME, 7) < 0)
		return;
	list(v);
	(void)hold_verify(v, FOLDER, held, NAME);
	(void)hold_undo(v, FOLDER, held);
}

static void use(struct overlay *o)
{
	struct replay_result result;
	enum journal_state state;
	struct volume v;

	if (volume_open_mending(&v, &o->disk) == 0 &&
		journal_classify(&v, &state) == 0 &&
		state != JOURNAL_UNREADABLE && state != JOURNAL_HIBERNATED) {
		if (state == JOURNAL_REPLAYABLE_1_1 ||
			state == JOURNAL_REPLAYABLE_2_0) {
			(void)volume_close(&v);
			if (journal_replay(o, &result) < 0 ||
				volume_open(&v, &o->disk) < 0)
				goto out;
		}
		list(&v);
		read_file(&v, VOLUME_FILE_NORMAL);
		read_file(&v, VOLUME_FILE_RAW);
		hold(&v, HOLD_MOVED);
		hold(&v, HOLD_FILE);
	}
out:
	(void)volume_close(&v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct edit edits[EDITS_MAX];
	struct overlay o;
	struct seed *s;
	size_t count;

	if (!size)
		return 0;
	s = &seeds[data[0] % VOLUMES];
	count = edit_all(s, data + 1, size - 1, edits);
	if (overlay_open(&o, &s->disk.disk, OVERLAY_MAX_BYTES) == 0)
		use(&o);
	overlay_close(&o);
	edit_undo(edits, count);
	if (s->disk.counts.writes)
		abort();
	return 0;
}
