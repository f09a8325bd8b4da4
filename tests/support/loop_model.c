/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A state as decide() sees it, and the one that stands for all like it. */
#include "tests/support/loop_model.h"

#include <string.h>

#include "storage/filetime.h"
#include "tests/support/model_vendors.h"

#define FIRST_BOOT_ID 100
#define SERIAL	      0x1234
#define ORDER_SERIAL  9
#define FIRST_TIME    0x01DAD98C00000000u
#define MINUTES	      (FILETIME_TICKS_PER_HOUR / 12)
#define DAYS	      (72 * FILETIME_TICKS_PER_HOUR)

void loop_begin(const struct loop_world *w, struct loop_state *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->phase = LOOP_OFF;
	ret->is_armed = 1;
	ret->succeeded = ret->shut_down = ret->checkpoint = 1;
	ret->attempts = 1;
	ret->journal = JOURNAL_CLEAN;
	ret->id[ID_LAST] = ret->id[ID_CLEAN] = ret->id[ID_NOTED] = 1;
	ret->at[AT_NOW] = ret->at[AT_NOTE] = LOOP_DAYS;
	ret->at[AT_BEAT] = LOOP_DAYS + LOOP_MINUTES;
	ret->has_note = 1;
	ret->faults = w->fault_count;
	loop_tidy(w, ret);
}

/* --- Tidying -------------------------------------------------------------- */

/* Is the hold of the record still asked about? */
static bool has_trial(const struct loop_state *s)
{
	return s->record == SOURCE_READ &&
	       (s->hold_state == HOLD_ACTIVE ||
		       s->hold_state == HOLD_EXHAUSTED);
}

static void forget_unused(struct loop_state *s)
{
	size_t i;

	if (s->record != SOURCE_READ) {
		s->hold_state = HOLD_NONE;
		s->hold_id = s->handed = s->passes = s->restarts = 0;
		s->is_obeyed = s->id[ID_UNCOUNTED] = 0;
	}
	if (!has_trial(s))
		s->rung = s->hold_stop = s->id[ID_HELD] = s->at[AT_HOLD] = 0;
	if (!s->has_note)
		s->note_stop = s->id[ID_NOTED] = s->at[AT_NOTE] = 0;
	for (i = 0; i < LOOP_FILES; i++) {
		if (s->file[i] == FILE_GONE)
			s->at[AT_FILE + i] = s->vendor[i] = s->content[i] = 0;
		if (s->file[i] != FILE_HELD)
			s->held_by[i] = s->has_helped[i] = 0;
	}
	/* Of a session before one that lived: it never counts again. */
	if (s->at[AT_DUMP] < s->at[AT_BEAT])
		s->dump = s->named = s->at[AT_DUMP] = 0;
	if (s->phase != LOOP_OFF) /* Windows mends the volume it runs on */
		s->journal = s->is_torn = s->stays_dirty = 0;
}

/* The smallest of the @count values that is above @bound; 0 if none. */
static uint8_t next_above(const uint8_t *values, size_t count, uint8_t bound)
{
	uint8_t found = 0;
	size_t i;

	for (i = 0; i < count; i++)
		if (values[i] > bound && (!found || values[i] < found))
			found = values[i];
	return found;
}

static void replace(uint8_t *values, size_t count, uint8_t from, uint8_t to)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (values[i] == from)
			values[i] = to;
}

/* Two is what decide() counts to; a press of the button takes one away. */
static void tidy_ids(const struct loop_world *w, struct loop_state *s)
{
	int most = w->events & MAY_PRESS ? 3 : 2;
	uint8_t old = next_above(s->id, ID_COUNT, 0);
	uint8_t new = 1;
	uint8_t next;

	for (; old; old = next) {
		next = next_above(s->id, ID_COUNT, old);
		replace(s->id, ID_COUNT, old, new);
		new = (uint8_t)(new + (next - old > most ? most : next - old));
	}
}

/* Of a day only the order counts; what has none stays at its beginning. */
static void tidy_times(struct loop_state *s)
{
	uint8_t old = next_above(s->at, AT_COUNT, 0);
	uint8_t new = LOOP_DAYS;
	uint8_t day = old / LOOP_DAYS;

	for (; old; old = next_above(s->at, AT_COUNT, old)) {
		if (old / LOOP_DAYS != day)
			new = (uint8_t)((new / LOOP_DAYS + 1) * LOOP_DAYS);
		day = old / LOOP_DAYS;
		if (old % LOOP_DAYS)
			new = (uint8_t)(new + LOOP_MINUTES);
		replace(s->at, AT_COUNT, old, new);
	}
}

static void tidy_holds(struct loop_state *s)
{
	uint8_t ids[LOOP_FILES + 1];
	uint8_t new = 1;
	uint8_t old;

	memcpy(ids, s->held_by, LOOP_FILES);
	ids[LOOP_FILES] = s->hold_id;
	for (old = 0; (old = next_above(ids, sizeof(ids), old)) != 0; new ++) {
		replace(s->held_by, LOOP_FILES, old, new);
		if (s->hold_id == old)
			s->hold_id = new;
	}
}

/* The present, the noted and the held one, renamed in this order. */
static void tidy_stops(struct loop_state *s)
{
	uint8_t *stops[] = {&s->stop, &s->note_stop, &s->hold_stop};
	uint8_t names[STOP_HARDWARE] = {0};
	uint8_t new = STOP_SOFTWARE;
	size_t i;

	for (i = 0; i < 3; i++) {
		if (*stops[i] == STOP_NONE || *stops[i] >= STOP_HARDWARE)
			continue;
		if (!names[*stops[i]])
			names[*stops[i]] = new ++;
		*stops[i] = names[*stops[i]];
	}
}

static void swap_files(struct loop_state *s, size_t a, size_t b)
{
	uint8_t *of_files[] = {s->file, s->vendor, s->content, s->held_by,
		s->has_helped, s->at + AT_FILE};
	size_t i;

	for (i = 0; i < sizeof(of_files) / sizeof(of_files[0]); i++) {
		uint8_t old = of_files[i][a];

		of_files[i][a] = of_files[i][b];
		of_files[i][b] = old;
	}
}

/* By time; what is gone comes last. */
static void sort_files(struct loop_state *s)
{
	uint8_t *at = s->at + AT_FILE;
	size_t i;
	size_t k;

	for (i = 1; i < LOOP_FILES; i++)
		for (k = i; k > 0 && at[k] && (!at[k - 1] || at[k] < at[k - 1]);
			k--)
			swap_files(s, k, k - 1);
}

void loop_tidy(const struct loop_world *w, struct loop_state *s)
{
	forget_unused(s);
	tidy_ids(w, s);
	tidy_times(s);
	tidy_holds(s);
	tidy_stops(s);
	sort_files(s);
}

/* --- Seeing -------------------------------------------------------------- */

static uint64_t time_of(uint8_t at)
{
	return at ? FIRST_TIME + at / LOOP_DAYS * DAYS +
			       at % LOOP_DAYS * MINUTES
		  : 0;
}

static uint32_t boot_id_of(uint8_t id)
{
	return id ? FIRST_BOOT_ID + id : 0;
}

static struct bugcheck bugcheck_of(uint8_t stop)
{
	return (struct bugcheck){
		.is_present = stop != STOP_NONE,
		.code = stop == STOP_HARDWARE ? 0x124
			: stop		      ? 0x50
					      : 0,
		.parameter1 = stop,
	};
}

static void see_status(const struct loop_world *w, const struct loop_state *s,
	struct boot_status *ret)
{
	*ret = (struct boot_status){
		.area_size = 0xC0,
		.is_trustworthy = true,
		.is_markable = w->is_markable,
		.has_attempts = true,
		.has_boot_ids = true,
		.has_heartbeat = true,
		.has_button = true,
		.succeeded = s->succeeded,
		.shut_down = s->shut_down,
		.checkpoint = s->checkpoint,
		.attempts = s->attempts,
		.last_boot_id = boot_id_of(s->id[ID_LAST]),
		.last_clean_boot_id = boot_id_of(s->id[ID_CLEAN]),
		.heartbeat = time_of(s->at[AT_BEAT]),
		.pressed_count = s->was_pressed,
		.pressed_boot_id = (uint16_t)boot_id_of(s->id[ID_LAST]),
	};
}

static void see_record(const struct loop_state *s, struct record *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (s->record != SOURCE_READ)
		return;
	ret->hold_state = (enum hold_state)s->hold_state;
	ret->rung = s->rung;
	ret->hold_id = s->hold_id;
	ret->hold_boot_id = boot_id_of(s->id[ID_HELD]);
	ret->hold_time = time_of(s->at[AT_HOLD]);
	ret->hold_bugcheck = bugcheck_of(s->hold_stop);
	ret->volume_serial = s->hold_id || s->id[ID_UNCOUNTED] ? SERIAL : 0;
	if (s->id[ID_UNCOUNTED])
		ret->uncounted_boot_id = boot_id_of(s->id[ID_UNCOUNTED]);
	ret->incident_serial = s->is_obeyed ? ORDER_SERIAL : 0;
}

static void see_dump(const struct loop_state *s, struct evidence *e)
{
	static const char *const modules[] = {
		[NAMED_FIRST] = "contoso.sys",
		[NAMED_SECOND] = "fabrikam.sys",
		[NAMED_STRANGER] = "stranger.sys",
	};
	struct crash_dump *dump = &e->dump;

	e->servicing = s->is_set_up ? SERVICING_SETUP : SERVICING_NONE;
	if (!s->dump)
		return;
	e->dump_state = SOURCE_READ;
	dump->header.code = bugcheck_of(s->dump).code;
	dump->header.system_time = time_of(s->at[AT_DUMP]);
	if (!s->named)
		return;
	dump->blame.by = BLAME_CONTEXT;
	memcpy(dump->blame.module, modules[s->named],
		strlen(modules[s->named]) + 1);
}

static void see_files(const struct loop_state *s, struct loop_view *v)
{
	struct delivery_list *l = &v->list;
	size_t i;

	l->deliveries = v->deliveries;
	l->held = v->held;
	l->delivery_count = l->held_count = 0;
	for (i = 0; i < LOOP_FILES; i++) {
		const struct rule *rule = &model_vendors[s->vendor[i]];

		if (s->file[i] == FILE_IN_PLACE) {
			struct delivery *d = &v->deliveries[l->delivery_count];

			d->rule = rule;
			d->delivered_at = time_of(s->at[AT_FILE + i]);
			v->is_named[l->delivery_count] =
				s->content[i] == CONTENT_BAD;
			v->file_of[l->delivery_count++] = (uint8_t)i;
		} else if (s->file[i] == FILE_HELD) {
			v->held[l->held_count].rule = rule;
			v->held[l->held_count++].hold_id = s->held_by[i];
		}
	}
}

static void see_order(const struct loop_state *s, struct loop_view *v)
{
	struct evidence *e = &v->evidence;

	if (!s->has_order)
		return;
	e->incident = s->is_obeyed ? INCIDENT_REPLAYED : INCIDENT_ACCEPTED;
	e->incident_serial = ORDER_SERIAL;
	e->is_named = v->is_named;
}

/* As run.c: above every id in use. */
static uint32_t next_hold_id(const struct loop_state *s)
{
	uint32_t id = s->hold_id;
	size_t i;

	for (i = 0; i < LOOP_FILES; i++)
		if (s->held_by[i] > id)
			id = s->held_by[i];
	return id + 1;
}

void loop_decide(const struct loop_world *w, const struct loop_state *s,
	struct loop_view *v)
{
	struct evidence *e = &v->evidence;

	v->policy.crashes = 2;
	v->policy.window_hours = 24;
	v->policy.max_files = LOOP_FILES;
	v->policy.max_rung = w->max_rung;
	memcpy(v->policy.rules, model_vendors, sizeof(model_vendors));
	v->policy.rule_count = MODEL_VENDORS;
	memset(e, 0, sizeof(*e));
	e->windows = WINDOWS_ONE;
	e->volume_serial = SERIAL;
	e->journal = (enum journal_state)s->journal;
	e->was_replayed = e->journal == JOURNAL_REPLAYABLE_2_0;
	e->was_mended = s->is_torn;
	e->boot_status_state = SOURCE_READ;
	see_status(w, s, &e->boot_status);
	e->bugcheck = bugcheck_of(s->stop);
	e->bugcheck_state = s->stop ? SOURCE_READ : SOURCE_ABSENT;
	see_dump(s, e);
	e->note_state = s->has_note ? SOURCE_READ : SOURCE_ABSENT;
	e->note.is_present = s->has_note;
	e->note.boot_id = boot_id_of(s->id[ID_NOTED]);
	e->note.noted_at = time_of(s->at[AT_NOTE]);
	e->note.bugcheck = bugcheck_of(s->note_stop);
	e->record_state = (enum source_state)s->record;
	see_record(s, &e->record);
	see_files(s, v);
	e->deliveries_state = SOURCE_READ;
	e->deliveries = &v->list;
	e->mode = w->wants_word ? POLICY_ASK : POLICY_ACT;
	e->is_attended = (w->events & MAY_ASK) != 0;
	see_order(s, v);
	decide(e, &v->policy, next_hold_id(s), &v->decision);
}
