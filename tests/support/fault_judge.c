/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/fault_judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recovery/handover.h"
#include "tests/support/fault_harm.h"
#include "tests/support/july_place.h"
#include "tests/support/ntfs_peek.h"

#define VOLUME_RECORD		3
#define TYPE_VOLUME_INFORMATION 0x70
#define LOG_RECORD		2
#define RESTART_BYTES		8192 /* two pages */

static struct {
	unsigned int ends[FAULT_ENDS];
	unsigned int lost; /* cuts after which names were lost */
} scenario, axis_sum;

/* --- The volume ----------------------------------------------------------- */

/* The flag, unless its record cannot be read at all. */
static bool is_dirty(void)
{
	uint64_t size;
	const unsigned char *v =
		july_volume(&fault_disk, &fault_case.july, &size);

	return peek_attribute_place(
		       v, size, VOLUME_RECORD, TYPE_VOLUME_INFORMATION) &&
	       july_is_dirty(&fault_disk, &fault_case.july);
}

static bool is_journal_open(void)
{
	const struct july *j = &fault_case.july;
	const struct emudisk start = {.bytes = fault_case.start};
	uint64_t size, place;
	const unsigned char *before = july_volume(&start, j, &size);
	const unsigned char *now = july_volume(&fault_disk, j, &size);

	place = peek_data_place(before, size, LOG_RECORD);
	return fault_case.s->has_open_journal && place &&
	       !memcmp(before + place, now + place, RESTART_BYTES);
}

/* What a check would complain of; the copy of the $MFT is no index. */
static char *find_complaints(void)
{
	uint64_t size;
	const unsigned char *v =
		july_volume(&fault_disk, &fault_case.july, &size);
	char *all = peek_check(v, size);
	char *rest = peek_without(all, "mirror of record ");

	free(all);
	return rest;
}

static void expect_sound_or_marked(void)
{
	char *complaints = find_complaints();

	fault_expect(!complaints[0] || is_dirty() || is_journal_open(),
		"Windows is not told of this", complaints);
	free(complaints);
}

static void expect_sound(void)
{
	uint64_t size;
	const unsigned char *v =
		july_volume(&fault_disk, &fault_case.july, &size);
	char *complaints = peek_check(v, size);

	fault_expect(!complaints[0], "a check complains", complaints);
	free(complaints);
}

/* With a redo record whatever broke off is finished. */
static bool can_lose_names(void)
{
	return fault_case.s->can_lose_names &&
	       fault_case.medium == FAULT_NO_MEDIUM;
}

static bool has_spoken(void)
{
	return fake_machine_said(&fault_machine, SAY_WARNING) +
		       fake_machine_said(&fault_machine, SAY_ERROR) >
	       0;
}

/* --- After a cut ---------------------------------------------------------- */

/* The last write of all says that there is nothing to finish any more. */
static bool is_emptying(void)
{
	return fault_case.medium != FAULT_NO_MEDIUM &&
	       fault_power.writes == fault_case.writes;
}

void fault_expect_cut(void)
{
	struct fault_harm harm;
	char *now;

	fault_expect(fault_power.is_off, "no cut", "");
	fault_expect(is_emptying() || (!fault_outcome.is_applied &&
					      fault_outcome.err < 0),
		"success without power", "");
	fault_keep_volume("cut");
	if (fault_promised() == FAULT_COUNTED)
		return;
	now = fault_describe();
	fault_harm_find(fault_case.before, fault_case.after, now, &harm);
	free(now);
	fault_expect(!harm.others[0], "after the cut, others", harm.others);
	fault_expect(!harm.files[0], "after the cut, files", harm.files);
	fault_expect(!harm.lost_names || fault_case.s->can_lose_names,
		"after the cut, no folder leads to a file", "");
	fault_expect(
		!harm.lost_names || is_dirty(), "lost, and nobody told", "");
	scenario.lost += harm.lost_names > 0;
	fault_harm_free(&harm);
	expect_sound_or_marked();
}

/* --- After the next run --------------------------------------------------- */

/* Names and content of before are there again; one empty folder may be. */
static void expect_names_back(const char *now)
{
	char *difference = peek_difference(fault_case.before, now);

	for (const char *p = difference; *p;) {
		const char *end = strchrnul(p, '\n');
		size_t len = (size_t)(end - p);
		bool is_gone = *p == '-' &&
			       (memmem(p, len, "attribute 0x30 ", 15) ||
				       memmem(p, len, " sum ", 5)) &&
			       !memmem(p, len, " size 67584 ", 12) &&
			       !memmem(p, len, "record 6 ", 9);

		fault_expect(!is_gone, "undone, but", difference);
		p = *end ? end + 1 : end;
	}
	free(difference);
}

/* Everything that was done can be undone. */
static void expect_undoable(bool has_leftover)
{
	char *difference, *later;

	/* A replay and a mark on bootstat.dat stay, and so does what has grown:
	   an index and the $MFT; names do not. */
	static const char *const stays[] = {"attribute 0x10 ", " size 67584 ",
		"record 6 attribute 0x80 ", "record 0 attribute 0x80 "};

	if (fault_case.s->is_undone)
		return;
	fault_run_undo();
	fault_expect(fault_outcome.is_applied, "undo after the hold", "");
	later = fault_describe();
	if (has_leftover) {
		expect_names_back(later);
		free(later);
		return;
	}
	difference = peek_difference(fault_case.before, later);
	free(later);
	for (size_t i = 0; i < sizeof(stays) / sizeof(stays[0]); i++) {
		char *rest = peek_without(difference, stays[i]);

		free(difference);
		difference = rest;
	}
	fault_expect(!difference[0], "undone, but", difference);
	free(difference);
}

static bool is_placed(void)
{
	const char *folder = fault_case.s->is_undone ? FAULT_OWN : FAULT_BESIDE;
	const struct july *j = &fault_case.july;

	return july_is_in(&fault_disk, j, JULY_BAD, folder) &&
	       july_is_in(&fault_disk, j, JULY_OTHER, folder);
}

/* A refusal is a sentence and no write. */
static enum fault_end judge_refusal(const struct fault_harm *h)
{
	fault_expect(!h->others[0], "refused, and others changed", h->others);
	fault_expect(fault_promised() == FAULT_COUNTED || !h->files[0],
		"refused, and files changed", h->files);
	fault_expect(!fault_outcome.is_applied, "refused and applied", "");
	fault_expect(fault_disk.counts.writes == 0, "refused, but written", "");
	fault_expect(has_spoken(), "refused without a word", "");
	expect_sound_or_marked();
	return FAULT_REFUSED;
}

static enum fault_end judge_whole(void)
{
	expect_sound();
	expect_undoable(false);
	return FAULT_COMPLETE;
}

/* Something was done, and it is not what would have been done at once. */
static enum fault_end judge_half(const struct fault_harm *h, const char *now)
{
	char *difference;

	fault_expect(!h->others[0], "after the next run, others", h->others);
	fault_expect(!h->files[0], "after the next run, files", h->files);
	expect_sound_or_marked();
	if (fault_case.s->is_moving && !h->lost_names && is_placed()) {
		expect_undoable(true);
		return FAULT_LEFTOVER;
	}
	difference = peek_difference(fault_case.after, now);
	fault_expect(is_dirty(), "half, and nobody told", difference);
	fault_expect(can_lose_names() || fault_promised() == FAULT_COUNTED,
		"after the next run", difference);
	free(difference);
	return FAULT_PARTIAL;
}

static enum fault_end judge_refusal_or_half(const char *now, bool is_refused)
{
	struct fault_harm harm;
	enum fault_end end;

	fault_harm_find(fault_case.before, fault_case.after, now, &harm);
	end = is_refused ? judge_refusal(&harm) : judge_half(&harm, now);
	fault_harm_free(&harm);
	return end;
}

/* Whatever became of it, Windows is started next, and by BootNext. */
static void expect_boot(void)
{
	struct record r = fault_outcome.record;

	fault_expect(handover_choose(&r, fault_outcome.boot_id, 0) ==
			     HANDOVER_BOOT_NEXT,
		"Windows is not started", "");
}

static bool may_refuse(void)
{
	return fault_promised() != FAULT_PROMISED || can_lose_names();
}

void fault_expect_recovery(void)
{
	enum fault_end end;
	bool is_refused;
	char *now;

	fault_power_on();
	fault_run();
	expect_boot();
	fault_keep_volume("end");
	now = fault_describe();
	is_refused = fault_outcome.err < 0 ||
		     fault_outcome.verdict == VERDICT_REFUSE;
	fault_expect(!is_refused || may_refuse(), "refused", "");
	if (!is_refused && !strcmp(now, fault_case.after))
		end = judge_whole();
	else
		end = judge_refusal_or_half(now, is_refused);
	free(now);
	scenario.ends[fault_is_broken() ? FAULT_BROKEN : end]++;
}

/* A redo record may have been written, to where nothing else is. */
static bool is_as_before(void)
{
	bool is_same;

	july_hide_redo_file(&fault_disk, &fault_case.july, true);
	is_same = !memcmp(fault_case.hidden, fault_disk.bytes,
		fault_disk.disk.size_bytes);
	july_hide_redo_file(&fault_disk, &fault_case.july, false);
	return is_same;
}

void fault_judge(void)
{
	char *now, *difference;

	if (!fault_outcome.is_applied) {
		fault_expect(fault_outcome.err < 0 ||
				     fault_outcome.verdict == VERDICT_REFUSE,
			"neither done nor refused", "");
		fault_expect(has_spoken(), "failed without a word", "");
		fault_expect(fault_outcome.commit.runs || is_as_before(),
			"the disk was changed", "");
		fault_expect_recovery();
		return;
	}
	fault_expect(fault_outcome.err == 0, "success with an error", "");
	now = fault_describe();
	difference = peek_difference(fault_case.after, now);
	fault_expect(!difference[0], "reported as applied", difference);
	expect_sound();
	free(now);
	free(difference);
	scenario.ends[fault_is_broken() ? FAULT_BROKEN : FAULT_COMPLETE]++;
}

/* --- Counting ------------------------------------------------------------- */

static void print_ends(const unsigned int ends[FAULT_ENDS], unsigned int lost)
{
	static const char *const names[FAULT_ENDS] = {
		[FAULT_COMPLETE] = "complete",
		[FAULT_LEFTOVER] = "complete, with remains of a folder",
		[FAULT_REFUSED] = "refused",
		[FAULT_PARTIAL] = "without some names",
		[FAULT_BROKEN] = "broken",
	};

	printf("%u %s", ends[FAULT_COMPLETE], names[FAULT_COMPLETE]);
	for (int i = FAULT_COMPLETE + 1; i < FAULT_ENDS; i++)
		if (ends[i])
			printf(", %u %s", ends[i], names[i]);
	if (lost)
		printf(" (names lost by %u cuts)", lost);
	printf("\n");
}

static unsigned int count_ends(const unsigned int ends[FAULT_ENDS])
{
	unsigned int count = 0;

	for (int i = 0; i < FAULT_ENDS; i++)
		count += ends[i];
	return count;
}

void fault_end(const char *axis)
{
	if (count_ends(scenario.ends)) {
		printf("%s: %s: ", fault_name(), axis);
		print_ends(scenario.ends, scenario.lost);
	}
	for (int i = 0; i < FAULT_ENDS; i++)
		axis_sum.ends[i] += scenario.ends[i];
	axis_sum.lost += scenario.lost;
	memset(&scenario, 0, sizeof(scenario));
}

void fault_sum(const char *axis)
{
	if (count_ends(axis_sum.ends)) {
		printf("counted: %s: %u cases: ", axis,
			count_ends(axis_sum.ends));
		print_ends(axis_sum.ends, axis_sum.lost);
	}
	memset(&axis_sum, 0, sizeof(axis_sum));
}
