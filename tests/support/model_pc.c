/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/model_pc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/decision_check.h"
#include "tests/support/model_vendors.h"

void model_make(struct model_pc *pc)
{
	struct evidence *e = &pc->evidence;

	memset(pc, 0, sizeof(*pc));
	pc->policy.crashes = 2;
	pc->policy.window_hours = 24;
	pc->policy.max_files = 4;
	pc->policy.max_rung = 1;
	memcpy(pc->policy.rules, model_vendors, sizeof(model_vendors));
	pc->policy.rule_count = MODEL_VENDORS;
	pc->now = 0x01DAD98C00000000;
	pc->next_hold_id = 1;
	e->windows = WINDOWS_ONE;
	e->mode = POLICY_ACT;
	e->journal = JOURNAL_CLEAN;
	e->volume_serial = 0x1234;
	e->boot_status_state = SOURCE_READ;
	e->boot_status.area_size = 0xC0;
	e->boot_status.is_trustworthy = true;
	e->boot_status.is_markable = true;
	e->boot_status.has_attempts = true;
	e->boot_status.has_boot_ids = true;
	e->boot_status.has_heartbeat = true;
	e->boot_status.last_boot_id = 19;
	e->boot_status.last_clean_boot_id = 19;
	model_session(pc);
}

bool model_start(struct model_pc *pc)
{
	struct boot_status *s = &pc->evidence.boot_status;

	pc->now += MODEL_MINUTE;
	pc->is_armed = false;
	if (boot_status_would_divert(s)) {
		pc->winre_visits++;
		s->attempts = 1; /* so that the start after it is tried */
		return false;
	}
	if (s->succeeded && s->checkpoint)
		s->attempts = 0;
	s->attempts++;
	s->succeeded = false;
	s->shut_down = false;
	s->checkpoint = false;
	s->last_boot_id++;
	return true;
}

void model_desktop(struct model_pc *pc)
{
	struct boot_status *s = &pc->evidence.boot_status;

	pc->now += 5 * MODEL_MINUTE;
	s->succeeded = true;
	s->checkpoint = true;
	s->attempts = 1;
	s->heartbeat = pc->now;
}

void model_note(struct model_pc *pc)
{
	struct evidence *e = &pc->evidence;

	pc->now += 10 * MODEL_MINUTE;
	e->boot_status.heartbeat = pc->now;
	e->note_state = SOURCE_READ;
	e->note.is_present = true;
	e->note.boot_id = e->boot_status.last_boot_id;
	e->note.noted_at = pc->now;
	e->note.bugcheck = e->bugcheck;
	pc->is_armed = true;
}

void model_shut_down(struct model_pc *pc)
{
	struct boot_status *s = &pc->evidence.boot_status;

	pc->now += MODEL_HOUR;
	s->heartbeat = pc->now;
	s->shut_down = true;
	s->last_clean_boot_id = s->last_boot_id;
}

void model_crash(struct model_pc *pc, uint32_t code, uint64_t parameter1)
{
	struct evidence *e = &pc->evidence;

	pc->now += MODEL_MINUTE / 2;
	e->bugcheck_state = SOURCE_READ;
	e->bugcheck.is_present = true;
	e->bugcheck.code = code;
	e->bugcheck.parameter1 = parameter1;
	e->bugcheck.progress++;
}

void model_dump(struct model_pc *pc, uint32_t code, const char *module)
{
	struct evidence *e = &pc->evidence;

	pc->now += MODEL_MINUTE / 2;
	e->dump_state = SOURCE_READ;
	memset(&e->dump, 0, sizeof(e->dump));
	e->dump.place = CRASH_DUMP_PAGE_FILE;
	e->dump.header.code = code;
	e->dump.header.system_time = pc->now;
	e->dump.header.has_boot_id = true;
	e->dump.header.boot_id = e->boot_status.last_boot_id;
	if (!module)
		return;
	e->dump.blame.by = BLAME_PARAMETER;
	assert_true(strlen(module) < sizeof(e->dump.blame.module));
	memcpy(e->dump.blame.module, module, strlen(module) + 1);
}

void model_pull_plug(struct model_pc *pc)
{
	pc->now += MODEL_MINUTE / 2;
}

void model_start_again(struct model_pc *pc)
{
	if (!model_start(pc))
		assert_true(model_start(pc));
}

void model_press_button(struct model_pc *pc)
{
	struct boot_status *s = &pc->evidence.boot_status;

	s->has_button = true;
	s->pressed_count++;
	s->pressed_boot_id = (uint16_t)s->last_boot_id;
}

void model_session(struct model_pc *pc)
{
	model_start_again(pc);
	model_desktop(pc);
	model_note(pc);
	model_shut_down(pc);
}

size_t model_deliver(struct model_pc *pc, size_t vendor)
{
	struct model_file *f = &pc->files[pc->file_count];

	assert_true(pc->file_count < MODEL_FILES);
	pc->now += MODEL_MINUTE / 4;
	f->rule = &model_vendors[vendor];
	f->delivered_at = pc->now;
	f->hold_id = 0;
	return pc->file_count++;
}

void model_make_crashed(struct model_pc *pc)
{
	model_make(pc);
	assert_true(model_start(pc));
	model_desktop(pc);
	model_note(pc);
	(void)model_deliver(pc, 0);
	model_crash(pc, 0x50, 1);
	assert_true(model_start(pc));
	model_crash(pc, 0x50, 2);
}

void model_long_session(struct model_pc *pc, size_t early)
{
	model_start_again(pc);
	model_desktop(pc);
	model_note(pc);
	(void)model_deliver(pc, early);
	pc->now += 72 * MODEL_HOUR;
	(void)model_deliver(pc, 0);
	pc->evidence.boot_status.heartbeat = pc->now;
	model_crash(pc, 0x50, pc->now);
	model_crash_anew(pc);
}

void model_crash_anew(struct model_pc *pc)
{
	model_start_again(pc);
	model_crash(pc, 0x7E, pc->now);
}

void model_dump_anew(struct model_pc *pc, const char *module)
{
	model_start_again(pc);
	model_dump(pc, 0x50, module);
}

void model_dump_twice(struct model_pc *pc, const char *module)
{
	model_start_again(pc);
	model_desktop(pc);
	model_note(pc);
	(void)model_deliver(pc, 0);
	model_dump(pc, 0x50, module);
	model_dump_anew(pc, module);
}

void model_crash_alike(struct model_pc *pc)
{
	const struct bugcheck *b = &pc->evidence.bugcheck;

	model_crash(pc, b->code, b->parameter1);
}

/* Files are in order of delivery: so is the list. */
static void list_files(struct model_pc *pc)
{
	struct delivery_list *l = &pc->list;
	size_t i;

	l->deliveries = pc->deliveries;
	l->delivery_count = 0;
	l->held = pc->held;
	l->held_count = 0;
	for (i = 0; i < pc->file_count; i++) {
		const struct model_file *f = &pc->files[i];

		if (f->hold_id) {
			l->held[l->held_count].rule = f->rule;
			l->held[l->held_count++].hold_id = f->hold_id;
		} else {
			l->deliveries[l->delivery_count].rule = f->rule;
			l->deliveries[l->delivery_count].mft_record = i;
			l->deliveries[l->delivery_count++].delivered_at =
				f->delivered_at;
		}
	}
	pc->evidence.deliveries_state = SOURCE_READ;
	pc->evidence.deliveries = l;
}

static void hold(struct model_pc *pc)
{
	struct boot_status *s = &pc->evidence.boot_status;
	const struct decision *d = &pc->last;
	size_t i;

	for (i = 0; i < d->set_count; i++)
		pc->files[pc->deliveries[d->set[i]].mft_record].hold_id =
			d->next_record.hold_id;
	if (boot_status_would_divert(s) && s->is_markable) {
		s->succeeded = true;
		s->shut_down = true;
		s->checkpoint = true;
		s->attempts = 0;
	}
	if (!decision_has(d, REASON_HOLD_UNFINISHED)) {
		pc->holds++;
		pc->next_hold_id++;
	}
}

static void restore(struct model_pc *pc)
{
	size_t i;

	for (i = 0; i < pc->file_count; i++)
		if (pc->files[i].hold_id == pc->evidence.record.hold_id)
			pc->files[i].hold_id = 0;
	pc->restores++;
}

enum verdict model_pass(struct model_pc *pc)
{
	struct evidence *e = &pc->evidence;
	const char *wrong;

	list_files(pc);
	decide(e, &pc->policy, pc->next_hold_id, &pc->last);
	wrong = decision_is_sane(e, &pc->policy, pc->next_hold_id, &pc->last);
	if (wrong)
		fail_msg("%s", wrong);
	if (pc->last.consent == CONSENT_DENIED ||
		(pc->last.consent == CONSENT_NEEDED && !pc->says_yes))
		return pc->last.verdict;
	if (pc->last.verdict == VERDICT_HOLD)
		hold(pc);
	if (pc->last.verdict == VERDICT_RESTORE_AND_HOLD)
		restore(pc);
	if (!record_equal(&pc->last.next_record, &e->record)) {
		e->record = pc->last.next_record;
		e->record_state = SOURCE_READ;
	}
	return pc->last.verdict;
}
