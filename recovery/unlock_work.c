/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What finding and trying keys costs: it ends, and is no sign of a hang. */
#include "recovery/unlock_parts.h"

#include "storage/err.h"

#define MICROSECONDS 1000u /* in a millisecond */

void unlock_work_begin(struct unlock *u)
{
	const struct platform *p = u->platform;

	p->ops->slow_work(p->ctx, 0);
	u->worked_until = p->ops->elapsed_get(p->ctx);
}

/* Less than a millisecond waits for more: of 64 MiB each piece takes less. */
void unlock_work_goes_on(struct unlock *u)
{
	const struct platform *p = u->platform;
	uint64_t ms =
		(p->ops->elapsed_get(p->ctx) - u->worked_until) / MICROSECONDS;

	if (ms)
		p->ops->slow_work(p->ctx, ms);
	u->worked_until += ms * MICROSECONDS;
	u->worked_ms += ms;
}

bool unlock_work_may_begin(struct unlock *u)
{
	if (u->worked_ms <= UNLOCK_MAX_WORK_MS)
		return true;
	u->is_left_out[UNLOCK_LIMIT_TRIES] = true;
	return false;
}

static bool go_on(void *ctx, unsigned int percent)
{
	(void)percent;
	unlock_work_goes_on(ctx);
	return true;
}

struct stretch_progress unlock_work_progress(struct unlock *u)
{
	return (struct stretch_progress){.go_on = go_on, .ctx = u};
}

static int read_source(void *ctx, uint64_t off, void *buf, size_t len)
{
	struct unlock_work_source *s = ctx;
	struct unlock *u = s->unlock;

	unlock_work_goes_on(u);
	if (!unlock_work_may_begin(u))
		return -ERR_TOO_LARGE;
	if (len > UNLOCK_MAX_FILE_BYTES - u->file_bytes)
		return -ERR_TOO_LARGE;
	u->file_bytes += len;
	return s->under->read(s->under->ctx, off, buf, len);
}

void unlock_work_source_open(struct unlock_work_source *s, struct unlock *u,
	const struct key_source *under)
{
	s->source = *under;
	s->source.read = read_source;
	s->source.ctx = s;
	s->under = under;
	s->unlock = u;
}
