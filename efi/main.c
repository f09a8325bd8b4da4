/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The firmware front, from top to bottom.
 */
#include <string.h>

#include "efi/alloc.h"
#include "efi/front.h"
#include "efi/handover.h"
#include "efi/libc/libc.h"
#include "efi/main.h"
#include "efi/platform.h"
#include "recovery/run.h"
#include "storage/err.h"

static void find_disks(struct front *f)
{
	if (efi_disk_list_open(&f->disks, f->fw) < 0)
		console_say(&f->console, SAY_ERROR,
			"There is not enough memory to read the disks.");
	if (f->disks.is_full)
		console_say(&f->console, SAY_WARNING,
			"This PC has more disks than Loopbreaker looks at.");
}

/* Without a run there is no outcome, but the ladder still needs its mark. */
static void read_record(const struct platform *p, struct record *ret)
{
	uint8_t bytes[RECORD_BYTES];
	size_t len;

	if (!p->ops->record_get(p->ctx, bytes, sizeof(bytes), &len))
		(void)record_check(bytes, len, ret); /* else: all zero */
}

static uint64_t seconds(void *ctx)
{
	return clock_seconds(ctx);
}

static void run(struct front *f, struct outcome *ret)
{
	static const struct order no_order = {.kind = ORDER_NONE};
	struct platform platform;
	struct policy policy;
	size_t policy_len;
	const void *bytes = policy_builtin(&policy_len);
	int err = policy_check(bytes, policy_len, &policy);

	platform_fill(f, &platform);
	if (!err) {
		recovery_run(&platform, &no_order, &policy, ret);
		return;
	}
	console_say(&f->console, SAY_ERROR,
		"The built-in policy is damaged: nothing is examined.");
	read_record(&platform, &ret->record);
}

EFI_STATUS loopbreaker_main(const struct firmware *fw, uint64_t start)
{
	struct front f;
	struct outcome outcome;

	memset(&f, 0, sizeof(f));
	memset(&outcome, 0, sizeof(outcome));
	f.fw = fw;
	clock_open(&f.clock, fw, start);
	libc_set_clock(seconds, &f.clock);
	watchdog_arm(&f.watchdog, fw, &f.clock);
	console_open(&f.console, fw);
	console_title(&f.console, "Loopbreaker " LOOPBREAKER_VERSION);
	find_disks(&f);
	handover_prepare(&f);
	console_flush_text(&f.console);

	run(&f, &outcome);
	if (alloc_damage_count())
		console_say(&f.console, SAY_ERROR,
			"Loopbreaker has damaged its own memory. Please report "
			"this.");
	handover_carry_out(&f, &outcome.record, outcome.boot_id);

	/* Nothing could be started: the firmware tries its next entry. */
	efi_disk_list_close(&f.disks);
	console_close(&f.console);
	watchdog_stop(&f.watchdog);
	return EFI_NOT_FOUND;
}
