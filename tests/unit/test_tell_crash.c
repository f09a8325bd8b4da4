/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said of a crash: the dump, the registry, what was delivered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/tell.h"
#include "storage/err.h"
#include "storage/filetime.h"
#include "tests/support/fake_machine.h"

#define NOW  133658364000000000ull
#define HOUR FILETIME_TICKS_PER_HOUR

static struct fake_machine machine;
static struct observation seen;

static int setup(void **state)
{
	(void)state;
	fake_machine_init(&machine);
	memset(&seen, 0, sizeof(seen));
	return 0;
}

#define expect_said(text)                                                      \
	assert_int_not_equal(fake_machine_heard(&machine, text), 0)
#define expect_reported(text)                                                  \
	assert_int_not_equal(fake_machine_reported(&machine, text), 0)

/* --- The dump ---------------------------------------------------------------
 */

static void put_dump(enum crash_dump_place place, enum blame_by by)
{
	struct crash_dump *d = &seen.evidence.dump;

	seen.evidence.dump_state = SOURCE_READ;
	memset(d, 0, sizeof(*d));
	d->place = place;
	d->header.code = 0x50;
	d->header.system_time = NOW;
	d->blame.by = by;
	if (by)
		memcpy(d->blame.module, "x.sys", sizeof("x.sys"));
}

static void expect_dump(const char *sentence, const char *member)
{
	fake_machine_forget(&machine);
	tell_crash(&machine.platform, &seen);
	expect_said(sentence);
	expect_reported(member);
}

static void where_a_dump_lies(void **state)
{
	static const struct {
		enum crash_dump_place place;
		const char *sentence;
		const char *member;
	} places[] = {
		{CRASH_DUMP_NOWHERE, "Crash dump nowhere", "\"nowhere\""},
		{CRASH_DUMP_PAGE_FILE, "in the page file", "\"page-file\""},
		{CRASH_DUMP_DEDICATED, "in the dedicated", "\"dedicated\""},
		{CRASH_DUMP_MEMORY, "in MEMORY.DMP", "\"memory-dmp\""},
		{CRASH_DUMP_MINI, "among the minidumps", "\"minidump\""},
		{(enum crash_dump_place)99, "Crash dump nowhere",
			"\"nowhere\""},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		put_dump(places[i].place, BLAME_CONTEXT);
		expect_dump(places[i].sentence, places[i].member);
	}
}

static void whom_a_dump_names(void **state)
{
	struct crash_dump *d = &seen.evidence.dump;

	(void)state;
	put_dump(CRASH_DUMP_PAGE_FILE, BLAME_PARAMETER);
	expect_dump("; it happened in x.sys.", "\"blame_suffices\":true");
	d->blame.is_windows = true;
	expect_dump("in x.sys, a part of Windows", "\"blame_suffices\":false");
	put_dump(CRASH_DUMP_PAGE_FILE, BLAME_STACK);
	expect_dump("x.sys is on the stack, which proves nothing",
		"\"blamed_by\":\"stack\"");
	put_dump(CRASH_DUMP_PAGE_FILE, BLAME_NOBODY);
	expect_dump("it names no driver", "\"blamed_module\":null");
	d->blame_err = -ERR_CORRUPT;
	expect_dump("its modules cannot be read", "\"blame_error\":");
}

static void what_a_dump_does_not_tell(void **state)
{
	(void)state;
	put_dump(CRASH_DUMP_PAGE_FILE, BLAME_NOBODY);
	seen.evidence.dump.header.system_time = 0;
	seen.evidence.dump.header.code = 0xABCDEF;
	expect_dump("of an unknown time: stop code 0x00ABCDEF;",
		"\"bugcheck\":\"0xabcdef\"");
	/* Without one there is nothing to say, and no registry either. */
	memset(&seen, 0, sizeof(seen));
	fake_machine_forget(&machine);
	tell_crash(&machine.platform, &seen);
	assert_int_equal(machine.said_count + machine.line_count, 0);
}

/* --- The registry -----------------------------------------------------------
 */

static void what_the_registry_says(void **state)
{
	struct windows_facts *f = &seen.facts;

	(void)state;
	f->system_state = SOURCE_READ;
	f->system.crash_dump_enabled = FACT_ABSENT;
	tell_crash(&machine.platform, &seen);
	expect_reported("\"setting_up\":false");
	assert_int_equal(
		fake_machine_reported(&machine, "crash_dump_enabled"), 0);
	f->system.crash_dump_enabled = 7;
	f->version_state = SOURCE_READ;
	memcpy(f->version.product_name, "Windows 11", sizeof("Windows 11"));
	f->version.build = 22631;
	tell_crash(&machine.platform, &seen);
	expect_reported("\"crash_dump_enabled\":7");
	expect_reported("\"product\":\"Windows 11\"");
	/* It is not there, or the disk failed before anybody could tell. */
	memset(f, 0, sizeof(*f));
	f->err = -ERR_IO;
	tell_crash(&machine.platform, &seen);
	expect_reported("\"system\":\"absent\"");
}

static void signs_in_the_registry(void **state)
{
	struct hive_health *h = &seen.facts.health;

	(void)state;
	h->findings[0] = (struct hive_finding){HIVE_SIGN_TXR, "TxR", 6};
	h->count = 1;
	tell_health(&machine.platform, &seen);
	expect_reported("\"sign\":\"txr\"");
	assert_int_equal(machine.said_count, 0);
	h->findings[1] = (struct hive_finding){HIVE_SIGN_STALE, "SYSTEM", 0};
	h->count = 2;
	tell_health(&machine.platform, &seen);
	expect_said("SYSTEM shows signs of damage (stale)");
	assert_int_equal(machine.said_count, 1);
}

/* --- Deliveries -------------------------------------------------------------
 */

static const struct rule rule = {.vendor = "Contoso", .folder = "Windows/C"};
static struct delivery listed[3];
static struct delivery apart[4];

/* Two of the last hours and one of last week; generations of both kinds. */
static void put_deliveries(void)
{
	static const enum delivery_left lefts[] = {DELIVERY_LEFT_LAST,
		DELIVERY_LEFT_BARRED, DELIVERY_LEFT_BARRED,
		(enum delivery_left)99};
	size_t i;

	for (i = 0; i < 3; i++) {
		listed[i] = (struct delivery){.rule = &rule,
			.delivered_at = NOW - (i ? HOUR : 200 * HOUR),
			.source = (enum delivery_source)(DELIVERY_BY_INDEX + i),
			.lsn = i};
		snprintf(listed[i].name, sizeof(listed[i].name), "f%zu", i);
	}
	for (i = 0; i < 4; i++) {
		apart[i] = (struct delivery){.rule = &rule,
			.delivered_at = NOW - (i == 2 ? 200 * HOUR : HOUR),
			.source = (enum delivery_source)99,
			.left = lefts[i]};
		snprintf(apart[i].name, sizeof(apart[i].name), "g%zu", i);
	}
	seen.deliveries = (struct delivery_list){listed, 3, NULL, 0};
	seen.left = (struct delivery_list){apart, 4, NULL, 0};
	seen.evidence.boot_status.heartbeat = NOW;
}

static void all_deliveries(void **state)
{
	(void)state;
	put_deliveries();
	tell_deliveries(&machine.platform, &seen);
	assert_int_equal(
		fake_machine_reported(&machine, "\"event\":\"delivery\""), 7);
	expect_reported("\"dated_by\":\"index\"");
	expect_reported("\"dated_by\":\"record\",\"lsn\":1");
	expect_reported("\"dated_by\":\"journal\",\"lsn\":2");
	expect_said("g0: left alone, one generation has to remain");
	expect_said("g1: left alone, it brings what is never held");
}

static void candidates(void **state)
{
	struct decision d = {
		.verdict = VERDICT_HOLD, .set = {1}, .set_count = 1};

	(void)state;
	put_deliveries();
	tell_candidates(&machine.platform, &seen, &d, 24);
	assert_int_equal(machine.said_count, 0);
	assert_int_equal(
		fake_machine_reported(&machine, "\"event\":\"delivery\""), 5);
	expect_reported("\"name\":\"f1\"");
	assert_int_equal(
		fake_machine_reported(&machine, "\"to_hold\":true"), 1);
	expect_reported("\"left_alone\":\"not-to-blame\"");
	expect_reported("\"left_alone\":\"last\"");
	expect_reported("\"left_alone\":\"barred\"");
	/* What a higher rung takes is older; with no set nothing is held. */
	d.set[0] = 0;
	fake_machine_forget(&machine);
	tell_candidates(&machine.platform, &seen, &d, 24);
	expect_reported("\"name\":\"f0\"");
	d.set_count = 0;
	seen.evidence.boot_status.heartbeat = HOUR;
	fake_machine_forget(&machine);
	tell_candidates(&machine.platform, &seen, &d, 24);
	assert_int_equal(
		fake_machine_reported(&machine, "\"event\":\"delivery\""), 7);
	expect_reported("\"left_alone\":\"nothing-is-held\"");
}

/* Where it was read, or could not be. */
static void the_change_journal(void **state)
{
	struct delivery_dating *d = &seen.dating;

	(void)state;
	tell_sources(&machine.platform, &seen);
	assert_int_equal(machine.line_count, 0);
	d->has_journal = true;
	tell_sources(&machine.platform, &seen);
	expect_reported("\"kind\":\"change-journal\",\"records\":0");
	d->span.records = 3;
	d->span.from = d->span.until = NOW;
	tell_sources(&machine.platform, &seen);
	expect_reported("\"until\":\"2024-07-19T");
	d->has_journal = false;
	d->journal_err = -ERR_CORRUPT;
	tell_sources(&machine.platform, &seen);
	expect_reported("\"kind\":\"change-journal\",\"error\":");
}

#define tell_test(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		tell_test(where_a_dump_lies),
		tell_test(whom_a_dump_names),
		tell_test(what_a_dump_does_not_tell),
		tell_test(what_the_registry_says),
		tell_test(signs_in_the_registry),
		tell_test(all_deliveries),
		tell_test(candidates),
		tell_test(the_change_journal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
