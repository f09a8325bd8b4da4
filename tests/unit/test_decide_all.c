/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * decide() on every combination of evidence, against rules written down a
 * second time in the plainest way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "storage/filetime.h"
#include "tests/support/decision_check.h"

#define LAST	  10 /* the newest boot id, wherever something else varies */
#define HOLD_ID	  77
#define SERIAL	  0x1234u
#define NOW	  0x01DAD98C00000000u
#define HOUR	  FILETIME_TICKS_PER_HOUR
#define A_DAY_AGO (NOW - 24 * HOUR)

static const struct policy policy = {
	.crashes = 2, .window_hours = 24, .max_files = 2};

static const struct rule contoso = {.vendor = "Contoso"};
static const struct rule contoso_too = {.vendor = "Contoso"};
static const struct rule fabrikam = {.vendor = "Fabrikam"};

/* --- What varies --------------------------------------------------------- */

static const struct bugcheck codes[] = {
	{false, 0, 0, 0},
	{true, 0x50, 1, 0}, /* the one noted and held for */
	{true, 0x50, 2, 0},
	{true, 0x124, 0, 0},
	{true, 0x7B, 0, 0},
	{true, 0xE2, 0, 0},
};

static struct delivery deliveries[] = {
	{.rule = &contoso, .delivered_at = A_DAY_AGO - 1},
	{.rule = &contoso, .delivered_at = A_DAY_AGO},
	{.rule = &contoso_too, .delivered_at = NOW + 1},
	{.rule = &fabrikam, .delivered_at = NOW + 2},
};
static struct held_file ours[] = {{.rule = &contoso, .hold_id = 5}};
static struct held_file foreign[] = {
	{.rule = &contoso, .hold_id = 5}, {.rule = &contoso, .hold_id = 6}};

static const struct delivery_list lists[] = {
	{deliveries, 1, ours, 0},     /* nothing recent */
	{deliveries, 2, ours, 0},     /* one file */
	{deliveries, 3, ours, 1},     /* two, and one on hold */
	{deliveries + 1, 2, ours, 0}, /* two, of two rules of one vendor */
	{deliveries + 1, 3, ours, 0}, /* of two vendors, and too many */
	{deliveries + 2, 2, ours, 0}, /* of two vendors */
	{deliveries, 1, ours, 1},     /* nothing recent, one on hold */
	{deliveries, 2, foreign, 2},  /* one, and somebody else's hold */
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* --- The rules, a second time -------------------------------------------- */

static size_t count_held(const struct evidence *e, bool of_record)
{
	size_t n = 0;
	size_t i;

	for (i = 0; i < e->deliveries->held_count; i++)
		if ((e->deliveries->held[i].hold_id == e->record.hold_id) ==
			of_record)
			n++;
	return n;
}

static bool has_set(const struct evidence *e)
{
	const char *vendor = NULL;
	size_t n = 0;
	size_t i;

	if (!e->boot_status.has_heartbeat ||
		e->boot_status.heartbeat < 24 * HOUR)
		return false;
	for (i = 0; i < e->deliveries->delivery_count; i++) {
		const struct delivery *d = &e->deliveries->deliveries[i];

		if (d->delivered_at + 24 * HOUR < e->boot_status.heartbeat)
			continue;
		if (vendor && strcmp(vendor, d->rule->vendor) != 0)
			return false;
		vendor = d->rule->vendor;
		n++;
	}
	return n >= 1 && n <= policy.max_files;
}

static bool can_read(const struct evidence *e)
{
	const struct boot_status *s = &e->boot_status;

	return e->windows == WINDOWS_ONE && e->journal == JOURNAL_CLEAN &&
	       e->boot_status_state == SOURCE_READ && s->is_trustworthy &&
	       s->has_boot_ids && s->last_clean_boot_id <= s->last_boot_id;
}

/* Both sources speak of two crashed sessions, and of no other cause. */
static bool sources_agree(const struct evidence *e)
{
	const struct boot_status *s = &e->boot_status;
	unsigned int unclean = 0;
	uint32_t id;

	if (e->bugcheck_state != SOURCE_READ || e->note_state != SOURCE_READ ||
		!e->bugcheck.is_present || !e->note.is_present)
		return false;
	if (bugcheck_equal(&e->bugcheck, &e->note.bugcheck) ||
		stop_code_kind(e->bugcheck.code) != STOP_CODE_SOFTWARE)
		return false;
	if (s->shut_down || s->last_clean_boot_id > e->note.boot_id)
		return false;
	for (id = e->note.boot_id; id <= s->last_boot_id; id++)
		if (id > s->last_clean_boot_id)
			unclean++;
	return unclean >= policy.crashes;
}

static bool had_good_session(const struct evidence *e)
{
	return e->boot_status.last_clean_boot_id > e->record.hold_boot_id ||
	       (e->note_state == SOURCE_READ && e->note.is_present &&
		       e->note.boot_id > e->record.hold_boot_id &&
		       e->note.boot_id <= e->boot_status.last_boot_id);
}

static bool record_is_of_this(const struct evidence *e)
{
	return e->record_state == SOURCE_READ &&
	       e->record.volume_serial == e->volume_serial;
}

/* Windows was started since, but no file of that hold is on hold. */
static bool is_gone(const struct evidence *e)
{
	return e->record.hold_state == HOLD_ACTIVE && e->record.rung > 0 &&
	       e->boot_status.last_boot_id > e->record.hold_boot_id &&
	       e->deliveries_state == SOURCE_READ && !count_held(e, true);
}

/* A hold on trial, or exhausted, that no good session has closed. */
static bool is_open(const struct evidence *e)
{
	return record_is_of_this(e) &&
	       (e->record.hold_state == HOLD_ACTIVE ||
		       e->record.hold_state == HOLD_EXHAUSTED) &&
	       !had_good_session(e) && !is_gone(e);
}

static bool new_hold_is_due(const struct evidence *e)
{
	bool is_known = record_is_of_this(e) &&
			(e->record.hold_state == HOLD_ACTIVE ||
				e->record.hold_state == HOLD_HELPED);

	return can_read(e) && sources_agree(e) && !is_open(e) &&
	       e->record_state != SOURCE_FAILED &&
	       e->deliveries_state == SOURCE_READ && has_set(e) &&
	       count_held(e, false) + (is_known ? 0 : count_held(e, true)) == 0;
}

static bool finishing_is_due(const struct evidence *e)
{
	return can_read(e) && is_open(e) &&
	       e->record.hold_state == HOLD_ACTIVE && e->record.rung > 0 &&
	       e->record.hold_boot_id == e->boot_status.last_boot_id &&
	       e->deliveries_state == SOURCE_READ &&
	       (has_set(e) || (boot_status_would_divert(&e->boot_status) &&
				      e->boot_status.is_markable));
}

/* Crashing on, with something new: the one way out of "exhausted". */
static bool is_new_delivery(const struct evidence *e)
{
	const struct delivery_list *l = e->deliveries;
	size_t i;

	if (!is_open(e) || e->record.hold_state != HOLD_EXHAUSTED ||
		e->deliveries_state != SOURCE_READ)
		return false;
	for (i = 0; i < l->delivery_count; i++)
		if (l->deliveries[i].delivered_at > e->record.hold_time)
			return true;
	return false;
}

/* --- The product --------------------------------------------------------- */

static unsigned long decisions;
static unsigned long by_verdict[VERDICT_REFUSE + 1];

static void explain(const struct evidence *e, const struct decision *d)
{
	print_message(
		"L %u C %u N %u (%d) h %u state %d; stop %x (%d) held "
		"for %x/%llx; shut %d good %d cp %d; verdict %s because %s\n",
		e->boot_status.last_boot_id, e->boot_status.last_clean_boot_id,
		e->note.boot_id, e->note_state, e->record.hold_boot_id,
		e->record.hold_state, e->bugcheck.code, e->bugcheck_state,
		e->record.hold_bugcheck.code,
		(unsigned long long)e->record.hold_bugcheck.parameter1,
		e->boot_status.shut_down, e->boot_status.succeeded,
		e->boot_status.checkpoint, verdict_text(d->verdict),
		reason_name(d->reasons[0].id));
}

static void check(const struct evidence *e)
{
	struct decision d;
	const char *wrong;
	bool is_due;

	memset(&d, 0x5A, sizeof(d));
	decide(e, &policy, HOLD_ID, &d);
	decisions++;
	wrong = decision_is_sane(e, &policy, HOLD_ID, &d);
	if (!wrong)
		by_verdict[d.verdict]++;
	is_due = new_hold_is_due(e) || finishing_is_due(e);
	if (!wrong && is_due && d.verdict != VERDICT_HOLD)
		wrong = "a hold that was due was not made";
	if (!wrong && !is_due && d.verdict == VERDICT_HOLD &&
		!(is_new_delivery(e) && sources_agree(e)))
		wrong = "a hold that was not due";
	if (!wrong && d.verdict == VERDICT_RESTORE_AND_HOLD &&
		(!is_open(e) || !count_held(e, true) ||
			(e->record.hold_state == HOLD_ACTIVE &&
				e->record.rung == 0)))
		wrong = "a restore of nothing";
	if (!wrong && e->boot_status.shut_down && can_read(e) && !is_open(e) &&
		d.verdict != VERDICT_BOOT)
		wrong = "a clean end, but not a plain boot";
	if (wrong) {
		explain(e, &d);
		fail_msg("%s", wrong);
	}
}

static void each_list(struct evidence *e)
{
	size_t i;

	e->deliveries_state = SOURCE_FAILED;
	e->deliveries = NULL;
	check(e);
	e->deliveries_state = SOURCE_READ;
	for (i = 0; i < COUNT(lists); i++) {
		e->deliveries = &lists[i];
		check(e);
	}
}

static void each_record(struct evidence *e)
{
	uint32_t i;

	memset(&e->record, 0, sizeof(e->record));
	e->record_state = SOURCE_ABSENT;
	each_list(e);
	e->record_state = SOURCE_FAILED;
	each_list(e);
	e->record_state = SOURCE_READ;
	for (i = 0; i < 4 * 4 * 3 * 2; i++) {
		struct record *r = &e->record;

		r->handover_passes = 1;
		r->hold_state = (enum hold_state)(i % 4);
		r->hold_boot_id = LAST + 1 - i / 4 % 4;
		r->rung = i / 16 % 3 == 2 ? 0 : 1;
		r->volume_serial = i / 16 % 3 == 1 ? SERIAL + 1 : SERIAL;
		r->hold_bugcheck = codes[1 + i / 48];
		r->hold_id = 5;
		r->hold_time = NOW;
		each_list(e);
	}
}

static void each_note(struct evidence *e)
{
	uint32_t id;

	memset(&e->note, 0, sizeof(e->note));
	e->note_state = SOURCE_ABSENT;
	each_record(e);
	e->note_state = SOURCE_FAILED;
	each_record(e);
	e->note_state = SOURCE_READ;
	e->note.is_present = true;
	for (id = LAST - 3; id <= LAST + 1; id++) {
		e->note.boot_id = id;
		e->note.bugcheck = codes[id % 2];
		each_record(e);
	}
}

static void each_bugcheck(struct evidence *e)
{
	size_t i;

	e->bugcheck_state = SOURCE_FAILED;
	e->bugcheck = codes[0];
	each_note(e);
	for (i = 0; i < COUNT(codes); i++) {
		e->bugcheck = codes[i];
		e->bugcheck_state = i ? SOURCE_READ : SOURCE_ABSENT;
		each_note(e);
	}
}

static void each_boot_status(struct evidence *e)
{
	struct boot_status *s = &e->boot_status;
	uint32_t i;

	for (i = 0; i < 4 * 2 * 4; i++) {
		memset(s, 0, sizeof(*s));
		s->area_size = 0xC0;
		s->is_trustworthy = true;
		s->is_markable = true;
		s->has_attempts = true;
		s->has_boot_ids = true;
		s->has_heartbeat = true;
		s->heartbeat = NOW;
		s->last_boot_id = LAST;
		s->last_clean_boot_id = LAST - i % 4;
		s->shut_down = i / 4 % 2;
		/* Up and well; failed once; twice; died early on the desktop */
		s->succeeded = i / 8 == 0 || i / 8 == 3;
		s->checkpoint = i / 8 == 0;
		s->attempts = i / 8 < 2 ? 1 : 2;
		each_bugcheck(e);
	}
}

static void every_combination(void **state)
{
	struct evidence e = {.windows = WINDOWS_ONE,
		.volume_serial = SERIAL,
		.journal = JOURNAL_CLEAN,
		.boot_status_state = SOURCE_READ};
	int v;

	(void)state;
	each_boot_status(&e);
	print_message("%lu decisions:", decisions);
	for (v = VERDICT_BOOT; v <= VERDICT_REFUSE; v++) {
		print_message(" %s %lu", verdict_text((enum verdict)v),
			by_verdict[v]);
		assert_true(by_verdict[v] > 100);
	}
	print_message("\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_combination),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
