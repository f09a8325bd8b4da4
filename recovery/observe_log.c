/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The boot manager's log.  A PC whose last session ended with a shutdown needs
 * none, and pays for none.  The loader's log behind the boot status is left to
 * "loopbreaker evidence": it knows no launches, only what the status area says
 * in fewer words.
 */
#include <stdlib.h>

#include "recovery/observe.h"
#include "storage/err.h"

/* A broken log is a source that failed, but a weak one: it stops nothing. */
static void take_log(
	struct observation *o, const void *bytes, size_t len, int err)
{
	struct evidence *e = &o->evidence;

	if (err == -ERR_NOT_FOUND || err == -ERR_UNSUPPORTED) {
		e->launches_state = SOURCE_ABSENT;
		return;
	}
	if (err == 0)
		err = boot_log_check(bytes, len, &o->log);
	e->launches_state = err < 0 ? SOURCE_FAILED : SOURCE_READ;
	if (err == 0)
		boot_log_last_run(&o->log, &e->launches);
}

void observe_launches(struct observation *o, const struct platform *p)
{
	const struct evidence *e = &o->evidence;
	size_t len = 0;
	int err;

	if (e->boot_status_state == SOURCE_READ && e->boot_status.shut_down)
		return;
	o->log_bytes = malloc(BOOT_LOG_MAX_BYTES);
	if (!o->log_bytes) {
		o->evidence.launches_state = SOURCE_FAILED;
		return;
	}
	err = p->ops->boot_file_get(
		p->ctx, BOOT_FILE_LOG, o->log_bytes, BOOT_LOG_MAX_BYTES, &len);
	take_log(o, o->log_bytes, len, err);
}
