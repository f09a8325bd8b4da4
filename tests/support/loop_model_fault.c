/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the firmware loses, and what a forger in Windows makes us read. */
#include "tests/support/loop_model.h"

#include <string.h>

static void done(const struct loop_world *w, struct loop_state *s,
	enum loop_step_kind kind, uint8_t a, loop_emit *emit, void *ctx)
{
	struct loop_step step = {(uint8_t)kind, a, 0};

	s->changes = 0;
	loop_tidy(w, s);
	emit(ctx, s, step, NULL);
}

/* --- Losses ----------------------------------------------------------------
 */

/* The part at @offset of the state becomes @value. */
struct loss {
	uint32_t event;
	size_t offset;
	uint8_t value;
};

static const struct loss loss_of[] = {
	{MAY_LOSE_RECORD, offsetof(struct loop_state, record), SOURCE_ABSENT},
	{MAY_DAMAGE_RECORD, offsetof(struct loop_state, record), SOURCE_FAILED},
	{MAY_LOSE_NOTE, offsetof(struct loop_state, has_note), 0},
	{MAY_LOSE_STOP, offsetof(struct loop_state, stop), STOP_NONE},
	{MAY_LOSE_NEXT, offsetof(struct loop_state, is_armed), 0},
	{MAY_LOSE_FAILURE, offsetof(struct loop_state, failures), 0},
};

/* Without the note nobody knows of a session that it alone told of. */
static void forget_help(struct loop_state *s)
{
	size_t i;

	for (i = 0; i < LOOP_FILES; i++)
		if (s->has_helped[i] == HELP_NOTED)
			s->has_helped[i] = HELP_NONE;
}

/*
 * Is it the world's promise that Windows will be well, but not without this?
 * Without the record a hold is a stranger's, and a person decides.
 */
static bool is_spared(const struct loop_world *w, const struct loop_state *s,
	const struct loss *l)
{
	return w->is_lasting &&
	       l->offset == offsetof(struct loop_state, record) &&
	       memchr(s->file, FILE_HELD, LOOP_FILES) != NULL;
}

void loop_lose(const struct loop_world *w, const struct loop_state *from,
	loop_emit *emit, void *ctx)
{
	struct loop_state s;
	uint8_t *part;
	size_t i;

	for (i = 0; i < sizeof(loss_of) / sizeof(loss_of[0]); i++) {
		const struct loss *l = &loss_of[i];

		s = *from;
		part = (uint8_t *)&s + l->offset;
		if (*part == l->value || is_spared(w, &s, l) ||
			(l->value == SOURCE_FAILED && *part != SOURCE_READ) ||
			!loop_may(w, l->event, &s))
			continue;
		*part = l->value;
		if (l->event == MAY_LOSE_NOTE)
			forget_help(&s);
		done(w, &s, STEP_LOSE, (uint8_t)i, emit, ctx);
	}
}

/* --- Forgeries -------------------------------------------------------------
 */

static void forge_stop(const struct loop_world *w,
	const struct loop_state *from, loop_emit *emit, void *ctx)
{
	struct loop_state s;
	uint8_t stop;

	for (stop = STOP_NONE; stop <= STOP_HARDWARE; stop++) {
		s = *from;
		if (stop == s.stop || !loop_may(w, MAY_FORGE_STOP, &s))
			continue;
		s.stop = stop;
		done(w, &s, STEP_FORGE_STOP, 0, emit, ctx);
	}
}

/* Of no session, a very old one, each that is known, the next, a far one. */
static void forge_note(const struct loop_world *w,
	const struct loop_state *from, loop_emit *emit, void *ctx)
{
	struct loop_state s;
	unsigned int id;
	uint8_t stop;

	for (id = 0; id <= from->id[ID_LAST] + 2u; id++)
		for (stop = STOP_NONE; stop <= STOP_HARDWARE; stop++) {
			s = *from;
			if (!loop_may(w, MAY_FORGE_NOTE, &s))
				continue;
			s.has_note = id != 0;
			s.id[ID_NOTED] = (uint8_t)id;
			s.note_stop = stop;
			s.at[AT_NOTE] = s.at[AT_NOW];
			done(w, &s, STEP_FORGE_NOTE, 0, emit, ctx);
			s = *from;
			if (!id || !loop_may(w, MAY_FORGE_NOTE, &s))
				continue;
			s.has_note = 1;
			s.id[ID_NOTED] = (uint8_t)id;
			s.note_stop = stop;
			s.at[AT_NOTE] = LOOP_DAYS;
			done(w, &s, STEP_FORGE_NOTE, 0, emit, ctx);
		}
}

/* Of this session or of long ago, of any kind and driver. */
static void forge_dump(const struct loop_world *w,
	const struct loop_state *from, loop_emit *emit, void *ctx)
{
	struct loop_state s;
	unsigned int named;

	for (named = NAMED_NOBODY; named <= NAMED_STRANGER + 1u; named++) {
		s = *from;
		if (!loop_may(w, MAY_FORGE_DUMP, &s))
			continue;
		s.dump = named > NAMED_STRANGER ? STOP_HARDWARE : STOP_SOFTWARE;
		s.named = (uint8_t)(named > NAMED_STRANGER ? 0 : named);
		s.at[AT_DUMP] = (uint8_t)(s.at[AT_BEAT] + LOOP_MINUTES);
		done(w, &s, STEP_FORGE_DUMP, (uint8_t)named, emit, ctx);
	}
}

/*
 * All of the area, but what its checksum and its size say.  Boot ids go ahead
 * as far as they like, or the last clean one falls back.  The PC is off then.
 */
static void forge_status(const struct loop_world *w,
	const struct loop_state *from, loop_emit *emit, void *ctx)
{
	struct loop_state s;
	unsigned int flags;
	uint8_t ahead;
	uint8_t clean;

	for (flags = 0; flags < 16; flags++)
		for (ahead = 0; ahead <= 3; ahead++)
			for (clean = 1; clean <= from->id[ID_LAST] + ahead;
				clean++) {
				s = *from;
				if (!loop_may(w, MAY_FORGE_STATUS, &s))
					return;
				s.phase = LOOP_OFF;
				s.journal = JOURNAL_CLEAN;
				s.succeeded = flags & 1;
				s.checkpoint = (flags & 2) != 0;
				s.shut_down = (flags & 4) != 0;
				s.attempts = flags & 8 ? 2 : 0;
				s.id[ID_LAST] =
					(uint8_t)(s.id[ID_LAST] + ahead);
				s.id[ID_CLEAN] = clean;
				done(w, &s, STEP_FORGE_STATUS, 0, emit, ctx);
			}
}

void loop_forge(const struct loop_world *w, const struct loop_state *s,
	loop_emit *emit, void *ctx)
{
	forge_stop(w, s, emit, ctx);
	forge_note(w, s, emit, ctx);
	forge_dump(w, s, emit, ctx);
	forge_status(w, s, emit, ctx);
}
