/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The firmware front, from top to bottom.
 */
#include <stdio.h>
#include <string.h>

#include "efi/alloc.h"
#include "efi/connect.h"
#include "efi/exception.h"
#include "efi/failure_note.h"
#include "efi/front.h"
#include "efi/handover.h"
#include "efi/last_resort.h"
#include "efi/libc/libc.h"
#include "efi/machine.h"
#include "efi/main.h"
#include "efi/platform.h"
#include "efi/stack_wipe.h"
#include "efi/vars.h"
#include "recovery/policy_in_force.h"
#include "recovery/report.h"
#include "recovery/run.h"
#include "storage/err.h"

#define SENTENCE_BYTES 256

static void find_disks(struct front *f)
{
	f->disks.watchdog = &f->watchdog;
	if (efi_disk_list_open(&f->disks, f->fw) < 0)
		console_say(&f->console, SAY_ERROR,
			"There is not enough memory to read the disks.");
	if (f->disks.is_full)
		console_say(&f->console, SAY_WARNING,
			"This PC has more disks than Loopbreaker looks at.");
}

/*
 * Quirk Q35: what we look for may be on a disk that the firmware has not
 * connected.  Asked once, and only when something is missing: it takes time.
 * True if there are more disks now.
 */
static bool find_more_disks(struct front *f)
{
	size_t before = f->disks.count;
	char sentence[SENTENCE_BYTES];

	if (f->is_connected)
		return false;
	f->is_connected = true;
	connect_storage(f->fw);
	watchdog_pet(&f->watchdog);
	efi_disk_list_close(&f->disks);
	find_disks(f);
	if (f->disks.count <= before)
		return false;
	(void)snprintf(sentence, sizeof(sentence),
		"The firmware had not connected all disks (\"fast boot\"): "
		"there are %u now, after %u.",
		(unsigned int)f->disks.count, (unsigned int)before);
	console_say(&f->console, SAY_INFO, sentence);
	return true;
}

static void find_target(struct front *f)
{
	handover_prepare(f);
	if ((!f->has_target || !f->target.is_present) && find_more_disks(f))
		handover_prepare(f);
}

/* Quirk Q04: nobody else notices. */
static void tell_bypass(struct front *f)
{
	char sentence[SENTENCE_BYTES];
	struct boot_target first;
	struct report_line line;

	if (bootopt_find_bypass(f->fw, &first) <= 0)
		return;
	(void)snprintf(sentence, sizeof(sentence),
		"Loopbreaker is installed on this PC but not first in its boot "
		"order: %s (Boot%04X) is. It does not start by itself then.",
		first.option.description, first.number);
	console_say(&f->console, SAY_WARNING, sentence);
	report_begin(&line, "bypassed");
	report_string(&line, "first", first.option.description);
	report_number(&line, "number", first.number);
	console_report(&f->console, report_end(&line));
}

/*
 * For the policy, and for the ladder where there is no run.  What nobody could
 * read is not replaced by what we do not know; a policy is then older than any
 * serial it may hold.
 */
static void read_record(struct front *f, struct record *ret)
{
	uint8_t bytes[RECORD_BYTES];
	size_t len;
	int err = vars_get(f->fw, &vars_record, bytes, sizeof(bytes), &len);

	if (!err) {
		(void)record_check(bytes, len, ret); /* else: all zero */
		return;
	}
	/* The others mean that what is there is no record. */
	f->is_record_unread = err != -ERR_NOT_FOUND && err != -ERR_TOO_LARGE &&
			      err != -ERR_CORRUPT;
	if (f->is_record_unread)
		ret->policy_serial = UINT32_MAX;
}

/* Was anything that we stored ever seen to survive a restart? */
static bool has_marks(struct front *f)
{
	static const struct vars_name *const marks[] = {
		&vars_record, &vars_pass, &vars_failure};
	uint8_t bytes[RECORD_BYTES];
	size_t len;

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (vars_get(f->fw, marks[i], bytes, sizeof(bytes), &len) !=
			-ERR_NOT_FOUND)
			return true;
	}
	return false;
}

/* Quirk Q22: until it has shown that it keeps something, it may not. */
static void look_for_memory(struct front *f)
{
	if (has_marks(f) || firmware_serves_system(f->fw))
		return;
	f->store = STORE_UNPROVEN;
	last_resort_set_forgetful();
}

static uint64_t seconds(void *ctx)
{
	return clock_seconds(ctx);
}

static void run_with(struct front *f, const struct policy *policy,
	struct platform *platform, struct outcome *ret)
{
	static const struct order no_order = {.kind = ORDER_NONE};

	recovery_run(platform, &no_order, policy, ret);
	if (ret->windows != WINDOWS_NONE || !find_more_disks(f))
		return;
	platform_fill(f, platform);
	recovery_run(platform, &no_order, policy, ret);
}

/* Until they have come, or not, nothing else is to be seen. */
static void tell_asking(struct front *f)
{
	if (!network_has_files(&f->network))
		return;
	console_say(&f->console, SAY_INFO,
		"Asking the server that Loopbreaker came from for its files.");
	console_flush_text(&f->console);
}

/* Only the files: whether the report gets there nobody here can know. */
static void tell_network(struct front *f)
{
	const struct network *n = &f->network;
	char server[NET_ADDRESS_TEXT_BYTES];
	struct report_line line;

	if (!network_has_files(n))
		return;
	net_address_text(&n->origin.server, server);
	report_begin(&line, "network");
	report_string(&line, "server", server);
	report_string(&line, "folder", n->origin.base);
	report_bool(&line, "answered", n->fetch_left_ms > 0);
	console_report(&f->console, report_end(&line));
	if (!n->fetch_left_ms)
		console_say(&f->console, SAY_WARNING,
			"The server that Loopbreaker came from did not answer: "
			"not all files were asked for.");
}

static void run(struct front *f, struct outcome *ret)
{
	struct policy_in_force policy;
	struct platform platform;

	read_record(f, &ret->record);
	/* The stick, or the disk that was being changed, may be missing. */
	if (ret->record.redo.part_count)
		(void)find_more_disks(f);
	site_files_open(&f->site, f->fw);
	f->site.network = &f->network;
	tell_asking(f);
	platform_fill(f, &platform);
	if (!policy_in_force_open(&platform, &ret->record, &policy)) {
		run_with(f, &policy.choice.policy, &platform, ret);
		/* Stored with the mark of the hand-over, by no write of its own
		 */
		policy_choice_remember(&policy.choice, &ret->record);
	}
	policy_in_force_close(&policy);
	tell_network(f);
}

/*
 * From here on a crash, a hang or a pulled plug ends in Windows; only while
 * the disk is being changed it ends here again, to finish that, and the note
 * bounds how often.  Windows is next again before the note goes.  Not inlined:
 * the stack it needs is to be wiped after it.
 */
static __attribute__((noinline)) void run_guarded(
	struct front *f, struct outcome *ret)
{
	/* If neither can be stored, nothing bounds what nobody can catch. */
	if (!handover_begin(f))
		(void)failure_note_foresee(f, FAILURE_CUT_OFF);
	if (!exception_catch(f->fw))
		console_report(&f->console,
			"{\"event\":\"exceptions\",\"caught\":false}");
	run(f, ret);
	(void)handover_begin(f);
	failure_note_clear(f);
}

EFI_STATUS loopbreaker_main(const struct firmware *fw, uint64_t start)
{
	struct front f;
	struct outcome outcome;
	bool is_allowed;

	memset(&f, 0, sizeof(f));
	memset(&outcome, 0, sizeof(outcome));
	f.fw = fw;
	clock_open(&f.clock, fw, start);
	libc_set_clock(seconds, &f.clock);
	watchdog_arm(&f.watchdog, fw, &f.clock);
	console_open(&f.console, fw);
	console_title(&f.console, "Loopbreaker " LOOPBREAKER_VERSION);
	is_allowed = !failure_note_heed(&f);
	/* What failed may have been a driver that was asked to connect, or that
	   of the network. */
	f.is_connected = !is_allowed;
	look_for_memory(&f);
	if (is_allowed)
		network_open(&f.network, fw, &f.clock, &f.watchdog);
	machine_tell(&f);
	find_disks(&f);
	find_target(&f);
	tell_bypass(&f);
	console_flush_text(&f.console);

	if (is_allowed)
		run_guarded(&f, &outcome);
	else
		read_record(&f, &outcome.record);
	if (f.has_secrets)
		stack_wipe();
	if (outcome.is_record_lost)
		f.store = STORE_FORGETS;
	if (alloc_damage_count())
		console_say(&f.console, SAY_ERROR,
			"Loopbreaker has damaged its own memory. Please report "
			"this.");
	handover_carry_out(&f, &outcome.record, outcome.boot_id);

	/* Nothing could be started: the firmware tries its next entry. */
	exception_release(fw);
	key_files_free(&f.key_files);
	efi_disk_list_close(&f.disks);
	console_close(&f.console);
	watchdog_stop(&f.watchdog);
	return EFI_NOT_FOUND;
}
