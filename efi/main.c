/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The firmware front, from top to bottom.
 */
#include <string.h>

#include "efi/alloc.h"
#include "efi/exception.h"
#include "efi/failure_note.h"
#include "efi/front.h"
#include "efi/handover.h"
#include "efi/libc/libc.h"
#include "efi/main.h"
#include "efi/platform.h"
#include "efi/vars.h"
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
static void read_record(struct front *f, struct record *ret)
{
	uint8_t bytes[RECORD_BYTES];
	size_t len;

	if (!vars_get(f->fw, &vars_record, bytes, sizeof(bytes), &len))
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
	read_record(f, &ret->record);
}

/*
 * From here on a crash, a hang or a pulled plug ends in Windows; only while
 * the disk is being changed it ends here again, to finish that.
 */
static void run_guarded(struct front *f, struct outcome *ret)
{
	handover_begin(f);
	if (!exception_catch(f->fw))
		console_report(&f->console,
			"{\"event\":\"exceptions\",\"caught\":false}");
	run(f, ret);
	failure_note_clear(f);
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

	if (failure_note_heed(&f))
		read_record(&f, &outcome.record);
	else
		run_guarded(&f, &outcome);
	if (alloc_damage_count())
		console_say(&f.console, SAY_ERROR,
			"Loopbreaker has damaged its own memory. Please report "
			"this.");
	handover_carry_out(&f, &outcome.record, outcome.boot_id);

	/* Nothing could be started: the firmware tries its next entry. */
	exception_release(fw);
	efi_disk_list_close(&f.disks);
	console_close(&f.console);
	watchdog_stop(&f.watchdog);
	return EFI_NOT_FOUND;
}
