/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The PC of July 2024 on firmware with quirks: each alone, and all pairs (a
 * third of them unless LOOPBREAKER_DEEP is set).  What is expected is derived
 * from what each quirk takes away, stated in one table: the repair, and the
 * ways to start Windows without changing what the TPM measures.
 *
 * Whatever the firmware does: Loopbreaker is started only so often in a row,
 * Windows is started, the disk is repaired or as it was to the last byte, and
 * what could not be done is said.
 *
 * A failure prints the quirks; LOOPBREAKER_ONLY=quirk or =quirk+quirk runs
 * them alone and prints what was shown.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/failure.h"
#include "tests/support/fake_pc.h"
#include "tests/support/july.h"
#include "tests/support/ntfs_peek.h"

/* Passes in a row without a session of Windows. */
#define MAX_ROW	      4
#define MAX_ROW_BLIND 6
#define MAX_ROW_SLOW  7 /* ... so far apart that each might be a new day */
#define MAX_ROW_DYING 9 /* ... if Loopbreaker dies in every other one */

#define STATUS_BYTES 2048

struct facts {
	bool stays_broken;  /* the July file cannot be held */
	bool next_ignored;  /* BootNext is stored, but leads elsewhere */
	bool order_reverts; /* a changed BootOrder does not stay */
	bool is_uncounted;  /* no mark can be stored, nor BootNext */
	bool forgets;	    /* ... or it does not survive a reset */
	bool reset_returns;
	bool chain_fails;     /* Windows cannot be started from Loopbreaker */
	bool windows_comes;   /* at the second start, without BootNext */
	bool dies;	      /* a run does not come to its end */
	bool is_cut_off;      /* ... nor does it see why */
	bool is_blind;	      /* whether a session began cannot be seen */
	bool is_slow;	      /* from one start to the next */
	bool lacks_option;    /* of Windows */
	bool lacks_room;      /* for a new one */
	bool lacks_memory;    /* to look for its file */
	bool is_alone;	      /* not in pairs: efi/QUIRKS.md says why */
	bool is_mute;	      /* nothing can be said */
	bool is_endless;      /* nothing ends it */
	const char *sentence; /* said wherever the quirk matters */
};

static const struct facts table[QUIRK_COUNT] = {
	[QUIRK_STORE_FULL] = {.stays_broken = true,
		.is_uncounted = true,
		.sentence = "This hand-over cannot be counted"},
	[QUIRK_STORE_NEARLY_FULL] = {.stays_broken = true,
		.lacks_room = true,
		.sentence = "only how often it has handed over"},
	[QUIRK_STORE_WITHOUT_ROOM] = {.stays_broken = true,
		.lacks_room = true,
		.sentence = "only how often it has handed over"},
	[QUIRK_STORE_LIES] = {.stays_broken = true,
		.is_uncounted = true,
		.sentence = "This hand-over cannot be counted"},
	[QUIRK_STORE_ERRS] = {.sentence = NULL},
	[QUIRK_STORE_VANISHES] = {.forgets = true,
		.sentence = "Nothing shows yet that this firmware remembers"},
	/* Noticed by what is on hold.  With nothing on hold it never ends. */
	[QUIRK_STORE_FORGETS_SILENTLY] = {.next_ignored = true,
		.order_reverts = true,
		.is_alone = true,
		.sentence = "This firmware forgets what it was told"},
	[QUIRK_QUERY_FAILS] = {.sentence = NULL},
	[QUIRK_ATTRIBUTES_UNSET] = {.sentence = NULL},
	[QUIRK_NEXT_DROPPED] = {.next_ignored = true,
		.sentence = "did not start what BootNext named"},
	[QUIRK_ORDER_RESTORED] = {.order_reverts = true},
	[QUIRK_BOOT_ORDER_LOCK] = {.next_ignored = true,
		.order_reverts = true,
		.sentence = "\"boot order lock\""},
	[QUIRK_WINDOWS_FIRST] = {.windows_comes = true,
		.sentence = "installed on this PC but not first"},
	[QUIRK_OPTION_OVERWRITTEN] = {.lacks_option = true,
		.sentence = "has been made again"},
	[QUIRK_OWN_OPTION_OVERWRITTEN] = {.windows_comes = true},
	/* What BootNext names is Loopbreaker by then. */
	[QUIRK_OPTIONS_RENUMBERED] = {.next_ignored = true,
		.order_reverts = true,
		.sentence = "did not start what BootNext named"},
	[QUIRK_OPTION_DELETED] = {.lacks_option = true,
		.sentence = "has been made again"},
	[QUIRK_OPTION_ALWAYS_DELETED] = {.lacks_option = true,
		.next_ignored = true,
		.order_reverts = true,
		.sentence = "did not start what BootNext named"},
	[QUIRK_DUPLICATE_OPTIONS] = {.sentence = NULL},
	[QUIRK_HOSTILE_OPTIONS] = {.sentence = NULL},
	[QUIRK_NO_BOOT_CURRENT] = {.sentence = NULL},
	[QUIRK_NO_IMAGE_PATHS] = {.sentence = NULL},
	[QUIRK_GARBAGE_LOAD_OPTIONS] = {.sentence = NULL},
	[QUIRK_LOAD_DENIED] = {.chain_fails = true},
	[QUIRK_WINDOWS_RETURNS] = {.chain_fails = true},
	[QUIRK_IO_ALIGN] = {.sentence = NULL},
	[QUIRK_LARGE_READS_KILL] = {.sentence = NULL},
	[QUIRK_VOLUME_CHANGED] = {.lacks_option = true,
		.sentence = "has been made again"},
	[QUIRK_MEDIUM_CHANGED] = {.sentence = NULL},
	[QUIRK_READ_UNDELIVERED_ONCE] = {.sentence = NULL},
	[QUIRK_READS_UNDELIVERED] = {.stays_broken = true,
		.is_blind = true,
		.sentence = "could not be read"},
	[QUIRK_WRITES_SWALLOWED] = {.stays_broken = true,
		.sentence = "Writing to"},
	[QUIRK_DISK_READ_ONLY] = {.stays_broken = true,
		.sentence = "Nothing could be written"},
	/* In pairs: crash_while_looking_is_bounded() */
	[QUIRK_READ_RESETS] = {.stays_broken = true,
		.is_alone = true,
		.is_mute = true},
	[QUIRK_WRITE_RESETS] = {.stays_broken = true,
		.is_cut_off = true,
		.sentence = "was cut off while it changed the disk"},
	[QUIRK_EMPTY_READER] = {.sentence = NULL},
	[QUIRK_FAST_BOOT] = {.sentence = "had not connected all disks"},
	[QUIRK_FAST_BOOT_TWO_DISKS] = {.sentence =
					       "had not connected all disks"},
	[QUIRK_CONNECT_HANGS] = {.stays_broken = true,
		.dies = true,
		.sentence = "Please report this"},
	[QUIRK_NO_MEMORY] = {.stays_broken = true,
		.is_blind = true,
		.lacks_memory = true,
		.sentence = "not enough memory to read the disks"},
	[QUIRK_SLOW_DISK] = {.sentence = NULL},
	[QUIRK_DISK_HANGS] = {.stays_broken = true,
		.dies = true,
		.sentence = "Please report this"},
	[QUIRK_WATCHDOG_STUBBORN] = {.sentence = NULL},
	[QUIRK_NO_CLOCK] = {.sentence = NULL},
	[QUIRK_STALL_DOES_NOTHING] = {.sentence = NULL},
	[QUIRK_SLOW_SELF_TEST] = {.is_slow = true},
	[QUIRK_RESET_RETURNS] = {.reset_returns = true,
		.sentence = "did not reset the PC"},
	[QUIRK_NO_CONSOLE] = {.is_mute = true},
	[QUIRK_DEAD_CONSOLE] = {.is_mute = true},
	[QUIRK_INSANE_CONSOLE] = {.sentence = NULL},
	[QUIRK_NO_KEYBOARD] = {.sentence = NULL},
	[QUIRK_DEAD_KEYBOARD] = {.sentence = NULL},
};

static struct facts both(const struct facts *a, const struct facts *b)
{
	return (struct facts){
		.stays_broken = a->stays_broken || b->stays_broken,
		.next_ignored = a->next_ignored || b->next_ignored,
		.order_reverts = a->order_reverts || b->order_reverts,
		.is_uncounted = a->is_uncounted || b->is_uncounted,
		.forgets = a->forgets || b->forgets,
		.reset_returns = a->reset_returns || b->reset_returns,
		.chain_fails = a->chain_fails || b->chain_fails,
		.windows_comes = a->windows_comes || b->windows_comes,
		.dies = a->dies || b->dies,
		.is_cut_off = a->is_cut_off || b->is_cut_off,
		.is_blind = a->is_blind || b->is_blind,
		.is_slow = a->is_slow || b->is_slow,
		.lacks_option = a->lacks_option || b->lacks_option,
		.lacks_room = a->lacks_room || b->lacks_room,
		.lacks_memory = a->lacks_memory || b->lacks_memory,
		.is_mute = a->is_mute || b->is_mute,
	};
}

/* Design rule 5, from the facts alone. */
static enum fake_start start_expected(const struct facts *f)
{
	bool may_reset = !f->is_uncounted && !f->forgets;
	enum fake_start last =
		f->chain_fails ? START_AFTER_RETURN : START_CHAIN_LOAD;

	if (f->lacks_option && f->lacks_memory)
		return START_AFTER_RETURN;
	/* After its death nothing more can be started from it. */
	if (f->dies)
		last = may_reset ? last : START_AFTER_RETURN;
	else if (f->reset_returns)
		return last;
	if (!may_reset || (f->lacks_option && f->lacks_room))
		return last;
	if (!f->next_ignored)
		return START_BOOT_NEXT;
	if (f->windows_comes || !f->order_reverts)
		return START_BOOT_ORDER;
	return last;
}

static struct {
	enum fake_quirk quirks[2];
	size_t count;
	struct fake_pc *pc;
	enum fake_end end;
	uint8_t *repaired; /* the disk after a run without any quirk */
} now;

static struct {
	unsigned int failures;
	unsigned int runs;
	unsigned int repaired;
	unsigned int starts[START_CHAIN_LOAD + 1];
	unsigned int longest_row;
	unsigned int most_boots;
} sum;

/* One line for each; the test fails once all were tried. */
static void expect(bool is_right, const char *what)
{
	if (is_right)
		return;
	sum.failures++;
	fprintf(stderr,
		"%s%s%s: %s (end %d, %u boots, %u passes, %u in a row, "
		"first start %d)\n",
		now.count ? fake_quirk_name(now.quirks[0]) : "no quirk",
		now.count > 1 ? "+" : "",
		now.count > 1 ? fake_quirk_name(now.quirks[1]) : "", what,
		(int)now.end, now.pc->log.boots, now.pc->log.passes,
		now.pc->log.longest_row, (int)now.pc->log.first);
}

static void run(const enum fake_quirk *quirks, size_t count)
{
	for (size_t i = 0; i < count; i++)
		now.quirks[i] = quirks[i];
	now.count = count;
	now.pc = fake_pc_make(quirks, count);
	now.end = fake_pc_run(now.pc);
	sum.runs++;
	sum.starts[now.pc->log.first]++;
	if (now.pc->log.longest_row > sum.longest_row)
		sum.longest_row = now.pc->log.longest_row;
	if (now.pc->log.boots > sum.most_boots)
		sum.most_boots = now.pc->log.boots;
}

/* Every byte but what the model of Windows itself writes. */
static bool disk_is(const uint8_t *expected)
{
	const struct fake_pc *pc = now.pc;
	uint64_t behind = pc->status_at + STATUS_BYTES;

	return !memcmp(pc->bytes, expected, pc->status_at) &&
	       !memcmp(pc->bytes + behind, expected + behind,
		       pc->size - behind);
}

static void expect_disk(bool is_repaired)
{
	if (is_repaired)
		sum.repaired++;
	expect(disk_is(is_repaired ? now.repaired : fake_pc_before()),
		is_repaired ? "the disk is not as after a repair"
			    : "the disk is not as before");
	expect(!memcmp(now.pc->small, fake_pc_small_before(), FAKE_SMALL_BYTES),
		"the other disk was changed");
}

static void expect_sentences(const struct facts *f)
{
	bool is_heard = false;
	bool is_wanted = now.count == 1 || f->stays_broken;

	for (size_t i = 0; i < now.count; i++) {
		const char *sentence = table[now.quirks[i]].sentence;

		is_heard = is_heard ||
			   (sentence && fake_pc_heard(now.pc, sentence));
	}
	if (now.count == 1 && !table[now.quirks[0]].sentence)
		is_wanted = false;
	if (f->is_mute)
		return;
	expect(is_heard || !is_wanted, "it was not said");
	if (now.pc->log.first == START_CHAIN_LOAD)
		expect(fake_pc_heard(now.pc, "is started from here"),
			"the chain-load was not announced");
	if (now.pc->log.first == START_AFTER_RETURN && !f->dies)
		expect(fake_pc_heard(now.pc, "returns to the firmware"),
			"the return was not announced");
}

static unsigned int row_expected(const struct facts *f)
{
	if (f->dies || f->is_cut_off)
		return MAX_ROW_DYING;
	if (f->is_slow)
		return MAX_ROW_SLOW;
	return f->is_blind ? MAX_ROW_BLIND : MAX_ROW;
}

static void expect_all(const struct facts *f, enum fake_start start)
{
	const struct fake_pc_log *log = &now.pc->log;

	if (f->is_endless) {
		expect(now.end == END_ENDLESS, "there is an answer after all");
		return;
	}
	expect(now.end != END_BROKEN, "Loopbreaker broke down");
	expect(now.end != END_ENDLESS, "it never ends");
	expect(log->passes > 0, "Loopbreaker was never started");
	expect(log->sessions > 0, "Windows was never started");
	expect(log->longest_row <= row_expected(f), "too many passes");
	expect(now.end == (f->stays_broken ? END_WINRE : END_WINDOWS),
		"it ended otherwise");
	expect(log->first == start, "Windows was started another way");
	expect_disk(!f->stays_broken);
	expect_sentences(f);
}

/* --- Without quirks: what "repaired" means -------------------------------- */

static char *describe(const uint8_t *disk)
{
	return peek_describe(disk + now.pc->windows_at, now.pc->windows_bytes);
}

static bool has_file(const char *name)
{
	return peek_record_of(now.pc->bytes + now.pc->windows_at,
		       now.pc->windows_bytes, name) != 0;
}

static void healthy_firmware_repairs(void **state)
{
	struct facts none = {.sentence = NULL};
	char *before, *after, *difference, *rest, *complaints;

	(void)state;
	run(NULL, 0);
	assert_int_equal(now.end, END_WINDOWS);
	assert_int_equal(now.pc->log.boots, 2);
	assert_int_equal(now.pc->log.passes, 1);
	assert_int_equal(now.pc->log.first, START_BOOT_NEXT);
	assert_false(has_file(JULY_BAD));
	assert_true(has_file(JULY_BAD JULY_HELD_SUFFIX));
	assert_true(has_file(JULY_OLD));
	complaints = peek_check(
		now.pc->bytes + now.pc->windows_at, now.pc->windows_bytes);
	assert_string_equal(complaints, "");
	before = describe(fake_pc_before());
	after = describe(now.pc->bytes);
	difference = peek_difference(before, after);
	rest = peek_without(difference, "attribute 0x30 ");
	free(difference);
	difference = peek_without(rest, " entry ");
	free(rest);
	/* bootstat.dat, before and after, is Windows' own. */
	rest = peek_without(difference, "attribute 0x80 ");
	assert_string_equal(rest, "");
	free(complaints);
	free(before);
	free(after);
	free(difference);
	free(rest);
	/* The other volumes and the tables are as they were. */
	assert_memory_equal(
		now.pc->bytes, fake_pc_before(), now.pc->windows_at);
	now.repaired = malloc(now.pc->size);
	assert_non_null(now.repaired);
	memcpy(now.repaired, now.pc->bytes, now.pc->size);
	expect_all(&none, START_BOOT_NEXT);
	assert_int_equal(sum.failures, 0);
}

/* --- One quirk, two quirks ------------------------------------------------ */

static bool is_wanted(enum fake_quirk a, enum fake_quirk b)
{
	const char *only = getenv("LOOPBREAKER_ONLY");
	char id[100];

	if (!only)
		return true;
	if (a == b)
		snprintf(id, sizeof(id), "%s", fake_quirk_name(a));
	else
		snprintf(id, sizeof(id), "%s+%s", fake_quirk_name(a),
			fake_quirk_name(b));
	return !strcmp(only, id);
}

static void show(void)
{
	if (getenv("LOOPBREAKER_ONLY"))
		fprintf(stderr, "%s\n", now.pc->log.text);
}

static void each_quirk_alone(void **state)
{
	(void)state;
	for (enum fake_quirk q = 0; q < QUIRK_COUNT; q++) {
		if (!is_wanted(q, q))
			continue;
		run(&q, 1);
		show();
		expect_all(&table[q], start_expected(&table[q]));
	}
	assert_int_equal(sum.failures, 0);
}

/*
 * Where two quirks together come to something else than their facts.  What is
 * not given is as in the facts.
 */
static const struct exception {
	enum fake_quirk a;
	enum fake_quirk b;
	enum fake_start start; /* START_NONE: as the facts say */
	bool is_repaired;
	bool is_mute;
	bool is_endless; /* efi/QUIRKS.md says why */
} exceptions[] = {
	/* Nobody can know that it is nearly full. */
	{QUIRK_STORE_NEARLY_FULL, QUIRK_QUERY_FAILS, .is_repaired = true},
	/* BootNext cannot lead astray. */
	{QUIRK_NEXT_DROPPED, QUIRK_OPTIONS_RENUMBERED,
		.start = START_BOOT_ORDER},
	{QUIRK_BOOT_ORDER_LOCK, QUIRK_OPTIONS_RENUMBERED,
		.start = START_BOOT_ORDER},
	/* Numbers change places once more. */
	{QUIRK_OPTION_OVERWRITTEN, QUIRK_OPTIONS_RENUMBERED,
		.start = START_BOOT_NEXT},
	{QUIRK_OWN_OPTION_OVERWRITTEN, QUIRK_OPTIONS_RENUMBERED,
		.start = START_BOOT_NEXT},
	{QUIRK_WINDOWS_FIRST, QUIRK_OPTIONS_RENUMBERED,
		.start = START_CHAIN_LOAD},
	{QUIRK_OPTIONS_RENUMBERED, QUIRK_WINDOWS_RETURNS,
		.start = START_BOOT_ORDER},
	/* There is no option of Windows that could come first. */
	{QUIRK_WINDOWS_FIRST, QUIRK_OPTION_ALWAYS_DELETED,
		.start = START_CHAIN_LOAD},
	/* BootNext is taken back then, and Loopbreaker does not come again. */
	{QUIRK_WINDOWS_FIRST, QUIRK_WRITE_RESETS, .start = START_BOOT_ORDER},
	{QUIRK_OWN_OPTION_OVERWRITTEN, QUIRK_WRITE_RESETS,
		.start = START_BOOT_ORDER, .is_mute = true},
	/* Nothing is left that could count: efi/QUIRKS.md, Q22. */
	{QUIRK_STORE_VANISHES, QUIRK_WRITE_RESETS, .is_endless = true},
	/* The own timer runs late: the firmware's watchdog is first. */
	{QUIRK_CONNECT_HANGS, QUIRK_STALL_DOES_NOTHING, .is_mute = true},
	{QUIRK_DISK_HANGS, QUIRK_STALL_DOES_NOTHING, .is_mute = true},
};

static enum fake_start pair_expected(
	enum fake_quirk a, enum fake_quirk b, struct facts *f)
{
	enum fake_start start = start_expected(f);

	for (size_t i = 0; i < sizeof(exceptions) / sizeof(exceptions[0]);
		i++) {
		const struct exception *e = &exceptions[i];

		if (e->a != a || e->b != b)
			continue;
		f->stays_broken = f->stays_broken && !e->is_repaired;
		f->is_mute = f->is_mute || e->is_mute;
		f->is_endless = e->is_endless;
		return e->start ? e->start : start;
	}
	return start;
}

/*
 * Windows cannot be made next before the disks are read: only the note bounds
 * what nobody can catch then.
 */
static void crash_while_looking_is_bounded(void **state)
{
	static const enum fake_quirk others[] = {QUIRK_OPTION_DELETED,
		QUIRK_OPTION_OVERWRITTEN, QUIRK_VOLUME_CHANGED};

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		const enum fake_quirk quirks[] = {QUIRK_READ_RESETS, others[i]};

		run(quirks, 2);
		show();
		expect(now.end == END_WINRE, "it ended otherwise");
		expect(now.pc->log.longest_row == FAILURE_MAX + 1,
			"not three starts and one that hands over");
		expect(fake_pc_heard(now.pc, "was cut off when it last ran"),
			"it was not said");
		expect_disk(false);
	}
	assert_int_equal(sum.failures, 0);
}

static void pairs(void **state)
{
	bool is_deep = getenv("LOOPBREAKER_DEEP") != NULL ||
		       getenv("LOOPBREAKER_ONLY") != NULL;

	(void)state;
	for (enum fake_quirk a = 0; a < QUIRK_COUNT; a++) {
		for (enum fake_quirk b = a + 1; b < QUIRK_COUNT; b++) {
			const enum fake_quirk quirks[] = {a, b};
			struct facts f = both(&table[a], &table[b]);
			enum fake_start start = pair_expected(a, b, &f);

			if (table[a].is_alone || table[b].is_alone ||
				!is_wanted(a, b) || (!is_deep && (a + b) % 3))
				continue;
			run(quirks, 2);
			show();
			expect_all(&f, start);
		}
	}
	assert_int_equal(sum.failures, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(healthy_firmware_repairs),
		cmocka_unit_test(each_quirk_alone),
		cmocka_unit_test(crash_while_looking_is_bounded),
		cmocka_unit_test(pairs),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	printf("counted: %u runs: %u repaired; Windows started %u by BootNext, "
	       "%u by "
	       "BootOrder, %u from Loopbreaker, %u after a return; at most %u "
	       "passes in a row, %u boots\n",
		sum.runs, sum.repaired, sum.starts[START_BOOT_NEXT],
		sum.starts[START_BOOT_ORDER], sum.starts[START_CHAIN_LOAD],
		sum.starts[START_AFTER_RETURN], sum.longest_row,
		sum.most_boots);
	free(now.repaired);
	return failed;
}
