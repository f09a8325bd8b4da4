/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs of launches in the boot log: starts in quick succession. */
#include <string.h>

#include "recovery/boot_log.h"
#include "storage/filetime.h"

static bool is_near(uint64_t earlier, uint64_t later)
{
	return earlier && later >= earlier &&
	       later - earlier <= (uint64_t)BOOT_LOG_RUN_SECONDS *
					  FILETIME_TICKS_PER_SECOND;
}

/* The state of a walk over the boot manager's events. */
struct run_walk {
	struct boot_log_run run;
	uint8_t guid[BOOT_LOG_GUID_BYTES];
	uint64_t now; /* of the last INIT */
};

static void walk_launch(struct run_walk *w, const struct boot_log_event *e)
{
	bool goes_on = w->run.launches && !w->run.was_diverted &&
		       !memcmp(w->guid, e->guid, sizeof(w->guid)) &&
		       is_near(w->run.last, w->now);

	if (!goes_on)
		w->run = (struct boot_log_run){.first = w->now};
	if (w->run.launches < BOOT_LOG_RUN_TIMES)
		w->run.times[w->run.launches] = w->now;
	w->run.launches++;
	w->run.last = w->now;
	memcpy(w->guid, e->guid, sizeof(w->guid));
}

/* True if the event ends a run in Automatic Repair. */
static bool walk_return(struct run_walk *w, const struct boot_log_event *e)
{
	if (!w->run.launches || w->run.was_diverted ||
		memcmp(w->guid, e->guid, sizeof(w->guid)) != 0)
		return false;
	if (e->status != BOOT_LOG_STATUS_UNSUCCESSFUL ||
		!(e->flags &
			(BOOT_LOG_FLAG_NOT_GOOD | BOOT_LOG_FLAG_NO_CHECKPOINT)))
		return false;
	w->run.was_diverted = true;
	w->run.status = e->status;
	w->run.flags = e->flags;
	return true;
}

static bool walk_event(struct run_walk *w, const struct boot_log_event *e)
{
	if (e->application != BOOT_LOG_BOOT_MANAGER)
		return false;
	if (e->kind == BOOT_LOG_INIT)
		w->now = e->time;
	else if (e->kind == BOOT_LOG_LAUNCH && e->start_type == 0)
		walk_launch(w, e);
	else if (e->kind == BOOT_LOG_RETURN)
		return walk_return(w, e);
	return false;
}

void boot_log_last_run(const struct boot_log *log, struct boot_log_run *ret)
{
	struct boot_log_place place = {0};
	struct boot_log_event event;
	struct run_walk walk = {.now = 0};

	while (boot_log_next(log, &place, &event))
		(void)walk_event(&walk, &event);
	*ret = walk.run;
}

bool boot_log_next_loop(const struct boot_log *log,
	struct boot_log_place *place, struct boot_log_run *ret)
{
	struct boot_log_place at = {0};
	struct boot_log_event event;
	struct run_walk walk = {.now = 0};

	/* From the oldest on: a run may have begun before @place. */
	while (boot_log_next(log, &at, &event)) {
		if (!walk_event(&walk, &event) || at.seen <= place->seen)
			continue;
		*place = at;
		*ret = walk.run;
		return true;
	}
	return false;
}
