/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/fault_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "storage/err.h"
#include "tests/support/failalloc.h"
#include "tests/support/fault_folder.h"
#include "tests/support/fault_keep.h"
#include "tests/support/ntfs_peek.h"
#include "tests/support/redo_stick.h"

#define VOLUME_FLAGS   "record 3 attribute 0x70 "
#define COMPARED_BYTES 4096
#define MAX_CUTS       2 /* of one case */

struct emudisk fault_disk;
struct emudisk_power fault_power;
struct fake_machine fault_machine;
struct outcome fault_outcome;
struct fault_case fault_case;

/* Found out once, for all. */
static struct fault_case known[FAULT_MEDIA][FAULT_SCENARIOS];
static struct emudisk stick;
static struct policy policy;
static enum fault_promise promised;
static bool is_broken;
static char id[160];

/* --- Cases ---------------------------------------------------------------- */

static const char *only(void)
{
	return getenv("LOOPBREAKER_ONLY");
}

bool fault_is_deep(void)
{
	return getenv("LOOPBREAKER_DEEP") || only();
}

/* Is it one of LOOPBREAKER_ONLY's, divided by commas? */
static bool is_wanted(void)
{
	const size_t len = strlen(id);
	const char *p = only();

	while (p && (strncmp(p, id, len) || (p[len] && p[len] != ','))) {
		p = strchr(p, ',');
		if (!p)
			return false;
		p++;
	}
	return true;
}

const char *fault_name(void)
{
	static const char *const media[FAULT_MEDIA] = {
		[FAULT_NO_MEDIUM] = "",
		[FAULT_REDO_FILE] = "+file",
		[FAULT_REDO_STICK] = "+stick",
	};
	static char name[48];

	snprintf(name, sizeof(name), "%s%s", fault_case.s->name,
		media[fault_case.medium]);
	return name;
}

bool fault_is_wanted(
	const char *call, uint64_t n, const char *model, uint64_t seed)
{
	snprintf(id, sizeof(id), "%s:%s:%d:%s:%d", fault_name(), call, (int)n,
		model, (int)seed);
	return is_wanted();
}

const char *fault_model_name(enum emudisk_cut model)
{
	static const char *const names[EMUDISK_CUT_COUNT] = {
		[EMUDISK_CUT_PREFIX] = "prefix",
		[EMUDISK_CUT_NONE] = "none",
		[EMUDISK_CUT_SUBSET] = "subset",
		[EMUDISK_CUT_TORN] = "torn",
		[EMUDISK_CUT_GARBAGE] = "garbage",
		[EMUDISK_CUT_LYING] = "lying",
	};

	return names[model];
}

bool fault_wants_cuts(const struct fault_cut *cuts, size_t count)
{
	size_t len = (size_t)snprintf(id, sizeof(id), "%s", fault_name());

	for (size_t i = 0; i < count && len < sizeof(id); i++)
		len += (size_t)snprintf(id + len, sizeof(id) - len,
			":cut:%d:%s:%d", (int)cuts[i].n,
			fault_model_name(cuts[i].model), (int)cuts[i].seed);
	return is_wanted();
}

void fault_keep_volume(const char *when)
{
	fault_keep(&fault_disk, &fault_case.july, id, when);
}

void fault_expect(bool is_good, const char *what, const char *details)
{
	if (is_good)
		return;
	is_broken = true;
	if (promised == FAULT_COUNTED && !only())
		return;
	fake_machine_print(&fault_machine);
	if (promised == FAULT_COUNTED)
		print_error("%s: %s\n%s", id, what, details);
	else
		fail_msg("%s: %s\n%s", id, what, details);
}

bool fault_is_broken(void)
{
	return is_broken;
}

enum fault_promise fault_promised(void)
{
	return promised;
}

/* --- The volume ----------------------------------------------------------- */

/* An order that was cut short may be followed again, as another hold. */
static void make_ids_same(char *text)
{
	char first[128], other[128];

	peek_name_hex("held-00000001", first, sizeof(first));
	for (int cuts = 1; cuts <= MAX_CUTS; cuts++) {
		char name[16];

		snprintf(name, sizeof(name), "held-%08x", 1 + cuts);
		peek_name_hex(name, other, sizeof(other));
		for (char *p = text; (p = strstr(p, other));)
			memcpy(p, first, strlen(first));
	}
}

/* VOLUME_IS_DIRTY may stay set after an interruption: Windows checks then. */
char *fault_describe(void)
{
	uint64_t size;
	char *all, *rest;

	july_hide_redo_file(&fault_disk, &fault_case.july, true);
	all = peek_describe(
		july_volume(&fault_disk, &fault_case.july, &size), size);
	july_hide_redo_file(&fault_disk, &fault_case.july, false);
	rest = peek_without(all, VOLUME_FLAGS);
	free(all);
	if (fault_case.s->order == ORDER_HOLD_PATH)
		make_ids_same(rest);
	if (fault_case.s->is_moving)
		fault_forget_folder(rest, FAULT_BESIDE);
	return rest;
}

/* --- Runs ----------------------------------------------------------------- */

static void run_with(enum order_kind kind)
{
	const struct order order = {
		.kind = kind,
		.path = kind == ORDER_HOLD_PATH ? JULY_FOLDER "/" JULY_BAD
						: NULL,
	};

	fake_machine_forget(&fault_machine);
	recovery_run(&fault_machine.platform, &order, &policy, &fault_outcome);
}

void fault_run(void)
{
	run_with(fault_case.s->order);
}

void fault_run_undo(void)
{
	run_with(ORDER_UNDO);
}

void fault_power_on(void)
{
	emudisk_power_reset(&fault_power);
}

static void start_machine(void)
{
	july_machine(&fault_machine, &fault_disk);
	if (fault_case.medium == FAULT_REDO_STICK)
		fake_machine_add_disk(&fault_machine, &stick.disk);
}

static void load(void)
{
	emudisk_close(&fault_disk);
	emudisk_close(&stick);
	july_disk(&fault_disk, &fault_case.july);
	emudisk_attach(&fault_disk, &fault_power);
	if (fault_case.medium == FAULT_REDO_STICK) {
		redo_stick_open(&stick);
		emudisk_attach(&stick, &fault_power);
	}
	start_machine();
}

/* What has happened to the PC before the run in question. */
static void prepare(void)
{
	struct fake_bootstat s = july_status();

	load();
	if (!fault_case.s->is_after_hold)
		return;
	run_with(ORDER_NONE);
	assert_true(fault_outcome.is_applied);
	if (fault_case.s->has_crashed_on) {
		s.boot_id += 2;
		s.attempts = 1;
		july_session(&fault_disk, &fault_case.july, &s);
	}
}

/* Only what differs: a new copy of it all would take longer than a run. */
void fault_restart(enum fault_promise promise)
{
	const uint64_t size = fault_disk.disk.size_bytes;

	for (uint64_t off = 0; off < size; off += COMPARED_BYTES)
		if (memcmp(fault_disk.bytes + off, fault_case.start + off,
			    COMPARED_BYTES))
			memcpy(fault_disk.bytes + off, fault_case.start + off,
				COMPARED_BYTES);
	if (fault_case.stick)
		memcpy(stick.bytes, fault_case.stick, stick.disk.size_bytes);
	start_machine();
	fault_machine.record = fault_case.record;
	fault_power_on();
	promised = promise;
	is_broken = false;
}

static unsigned char *copy_of(const struct emudisk *e)
{
	unsigned char *copy = malloc(e->disk.size_bytes);

	assert_non_null(copy);
	memcpy(copy, e->bytes, e->disk.size_bytes);
	return copy;
}

static void find_out(const struct fault_scenario *s, enum fault_medium medium)
{
	memset(&fault_case, 0, sizeof(fault_case));
	fault_case.s = s;
	fault_case.medium = medium;
	fault_case.july = s->july;
	/* Without a table there is no place that could be found again. */
	fault_case.july.has_table |= medium != FAULT_NO_MEDIUM;
	fault_case.july.has_redo_file = medium == FAULT_REDO_FILE;
	snprintf(id, sizeof(id), "%s", fault_name());
	prepare();
	assert_int_equal(fault_disk.disk.size_bytes % COMPARED_BYTES, 0);
	fault_case.start = copy_of(&fault_disk);
	july_hide_redo_file(&fault_disk, &fault_case.july, true);
	fault_case.hidden = copy_of(&fault_disk);
	july_hide_redo_file(&fault_disk, &fault_case.july, false);
	if (medium == FAULT_REDO_STICK)
		fault_case.stick = copy_of(&stick);
	fault_case.record = fault_machine.record;
	fault_case.before = fault_describe();
	fault_keep_volume("before");
	fault_power_on();
	failalloc_arm(0, false); /* only counts */
	fault_run();
	(void)failalloc_disarm();
	fault_case.allocations = failalloc_count();
	assert_int_equal(fault_outcome.verdict, s->verdict);
	assert_true(fault_outcome.is_applied);
	assert_int_equal(fake_machine_reported(&fault_machine,
				 "\"event\":\"redo\",\"state\":\"stored\""),
		medium != FAULT_NO_MEDIUM);
	fault_case.calls = fault_disk.counts;
	fault_case.writes = fault_power.writes;
	fault_case.after = fault_describe();
	fault_keep_volume("after");
}

void fault_begin(const struct fault_scenario *s)
{
	fault_begin_with(s, FAULT_NO_MEDIUM);
}

void fault_begin_with(const struct fault_scenario *s, enum fault_medium medium)
{
	struct fault_case *k = &known[medium][s - fault_scenarios];

	fault_scenario_policy(s, &policy);
	promised = FAULT_PROMISED;
	if (!k->s) {
		find_out(s, medium);
		*k = fault_case;
	}
	fault_case = *k;
	load();
}

int fault_setup(void **state)
{
	(void)state;
	fault_scenario_setup();
	return 0;
}

int fault_teardown(void **state)
{
	(void)state;
	for (int medium = 0; medium < FAULT_MEDIA; medium++) {
		for (size_t i = 0; i < FAULT_SCENARIOS; i++) {
			free(known[medium][i].start);
			free(known[medium][i].hidden);
			free(known[medium][i].stick);
			free(known[medium][i].before);
			free(known[medium][i].after);
		}
	}
	emudisk_close(&fault_disk);
	emudisk_close(&stick);
	return 0;
}
