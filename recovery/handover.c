/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ladder of hand-overs, and telling whether the last one worked. */
#include "recovery/handover.h"

/*
 * Has a session begun since the mark?  An id that is not known on one side
 * proves nothing, and what is not proved counts as "no": otherwise a status
 * file that can be read only every other time would make an endless loop.
 */
static bool session_began(const struct record *r, uint32_t boot_id)
{
	return boot_id != 0 && r->handover_boot_id != 0 &&
	       boot_id != r->handover_boot_id;
}

static bool is_long_ago(const struct record *r, uint64_t now)
{
	if (now == 0 || r->handover_time == 0 || now < r->handover_time)
		return false;
	return now - r->handover_time > HANDOVER_WINDOW_SECONDS;
}

/* How many passes the first step of the ladder lasts. */
static uint32_t first_step_passes(bool is_blind)
{
	return is_blind ? HANDOVER_BLIND_PASSES : 1;
}

static enum handover step_of(uint32_t passes, bool is_blind)
{
	uint32_t first = first_step_passes(is_blind);

	if (passes < first)
		return HANDOVER_BOOT_NEXT;
	return passes == first ? HANDOVER_BOOT_ORDER : HANDOVER_CHAIN_LOAD;
}

enum handover handover_choose(struct record *r, uint32_t boot_id, uint64_t now)
{
	bool is_blind = boot_id == 0 || r->handover_boot_id == 0;
	uint32_t restarts =
		is_blind ? HANDOVER_BLIND_RESTARTS : HANDOVER_MAX_RESTARTS;
	enum handover step;

	if (session_began(r, boot_id)) {
		r->handover_passes = 0;
		r->handover_restarts = 0;
	} else if (r->handover_passes != 0 && is_long_ago(r, now) &&
		   r->handover_restarts < restarts) {
		r->handover_passes = 0;
		r->handover_restarts++;
	}
	step = step_of(r->handover_passes, is_blind);
	if (r->handover_passes < UINT32_MAX)
		r->handover_passes++;
	if (boot_id != 0)
		r->handover_boot_id = boot_id;
	r->handover_time = now;
	return step;
}
