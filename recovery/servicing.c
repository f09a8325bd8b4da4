/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/servicing.h"

#include <string.h>

#include "storage/err.h"
#include "storage/filetime.h"

int servicing_observe(struct servicing_signs *s, const struct boot_config *c,
	struct volume *v)
{
	int err;

	memset(s, 0, sizeof(*s));
	s->was_looked_for = true;
	if (c->state == SOURCE_READ) {
		s->has_one_time = c->has_one_time;
		s->one_time = c->one_time;
	}
	err = volume_modified_at(v, SERVICING_PENDING_PATH, &s->pending_at);
	if (err == -ERR_NOT_FOUND)
		return 0;
	s->pending_state = err < 0 ? SOURCE_FAILED : SOURCE_READ;
	return err;
}

static bool is_pending(const struct servicing_signs *s, uint64_t heartbeat)
{
	const uint64_t ticks =
		SERVICING_PENDING_DAYS * 24 * FILETIME_TICKS_PER_HOUR;

	if (s->pending_state != SOURCE_READ)
		return false;
	return s->pending_at >= heartbeat || heartbeat - s->pending_at <= ticks;
}

enum servicing servicing_judge(
	const struct servicing_signs *s, uint64_t heartbeat)
{
	if (s->is_setting_up)
		return SERVICING_SETUP;
	if (s->has_one_time)
		return SERVICING_ONE_TIME;
	return is_pending(s, heartbeat) ? SERVICING_PENDING : SERVICING_NONE;
}
