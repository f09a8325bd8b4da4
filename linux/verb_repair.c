/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loopbreaker plan, apply, undo: one run of the core on a disk of this host.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "linux/command.h"
#include "linux/file_disk.h"
#include "linux/image_format.h"
#include "recovery/platform.h"
#include "recovery/policy.h"
#include "recovery/run.h"
#include "storage/err.h"
#include "storage/filetime.h"

struct options {
	struct order order;
	const char *image;
	bool is_json;
};

struct front {
	bool is_json;
};

/* --- Platform: a host has no firmware variables of the PC in question ---- */

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

static int no_file_get(void *ctx, enum platform_file which, void *buf,
	size_t cap, size_t *ret_len)
{
	(void)which;
	(void)no_record_get(ctx, buf, cap, ret_len);
	return -ERR_NOT_FOUND;
}

/* libntfs-3g reads no FAT: "loopbreaker evidence" takes the file instead. */
static int no_boot_log_get(void *ctx, void *buf, size_t cap, size_t *ret_len)
{
	return no_record_get(ctx, buf, cap, ret_len);
}

/* Whoever gives a command has decided; --hold is the way to do so. */
static enum answer no_ask(void *ctx, const struct question *question)
{
	(void)ctx;
	(void)question;
	return ANSWER_NOBODY;
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
	time_t now = time(NULL);

	(void)ctx;
	if (now <= 0)
		return 0;
	return ((uint64_t)now + FILETIME_SECONDS_UNTIL_1970) *
	       FILETIME_TICKS_PER_SECOND;
}

static void say(void *ctx, enum say_level level, const char *sentence)
{
	const struct front *f = ctx;
	FILE *to = level == SAY_WARNING || level == SAY_ERROR ? stderr : stdout;

	if (level == SAY_TITLE)
		return; /* a few lines need no headings */
	if (!f->is_json || to == stderr)
		fprintf(to, "%s\n", sentence);
}

static void report(void *ctx, const char *json)
{
	const struct front *f = ctx;

	if (f->is_json)
		puts(json);
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

static const struct platform_ops linux_ops = {
	.record_get = no_record_get,
	.record_put = no_record_put,
	.variable_get = no_variable_get,
	.file_get = no_file_get,
	.boot_log_get = no_boot_log_get,
	.machine_id_get = no_machine_id_get,
	.clock_get = clock_get,
	.say = say,
	.ask = no_ask,
	.report = report,
	.before_commit = before_commit,
	.progress = progress,
};

/* --- Command line --------------------------------------------------------- */

/* What a verb does before its options are known. */
static struct order order_of(const struct verb *v)
{
	struct order order = {.kind = ORDER_NONE};

	order.is_dry_run = v == &verb_plan;
	if (v == &verb_undo)
		order.kind = ORDER_UNDO;
	return order;
}

/* What is no option: the image. */
static int parse_image(const struct verb *v, int count, char **words,
	const char *hold, const char *path, struct options *o)
{
	if (count < 1)
		return command_usage(v, "the image is missing after ", v->name);
	if (count > 1)
		return command_usage(
			v, "one image at a time, so not also ", words[1]);
	if (o->order.kind == ORDER_UNDO && hold)
		return command_usage(v, "--hold does not go with undo", "");
	if (o->order.kind != ORDER_UNDO && path)
		return command_usage(v, "--path only goes with undo", "");
	if (hold)
		o->order.kind = ORDER_HOLD_PATH;
	o->order.path = hold ? hold : path;
	o->image = words[0];
	return -1;
}

/* Returns -1 to go on, or the exit status. */
static int parse_options(
	const struct verb *v, int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{"json", no_argument, NULL, 'j'},
		{"hold", required_argument, NULL, 'H'},
		{"path", required_argument, NULL, 'p'},
		{NULL, 0, NULL, 0},
	};
	const char *hold = NULL;
	const char *path = NULL;
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":", longs, NULL)) != -1) {
		switch (c) {
		case 'j':
			o->is_json = true;
			break;
		case 'H':
			hold = optarg;
			break;
		case 'p':
			path = optarg;
			break;
		default:
			return command_bad_option(v, c, argv);
		}
	}
	return parse_image(v, argc - optind, argv + optind, hold, path, o);
}

/* --- The run -------------------------------------------------------------- */

static int exit_status(const struct outcome *o)
{
	if (o->err < 0)
		return command_status_of_err(o->err);
	if (o->verdict != VERDICT_REFUSE)
		return EXIT_DONE;
	return o->cause < 0 ? command_status_of_err(o->cause) : EXIT_REFUSED;
}

static int run(const struct options *o, struct file_disk *file,
	const struct policy *policy)
{
	struct front front = {.is_json = o->is_json};
	struct disk *disks[] = {&file->disk};
	struct platform platform = {
		.ops = &linux_ops,
		.ctx = &front,
		.disks = disks,
		.disk_count = 1,
	};
	struct outcome outcome;

	recovery_run(&platform, &o->order, policy, &outcome);
	if (!o->is_json && !outcome.err && !outcome.is_applied)
		puts("Nothing was written.");
	return exit_status(&outcome);
}

static int run_on_file(const struct options *o, struct file_disk *file,
	const struct policy *policy)
{
	const char *container = image_format_name(&file->disk);

	if (container) {
		fprintf(stderr,
			"loopbreaker: %s is a %s container, not a plain "
			"image; attach the disk in it, for example with "
			"qemu-nbd, and name that.\n",
			o->image, container);
		return EXIT_BAD_INPUT;
	}
	return command_finish_output(run(o, file, policy));
}

static int run_repair(const struct verb *v, int argc, char **argv)
{
	struct options o = {.order = order_of(v)};
	struct file_disk file = {.fd = -1};
	struct policy policy;
	const void *blob;
	size_t len;
	int err, status;

	status = parse_options(v, argc, argv, &o);
	if (status >= 0)
		return status;
	blob = policy_builtin(&len);
	err = policy_check(blob, len, &policy);
	if (err < 0) {
		fprintf(stderr,
			"loopbreaker: the built-in policy is broken: %s.\n",
			err_text(err));
		return EXIT_IO;
	}
	err = file_disk_open(&file, o.image, !o.order.is_dry_run);
	if (err < 0) {
		fprintf(stderr, "loopbreaker: cannot open %s: %s.\n", o.image,
			command_open_text(-err));
		status = EXIT_IO;
	} else {
		status = run_on_file(&o, &file, &policy);
	}
	err = file_disk_close(&file);
	if (err < 0) {
		fprintf(stderr, "loopbreaker: cannot close %s: %s.\n", o.image,
			strerror(-err));
		status = EXIT_IO;
	}
	return status;
}

/* --- The verbs ------------------------------------------------------------ */

#define IMAGE_HELP                                                             \
	"\n"                                                                   \
	"IMAGE is a whole disk, a disk image or a single NTFS volume that "    \
	"no\nrunning system uses.\n"

const struct verb verb_plan = {
	.name = "plan",
	.summary = "say what was found and what apply would do",
	.help = "usage: loopbreaker plan [--json] [--hold PATH] IMAGE\n"
		"\n"
		"Says what was found and what apply would do.  Writes "
		"nothing.\n" IMAGE_HELP "\n"
		"  --hold PATH  as if this file were to be held\n"
		"  --json       print the report as JSON lines instead of "
		"sentences\n",
	.run = run_repair,
};

const struct verb verb_apply = {
	.name = "apply",
	.summary = "put content that makes Windows crash on hold",
	.help = "usage: loopbreaker apply [--json] [--hold PATH] IMAGE\n"
		"\n"
		"Puts the content that makes Windows crash on hold (renamed, "
		"never\ndeleted), if the evidence on IMAGE is "
		"sufficient.\n" IMAGE_HELP "\n"
		"  --hold PATH  hold exactly this file, on your order\n"
		"  --json       print the report as JSON lines instead of "
		"sentences\n",
	.run = run_repair,
};

const struct verb verb_undo = {
	.name = "undo",
	.summary = "give content on hold its names back",
	.help = "usage: loopbreaker undo [--json] [--path PATH] IMAGE\n"
		"\n"
		"Gives the vendors' content on hold its names "
		"back.\n" IMAGE_HELP "\n"
		"  --path PATH  undo only this file, wherever it is\n"
		"  --json       print the report as JSON lines instead of "
		"sentences\n",
	.run = run_repair,
};
