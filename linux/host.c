/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * recovery/platform.h on a host: it has none of the firmware variables of the
 * PC in question.
 */
#include "linux/host.h"

#include <errno.h>
#include <stdio.h>

#include "linux/ask_secret.h"
#include "linux/host_clock.h"
#include "storage/err.h"

#define PATH_BYTES 4096

static int no_record_get(void *ctx, void *buf, size_t cap, size_t *ret_len)
{
	(void)ctx;
	(void)buf;
	(void)cap;
	(void)ret_len;
	return -ERR_UNSUPPORTED;
}

static int no_record_put(void *ctx, const void *buf, size_t len)
{
	(void)ctx;
	(void)buf;
	(void)len;
	return -ERR_UNSUPPORTED;
}

static int no_variable_get(void *ctx, enum platform_variable which, void *buf,
	size_t cap, size_t *ret_len)
{
	(void)which;
	return no_record_get(ctx, buf, cap, ret_len);
}

static int err_of_errno(int err)
{
	return err == ENOENT ? -ERR_NOT_FOUND : -ERR_IO;
}

static int read_named(const char *path, const char *suffix, void *buf,
	size_t cap, size_t *ret_len)
{
	char whole[PATH_BYTES];
	size_t len;
	FILE *f;
	int err = 0;

	if (!path)
		return -ERR_NOT_FOUND;
	if (snprintf(whole, sizeof(whole), "%s%s", path, suffix) >=
		(int)sizeof(whole))
		return -ERR_TOO_LARGE;
	f = fopen(whole, "rb");
	if (!f)
		return err_of_errno(errno);
	len = fread(buf, 1, cap, f);
	if (ferror(f))
		err = -ERR_IO;
	else if (fgetc(f) != EOF)
		err = -ERR_TOO_LARGE;
	(void)fclose(f); /* was only read */
	if (!err)
		*ret_len = len;
	return err;
}

/* What was named on the command line, and its signature beside it. */
static int file_get(void *ctx, enum platform_file which, void *buf, size_t cap,
	size_t *ret_len)
{
	const struct host *h = ctx;

	switch (which) {
	case FILE_POLICY:
		return read_named(h->policy, "", buf, cap, ret_len);
	case FILE_POLICY_SIGNATURE:
		return read_named(h->policy, ".sig", buf, cap, ret_len);
	case FILE_INCIDENT_ORDER:
		return read_named(h->order, "", buf, cap, ret_len);
	case FILE_INCIDENT_ORDER_SIGNATURE:
		return read_named(h->order, ".sig", buf, cap, ret_len);
	case FILE_PREVIOUS:
	case FILE_PREVIOUS_SIGNATURE:
	case FILE_OVERLAY:
	case FILE_OVERLAY_SIGNATURE:
	case FILE_INSTALLED:
	case FILE_INSTALLED_SIGNATURE:
	case FILE_COUNT:
		break;
	}
	return -ERR_NOT_FOUND;
}

/*
 * The EFI system partition of an image is FAT, which nothing here reads: its
 * boot configuration is what was named, with its logs beside it.
 */
static int boot_file_get(void *ctx, enum platform_boot_file which, void *buf,
	size_t cap, size_t *ret_len)
{
	static const char *const suffixes[BOOT_FILE_COUNT] = {
		[BOOT_FILE_BCD] = "",
		[BOOT_FILE_BCD_LOG] = ".LOG",
		[BOOT_FILE_BCD_LOG1] = ".LOG1",
		[BOOT_FILE_BCD_LOG2] = ".LOG2",
	};
	const struct host *h = ctx;

	if (!h->bcd || !suffixes[which])
		return -ERR_UNSUPPORTED;
	return read_named(h->bcd, suffixes[which], buf, cap, ret_len);
}

/* Whoever gives a command has decided; --hold is the way to do so. */
static enum answer no_ask(void *ctx, const struct question *question)
{
	(void)ctx;
	(void)question;
	return ANSWER_NOBODY;
}

/* Where there is no terminal, the key has to be in a file. */
static int host_ask_secret(void *ctx, const struct secret_question *question,
	char *buf, size_t cap, size_t *ret_len)
{
	(void)ctx;
	return ask_secret(question, buf, cap, ret_len);
}

/* Those that were named, whatever they are called. */
static int key_file_open(void *ctx, const struct key_wish *wish, size_t *at,
	struct key_source *ret)
{
	struct host *h = ctx;

	(void)wish;
	if (*at >= h->key_file_count)
		return -ERR_NOT_FOUND;
	if (file_source_open(&h->key_file, h->key_files[(*at)++])) {
		ret->name = h->key_file.source.name;
		return -ERR_IO;
	}
	*ret = h->key_file.source;
	return 0;
}

static void key_file_close(void *ctx, struct key_source *source)
{
	struct host *h = ctx;

	(void)source; /* one at a time */
	file_source_close(&h->key_file);
}

/* The PC in question is another one than this. */
static int no_machine_id_get(void *ctx, uint8_t id[PLATFORM_ID_BYTES])
{
	(void)ctx;
	(void)id;
	return -ERR_UNSUPPORTED;
}

static uint64_t clock_get(void *ctx)
{
	(void)ctx;
	return host_clock_now();
}

/* What a host costs nobody asks. */
static uint64_t no_elapsed_get(void *ctx)
{
	(void)ctx;
	return 0;
}

static void say(void *ctx, enum say_level level, const char *sentence)
{
	const struct host *h = ctx;
	FILE *to = level == SAY_WARNING || level == SAY_ERROR ? stderr : stdout;

	if (level == SAY_TITLE)
		return; /* a few lines need no headings */
	if (!h->is_json || to == stderr)
		fprintf(to, "%s\n", sentence);
}

static void report(void *ctx, const char *json)
{
	const struct host *h = ctx;

	if (h->is_json)
		puts(json);
}

/* The memory of a host stays as it is: what was used is wiped. */
static void before_secrets(void *ctx)
{
	(void)ctx;
}

/* A host does not start anything afterwards. */
static void before_commit(void *ctx)
{
	(void)ctx;
}

static void progress(void *ctx)
{
	(void)ctx; /* nothing bites here */
}

static void slow_work(void *ctx, uint64_t milliseconds)
{
	(void)ctx;
	(void)milliseconds;
}

const struct platform_ops host_ops = {
	.record_get = no_record_get,
	.record_put = no_record_put,
	.variable_get = no_variable_get,
	.file_get = file_get,
	.boot_file_get = boot_file_get,
	.machine_id_get = no_machine_id_get,
	.clock_get = clock_get,
	.elapsed_get = no_elapsed_get,
	.say = say,
	.ask = no_ask,
	.ask_secret = host_ask_secret,
	.key_file_open = key_file_open,
	.key_file_close = key_file_close,
	.before_secrets = before_secrets,
	.report = report,
	.before_commit = before_commit,
	.progress = progress,
	.slow_work = slow_work,
};
