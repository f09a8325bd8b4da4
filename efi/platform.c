/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The core's calls, passed on to the modules that know the firmware.
 */
#include "efi/ask.h"
#include "efi/ask_secret.h"
#include "efi/boot_files.h"
#include "efi/failure_note.h"
#include "efi/handover.h"
#include "efi/memory_overwrite.h"
#include "efi/platform.h"
#include "efi/smbios.h"
#include "efi/vars.h"
#include "storage/err.h"
#include "storage/filetime.h"

static int platform_record_get(
	void *ctx, void *buf, size_t cap, size_t *ret_len)
{
	struct front *f = ctx;

	return vars_get(f->fw, &vars_record, buf, cap, ret_len);
}

static int platform_record_put(void *ctx, const void *buf, size_t len)
{
	struct front *f = ctx;

	return vars_set(f->fw, &vars_record, buf, len);
}

static int platform_variable_get(void *ctx, enum platform_variable which,
	void *buf, size_t cap, size_t *ret_len)
{
	struct front *f = ctx;

	switch (which) {
	case VARIABLE_BUGCHECK_CODE:
		return vars_get(f->fw, &vars_bugcheck_code, buf, cap, ret_len);
	case VARIABLE_BUGCHECK_PARAMETER1:
		return vars_get(
			f->fw, &vars_bugcheck_parameter1, buf, cap, ret_len);
	case VARIABLE_BUGCHECK_PROGRESS:
		return vars_get(
			f->fw, &vars_bugcheck_progress, buf, cap, ret_len);
	case VARIABLE_HEALTH_NOTE:
		return vars_get(f->fw, &vars_note, buf, cap, ret_len);
	}
	return -ERR_INTERNAL;
}

static int platform_file_get(void *ctx, enum platform_file which, void *buf,
	size_t cap, size_t *ret_len)
{
	struct front *f = ctx;

	watchdog_pet(&f->watchdog);
	return site_files_get(&f->site, which, buf, cap, ret_len);
}

static int platform_boot_file_get(void *ctx, enum platform_boot_file which,
	void *buf, size_t cap, size_t *ret_len)
{
	struct front *f = ctx;

	watchdog_pet(&f->watchdog);
	return boot_files_get(f->fw, f->has_target ? &f->target : NULL, which,
		buf, cap, ret_len);
}

static enum answer platform_ask(void *ctx, const struct question *question)
{
	return ask_person(ctx, question);
}

static int platform_ask_secret(void *ctx,
	const struct secret_question *question, char *buf, size_t cap,
	size_t *ret_len)
{
	return ask_secret(ctx, question, buf, cap, ret_len);
}

static void platform_network_limit(void *ctx, uint32_t seconds)
{
	struct front *f = ctx;

	network_limit(&f->network, (uint64_t)seconds * 1000);
}

static int platform_key_file_open(void *ctx, const struct key_wish *wish,
	size_t *at, struct key_source *ret)
{
	struct front *f = ctx;

	watchdog_pet(&f->watchdog);
	return key_files_open(&f->key_files, wish, at, ret);
}

static void platform_key_file_close(void *ctx, struct key_source *source)
{
	struct front *f = ctx;

	(void)source; /* one at a time */
	key_files_close(&f->key_files);
}

static int platform_machine_id_get(void *ctx, uint8_t id[PLATFORM_ID_BYTES])
{
	struct front *f = ctx;

	return smbios_id_get(f->fw, id);
}

static uint64_t platform_clock_get(void *ctx)
{
	struct front *f = ctx;

	return filetime_from_unix(clock_seconds(&f->clock));
}

static uint64_t platform_elapsed_get(void *ctx)
{
	const struct front *f = ctx;

	return clock_microseconds(&f->clock);
}

static void platform_say(void *ctx, enum say_level level, const char *sentence)
{
	struct front *f = ctx;

	console_say(&f->console, level, sentence);
}

static void platform_before_secrets(void *ctx)
{
	struct front *f = ctx;

	f->has_secrets = true;
	memory_overwrite_report(f, memory_overwrite_request(f->fw));
}

static void platform_report(void *ctx, const char *json)
{
	struct front *f = ctx;

	console_report(&f->console, json);
}

static void platform_progress(void *ctx)
{
	struct front *f = ctx;

	watchdog_pet(&f->watchdog);
}

static void platform_slow_work(void *ctx, uint64_t milliseconds)
{
	struct front *f = ctx;

	console_flush_text(&f->console);
	watchdog_excuse(&f->watchdog, milliseconds);
	watchdog_pet(&f->watchdog);
}

/*
 * At any moment either BootNext or the note bounds what a repeatable crash can
 * do.  So the note comes first, and where it cannot be stored Windows stays
 * next: a power cut then costs a start of Windows before the repair is
 * finished (the epochs of storage/commit.h leave the disk fit for that), which
 * is less than a PC that restarts for ever.
 */
static void platform_before_commit(void *ctx)
{
	struct front *f = ctx;

	if (failure_note_foresee(f, FAILURE_UNFINISHED)) {
		handover_suspend(f);
		return;
	}
	console_say(&f->console, SAY_WARNING,
		"The firmware did not store that a repair begins: if the PC "
		"loses power now, Windows starts before the repair is "
		"finished.");
}

static const struct platform_ops platform_ops = {
	.record_get = platform_record_get,
	.record_put = platform_record_put,
	.variable_get = platform_variable_get,
	.file_get = platform_file_get,
	.boot_file_get = platform_boot_file_get,
	.machine_id_get = platform_machine_id_get,
	.clock_get = platform_clock_get,
	.elapsed_get = platform_elapsed_get,
	.say = platform_say,
	.ask = platform_ask,
	.ask_secret = platform_ask_secret,
	.network_limit = platform_network_limit,
	.key_file_open = platform_key_file_open,
	.key_file_close = platform_key_file_close,
	.before_secrets = platform_before_secrets,
	.report = platform_report,
	.before_commit = platform_before_commit,
	.progress = platform_progress,
	.slow_work = platform_slow_work,
};

void platform_fill(struct front *f, struct platform *ret)
{
	ret->ops = &platform_ops;
	ret->ctx = f;
	ret->disks = f->disks.pointers;
	ret->disk_count = f->disks.count;
	ret->origin = f->site.origin;
	ret->key_place = "into a file keys.txt beside Loopbreaker on a stick";
	ret->mac = f->network.path.has_mac ? f->network.path.mac : NULL;
	ret->keys_lie_on_own_disk = ret->origin == POLICY_ORIGIN_INSTALLED;
	key_files_init(&f->key_files, &f->site, &f->watchdog);
	site_files_keys(f->fw, &ret->keys, &ret->keys_len);
	/* Whoever puts in a stick is there; a network boots by itself. */
	ret->is_attended = ret->origin == POLICY_ORIGIN_REMOVABLE;
	ret->may_ask_secrets = ret->is_attended;
	/* A pack on the server is there because somebody has its PIN. */
	ret->may_ask_pin =
		ret->is_attended || site_files_is_on_server(&f->site);
}

int platform_store_record(struct front *f, const struct record *r)
{
	uint8_t bytes[RECORD_BYTES];

	record_encode(r, bytes);
	return platform_record_put(f, bytes, sizeof(bytes));
}
