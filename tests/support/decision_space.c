/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/decision_space.h"

#include <string.h>

#include "storage/filetime.h"

#define HOUR	  FILETIME_TICKS_PER_HOUR
#define A_DAY_AGO (SPACE_NOW - 24 * HOUR)
#define NOTED_AT  (SPACE_NOW - 72 * HOUR)

#define COUNT(array) ((unsigned int)(sizeof(array) / sizeof((array)[0])))

/* --- How the last session ended ------------------------------------------ */

static const struct {
	const char *words;
	bool shut_down;
	bool succeeded;
	bool checkpoint;
	uint8_t attempts;
	bool was_pressed;
} ends[] = {
	{"shut down", true, true, true, 1, false},
	{"not shut down, was up and well", false, true, true, 1, false},
	{"power button", false, true, true, 1, true},
	{"start failed once", false, false, false, 1, false},
	{"start failed twice", false, false, false, 2, false},
	{"died within two minutes, twice", false, true, false, 2, false},
};

static void answer_end(unsigned int i, struct boot_status *s)
{
	memset(s, 0, sizeof(*s));
	s->area_size = 0xC0;
	s->is_trustworthy = true;
	s->is_markable = true;
	s->has_attempts = true;
	s->has_boot_ids = true;
	s->has_heartbeat = true;
	s->has_button = true;
	s->heartbeat = SPACE_NOW;
	s->last_boot_id = SPACE_LAST;
	s->shut_down = ends[i].shut_down;
	s->succeeded = ends[i].succeeded;
	s->checkpoint = ends[i].checkpoint;
	s->attempts = ends[i].attempts;
	if (ends[i].was_pressed) {
		s->pressed_count = 3;
		s->pressed_boot_id = SPACE_LAST;
	}
}

static const char *const cleans[] = {
	"the last one", "1 before", "2 before", "3 before"};

/* --- The variables ------------------------------------------------------- */

/* Codes 1 and 2 alternate in note and record, so that each may be new. */
static const struct {
	const char *words;
	enum source_state state;
	struct bugcheck value;
} stops[] = {
	{"cannot be read", SOURCE_FAILED, {false, 0, 0, 0}},
	{"none", SOURCE_ABSENT, {false, 0, 0, 0}},
	{"0x50 (A)", SOURCE_READ, {true, 0x50, 1, 0}},
	{"0x50 (B)", SOURCE_READ, {true, 0x50, 2, 0}},
	{"hardware", SOURCE_READ, {true, 0x124, 0, 0}},
	{"storage", SOURCE_READ, {true, 0x7B, 0, 0}},
	{"by request", SOURCE_READ, {true, 0xE2, 0, 0}},
};

#define STOP_A 2

static const struct {
	const char *words;
	enum source_state state;
	uint32_t boot_id;
} notes[] = {
	{"cannot be read", SOURCE_FAILED, 0},
	{"none", SOURCE_ABSENT, 0},
	{"A, of 3 sessions before", SOURCE_READ, SPACE_LAST - 3},
	{"A, of 2 before", SOURCE_READ, SPACE_LAST - 2},
	{"A, of 1 before", SOURCE_READ, SPACE_LAST - 1},
	{"A, of the last session", SOURCE_READ, SPACE_LAST},
	{"A, of a later session", SOURCE_READ, SPACE_LAST + 1},
};

static void answer_note(unsigned int i, struct evidence *e)
{
	memset(&e->note, 0, sizeof(e->note));
	e->note_state = notes[i].state;
	if (notes[i].state != SOURCE_READ)
		return;
	e->note.is_present = true;
	e->note.boot_id = notes[i].boot_id;
	e->note.noted_at = NOTED_AT;
	e->note.bugcheck = stops[STOP_A].value;
}

static const char *const launches[] = {
	"no log", "three quick starts, the last diverted"};

static void answer_launches(unsigned int i, struct evidence *e)
{
	memset(&e->launches, 0, sizeof(e->launches));
	e->launches_state = i ? SOURCE_READ : SOURCE_ABSENT;
	e->launches.launches = i ? 3 : 0;
	e->launches.was_diverted = i != 0;
}

/* --- The dump, and servicing ---------------------------------------------- */

static const struct {
	const char *words;
	enum source_state state;
	bool is_old;
	uint32_t code;
	const char *module; /* it names; or NULL */
	enum servicing servicing;
} dumps[] = {
	{"none", SOURCE_ABSENT, false, 0, NULL, SERVICING_NONE},
	{"cannot be read", SOURCE_FAILED, false, 0, NULL, SERVICING_NONE},
	{"of last month, names Contoso", SOURCE_READ, true, 0x50, "contoso.sys",
		SERVICING_NONE},
	{"names nobody", SOURCE_READ, false, 0x50, NULL, SERVICING_NONE},
	{"names Contoso", SOURCE_READ, false, 0x50, "contoso.sys",
		SERVICING_NONE},
	{"names Fabrikam", SOURCE_READ, false, 0x50, "fabrikam.sys",
		SERVICING_NONE},
	{"names a stranger", SOURCE_READ, false, 0x50, "stranger.sys",
		SERVICING_NONE},
	{"of the hardware", SOURCE_READ, false, 0x124, NULL, SERVICING_NONE},
	{"none; updates are pending", SOURCE_ABSENT, false, 0, NULL,
		SERVICING_PENDING},
	{"names Contoso; updates are pending", SOURCE_READ, false, 0x50,
		"contoso.sys", SERVICING_PENDING},
	{"names Contoso; whether Windows is serviced cannot be read",
		SOURCE_READ, false, 0x50, "contoso.sys", SERVICING_UNKNOWN},
	{"names Contoso; Windows is being set up", SOURCE_READ, false, 0x50,
		"contoso.sys", SERVICING_SETUP},
};

/* Every other one has no boot id: then its time has to say. */
static void answer_dump(unsigned int i, struct evidence *e)
{
	struct crash_dump *dump = &e->dump;

	memset(dump, 0, sizeof(*dump));
	e->dump_state = dumps[i].state;
	e->servicing = dumps[i].servicing;
	if (dumps[i].state != SOURCE_READ)
		return;
	dump->header.code = dumps[i].code;
	dump->header.has_boot_id = i % 2 == 0;
	dump->header.boot_id = dumps[i].is_old ? 1 : SPACE_LAST;
	dump->header.system_time =
		dumps[i].is_old ? SPACE_NOW - 30 * 24 * HOUR : SPACE_NOW + 3;
	if (!dumps[i].module)
		return;
	dump->blame.by = BLAME_PARAMETER;
	memcpy(dump->blame.module, dumps[i].module,
		strlen(dumps[i].module) + 1);
}

/* --- The record ---------------------------------------------------------- */

struct record_answer {
	const char *words;
	enum source_state state;
	enum hold_state hold;
	uint32_t rung;
	uint32_t boot_id;
	bool is_elsewhere; /* of another volume */
};

#define ON_TRIAL(rung)                                                         \
	{"hold of rung " #rung ", Windows not started since", SOURCE_READ,     \
		HOLD_ACTIVE, rung, SPACE_LAST, false},                         \
		{"hold of rung " #rung ", 1 session since", SOURCE_READ,       \
			HOLD_ACTIVE, rung, SPACE_LAST - 1, false},             \
	{                                                                      \
		"hold of rung " #rung ", 2 sessions since", SOURCE_READ,       \
			HOLD_ACTIVE, rung, SPACE_LAST - 2, false               \
	}

static const struct record_answer records[] = {
	{"none", SOURCE_ABSENT, HOLD_NONE, 0, 0, false},
	{"cannot be read", SOURCE_FAILED, HOLD_NONE, 0, 0, false},
	{"nothing on hold", SOURCE_READ, HOLD_NONE, 0, SPACE_LAST - 2, false},
	{"hold of another volume", SOURCE_READ, HOLD_ACTIVE, 1, SPACE_LAST - 2,
		true},
	ON_TRIAL(0),
	ON_TRIAL(1),
	ON_TRIAL(2),
	{"hold of a later session", SOURCE_READ, HOLD_ACTIVE, 1, SPACE_LAST + 1,
		false},
	{"hold that helped", SOURCE_READ, HOLD_HELPED, 1, SPACE_LAST - 2,
		false},
	{"exhausted, Windows not started since", SOURCE_READ, HOLD_EXHAUSTED, 1,
		SPACE_LAST, false},
	{"exhausted, 1 session since", SOURCE_READ, HOLD_EXHAUSTED, 1,
		SPACE_LAST - 1, false},
	{"exhausted, 2 sessions since", SOURCE_READ, HOLD_EXHAUSTED, 1,
		SPACE_LAST - 2, false},
};

static void answer_record(unsigned int i, struct evidence *e)
{
	struct record *r = &e->record;

	memset(r, 0, sizeof(*r));
	e->record_state = records[i].state;
	if (records[i].state != SOURCE_READ)
		return;
	r->handover_passes = 1;
	r->hold_state = records[i].hold;
	r->rung = records[i].rung;
	r->hold_boot_id = records[i].boot_id;
	r->hold_id = 5;
	r->hold_time = SPACE_NOW;
	r->hold_bugcheck = stops[STOP_A].value;
	r->incident_serial = 3;
	r->volume_serial = SPACE_SERIAL + (records[i].is_elsewhere ? 1 : 0);
}

/* --- The files ----------------------------------------------------------- */

static const struct rule contoso = {
	.vendor = "Contoso", .drivers = {"contoso.sys"}, .driver_count = 1};
static const struct rule contoso_too = {.vendor = "Contoso"};
static const struct rule fabrikam = {
	.vendor = "Fabrikam", .drivers = {"fabrikam.sys"}, .driver_count = 1};

static struct delivery deliveries[] = {
	{.rule = &contoso, .delivered_at = NOTED_AT - HOUR - 1},
	{.rule = &contoso, .delivered_at = A_DAY_AGO - 1},
	{.rule = &contoso, .delivered_at = A_DAY_AGO},
	{.rule = &contoso_too, .delivered_at = SPACE_NOW + 1},
	{.rule = &fabrikam, .delivered_at = SPACE_NOW + 2},
};
static struct delivery many[] = {
	{.rule = &contoso, .delivered_at = A_DAY_AGO + 1},
	{.rule = &contoso, .delivered_at = A_DAY_AGO + 2},
	{.rule = &contoso_too, .delivered_at = A_DAY_AGO + 3},
};
static struct held_file ours[] = {{.rule = &contoso, .hold_id = 5}};
static struct held_file foreign[] = {
	{.rule = &contoso, .hold_id = 5}, {.rule = &contoso, .hold_id = 6}};

/* What an incident order names: the newest file of Contoso. */
static const bool named[][5] = {
	{false, false, false, false, false},
	{false, false, true, false, false},
};

static const struct {
	const char *words;
	struct delivery_list list;
	const bool *is_named;
} files[] = {
	{"cannot be listed", {NULL, 0, NULL, 0}, NULL},
	{"nothing recent", {deliveries, 1, ours, 0}, named[0]},
	{"one older than the window", {deliveries, 2, ours, 0}, named[0]},
	{"one recent, one older", {deliveries, 3, ours, 0}, named[1]},
	{"the same, and one on hold", {deliveries, 3, ours, 1}, named[1]},
	{"two of one vendor", {deliveries + 2, 2, ours, 0}, named[1] + 2},
	{"of two vendors", {deliveries + 3, 2, ours, 0}, named[0]},
	{"of two vendors, one on hold", {deliveries + 3, 2, ours, 1}, named[0]},
	{"more than the limit", {many, 3, ours, 0}, named[1]},
	{"nothing recent, one on hold", {deliveries, 1, ours, 1}, named[0]},
	{"one recent, and a stranger's hold", {deliveries + 2, 1, foreign, 2},
		named[1] + 2},
};

static void answer_files(unsigned int i, struct evidence *e)
{
	e->deliveries_state = i ? SOURCE_READ : SOURCE_FAILED;
	e->deliveries = i ? &files[i].list : NULL;
}

/* --- Policy, order, person ----------------------------------------------- */

static const struct {
	const char *words;
	enum policy_mode mode;
	uint32_t max_rung;
	bool is_attended;
	enum incident_verdict incident;
} settings[] = {
	{"act, 1 rung", POLICY_ACT, 1, false, INCIDENT_NONE},
	{"act, 2 rungs", POLICY_ACT, 2, false, INCIDENT_NONE},
	{"act, 3 rungs", POLICY_ACT, 3, false, INCIDENT_NONE},
	{"act, attended", POLICY_ACT, 2, true, INCIDENT_NONE},
	{"ask", POLICY_ASK, 2, false, INCIDENT_NONE},
	{"ask, attended", POLICY_ASK, 2, true, INCIDENT_NONE},
	{"detect only, attended", POLICY_DETECT_ONLY, 2, true, INCIDENT_NONE},
	{"signed order only", POLICY_SIGNED_ORDER_ONLY, 2, false,
		INCIDENT_NONE},
	{"act, order accepted", POLICY_ACT, 2, false, INCIDENT_ACCEPTED},
	{"act, order forged", POLICY_ACT, 2, false, INCIDENT_FORGED},
	{"act, order followed before", POLICY_ACT, 2, false, INCIDENT_REPLAYED},
	{"ask, order accepted", POLICY_ASK, 2, false, INCIDENT_ACCEPTED},
	{"detect only, order accepted", POLICY_DETECT_ONLY, 2, false,
		INCIDENT_ACCEPTED},
	{"signed order only, order accepted", POLICY_SIGNED_ORDER_ONLY, 2,
		false, INCIDENT_ACCEPTED},
};

static void answer_setting(unsigned int i, struct decision_point *p)
{
	struct evidence *e = &p->evidence;

	memset(&p->policy, 0, sizeof(p->policy));
	p->policy.crashes = 2;
	p->policy.window_hours = 24;
	p->policy.max_files = 2;
	p->policy.max_rung = settings[i].max_rung;
	p->policy.rules[0] = contoso;
	p->policy.rules[1] = contoso_too;
	p->policy.rules[2] = fabrikam;
	p->policy.rule_count = 3;
	e->mode = settings[i].mode;
	e->is_attended = settings[i].is_attended;
	e->incident = settings[i].incident;
	e->incident_serial = 3;
	e->is_named = settings[i].incident == INCIDENT_NONE
			      ? NULL
			      : files[p->answers[ASK_FILES]].is_named;
}

/* --- The space ----------------------------------------------------------- */

#define WORDS_OF(name, array)                                                  \
	static const char *name(unsigned int i)                                \
	{                                                                      \
		return (array)[i].words;                                       \
	}

WORDS_OF(end_words, ends)
WORDS_OF(stop_words, stops)
WORDS_OF(note_words, notes)
WORDS_OF(dump_words, dumps)
WORDS_OF(record_words, records)
WORDS_OF(file_words, files)
WORDS_OF(setting_words, settings)

static const char *clean_words(unsigned int i)
{
	return cleans[i];
}

static const char *launch_words(unsigned int i)
{
	return launches[i];
}

static const struct {
	const char *words;
	unsigned int answers;
	const char *(*answer)(unsigned int i);
} questions[ASK_COUNT] = {
	[ASK_END] = {"last session", COUNT(ends), end_words},
	[ASK_CLEAN] = {"last one that was shut down", COUNT(cleans),
		clean_words},
	[ASK_STOP] = {"stop code", COUNT(stops), stop_words},
	[ASK_NOTE] = {"health note", COUNT(notes), note_words},
	[ASK_LAUNCHES] = {"boot log", COUNT(launches), launch_words},
	[ASK_DUMP] = {"dump, servicing", COUNT(dumps), dump_words},
	[ASK_RECORD] = {"own record", COUNT(records), record_words},
	[ASK_FILES] = {"content", COUNT(files), file_words},
	[ASK_SETTING] = {"policy", COUNT(settings), setting_words},
};

unsigned long decision_space_size(void)
{
	unsigned long size = 1;
	unsigned int q;

	for (q = 0; q < ASK_COUNT; q++)
		size *= questions[q].answers;
	return size;
}

void decision_space_point(unsigned long index, struct decision_point *ret)
{
	struct evidence *e = &ret->evidence;
	unsigned int q;

	for (q = 0; q < ASK_COUNT; q++) {
		ret->answers[q] = (unsigned int)(index % questions[q].answers);
		index /= questions[q].answers;
	}
	memset(e, 0, sizeof(*e));
	e->windows = WINDOWS_ONE;
	e->volume_serial = SPACE_SERIAL;
	e->journal = JOURNAL_CLEAN;
	e->boot_status_state = SOURCE_READ;
	answer_end(ret->answers[ASK_END], &e->boot_status);
	e->boot_status.last_clean_boot_id =
		SPACE_LAST - ret->answers[ASK_CLEAN];
	e->bugcheck_state = stops[ret->answers[ASK_STOP]].state;
	e->bugcheck = stops[ret->answers[ASK_STOP]].value;
	answer_note(ret->answers[ASK_NOTE], e);
	answer_launches(ret->answers[ASK_LAUNCHES], e);
	answer_dump(ret->answers[ASK_DUMP], e);
	answer_record(ret->answers[ASK_RECORD], e);
	answer_files(ret->answers[ASK_FILES], e);
	answer_setting(ret->answers[ASK_SETTING], ret);
}

unsigned int decision_space_answers(enum decision_question q)
{
	return questions[q].answers;
}

const char *decision_space_question(enum decision_question q)
{
	return questions[q].words;
}

const char *decision_space_answer(enum decision_question q, unsigned int i)
{
	return questions[q].answer(i);
}
