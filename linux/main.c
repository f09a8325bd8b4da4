/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The loopbreaker command: the same core as in the firmware, on disks and
 * images of a Linux host.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "linux/file_disk.h"
#include "linux/image_format.h"
#include "recovery/platform.h"
#include "recovery/policy.h"
#include "recovery/run.h"
#include "storage/err.h"

enum exit_code {
	EXIT_DONE = 0,	  /* done, or nothing to do */
	EXIT_REFUSED = 1, /* with the reason */
	EXIT_USAGE = 2,
	EXIT_IO = 3,	   /* a device or the machine failed */
	EXIT_BAD_INPUT = 4 /* what was given is damaged or not supported */
};

static const char usage_text[] =
	"usage: loopbreaker plan  [--json] [--hold PATH] IMAGE\n"
	"       loopbreaker apply [--json] [--hold PATH] IMAGE\n"
	"       loopbreaker undo  [--json] [--path PATH] IMAGE\n"
	"\n"
	"IMAGE is a whole disk, a disk image or a single NTFS volume that no\n"
	"running system uses.\n"
	"\n"
	"  plan   say what was found and what apply would do; writes nothing\n"
	"  apply  put the content that makes Windows crash on hold (renamed,\n"
	"         never deleted), if the evidence on IMAGE is sufficient\n"
	"  undo   give the vendors' content on hold its names back\n"
	"\n"
	"  --hold PATH  hold exactly this file, on your order\n"
	"  --path PATH  undo only this file, wherever it is\n"
	"  --json       print the report as JSON lines instead of sentences\n"
	"  --help, --version\n"
	"\n"
	"exit status: 0 done or nothing to do, 1 refused (the reason is "
	"said),\n"
	"2 usage, 3 input/output error, 4 damaged or unsupported input\n";

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
	.say = say,
	.report = report,
	.before_commit = before_commit,
	.progress = progress,
};

/* --- Command line --------------------------------------------------------- */

static int usage(const char *what, const char *which)
{
	fprintf(stderr, "loopbreaker: %s%s; see loopbreaker --help.\n", what,
		which);
	return EXIT_USAGE;
}

static bool parse_verb(const char *verb, struct options *o)
{
	if (!strcmp(verb, "plan"))
		o->order.is_dry_run = true;
	else if (!strcmp(verb, "undo"))
		o->order.kind = ORDER_UNDO;
	else
		return !strcmp(verb, "apply");
	return true;
}

/* What is no option: the verb and the image. */
static int parse_words(int count, char **words, const char *hold,
	const char *path, struct options *o)
{
	if (count < 1)
		return usage("say what to do: plan, apply or undo", "");
	if (!parse_verb(words[0], o))
		return usage("it can plan, apply and undo, but not ", words[0]);
	if (count < 2)
		return usage("the image is missing after ", words[0]);
	if (count > 2)
		return usage("one image at a time, so not also ", words[2]);
	if (o->order.kind == ORDER_UNDO && hold)
		return usage("--hold does not go with undo", "");
	if (o->order.kind != ORDER_UNDO && path)
		return usage("--path only goes with undo", "");
	if (hold)
		o->order.kind = ORDER_HOLD_PATH;
	o->order.path = hold ? hold : path;
	o->image = words[1];
	return -1;
}

/* Returns -1 to go on, or the exit status. */
static int parse_options(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{"json", no_argument, NULL, 'j'},
		{"hold", required_argument, NULL, 'H'},
		{"path", required_argument, NULL, 'p'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},
		{NULL, 0, NULL, 0},
	};
	const char *hold = NULL;
	const char *path = NULL;
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":h", longs, NULL)) != -1) {
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
		case 'h':
			fputs(usage_text, stdout);
			return EXIT_DONE;
		case 'V':
			puts("loopbreaker " LOOPBREAKER_VERSION);
			return EXIT_DONE;
		case ':':
			return usage(
				"a path is missing after ", argv[optind - 1]);
		default:
			return usage(
				"there is no option like ", argv[optind - 1]);
		}
	}
	return parse_words(argc - optind, argv + optind, hold, path, o);
}

/* --- The run -------------------------------------------------------------- */

static int status_of_err(int err)
{
	switch (-err) {
	case ERR_IO:
	case ERR_NO_MEMORY:
	case ERR_READ_ONLY:
	case ERR_NOT_STORED:
	case ERR_INTERNAL:
		return EXIT_IO;
	case ERR_NOT_FOUND:
	case ERR_EXISTS:
	case ERR_UNSUPPORTED:
	case ERR_NO_SPACE:
		return EXIT_REFUSED;
	default:
		return EXIT_BAD_INPUT;
	}
}

static int exit_status(const struct outcome *o)
{
	if (o->err < 0)
		return status_of_err(o->err);
	if (o->verdict != VERDICT_REFUSE)
		return EXIT_DONE;
	return o->cause < 0 ? status_of_err(o->cause) : EXIT_REFUSED;
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

/* What keeps a file from being opened, and what to do about it. */
static const char *open_text(int err)
{
	switch (err) {
	case ENOENT:
	case ENOTDIR:
		return "there is no file or device of that name";
	case ENOTBLK:
	case EISDIR:
		return "it is neither a disk image nor a disk";
	case EAGAIN:
	case EBUSY:
		return "it is in use; stop the virtual machine that has it, or "
		       "unmount it";
	case EACCES:
	case EPERM:
		return "you may not open it; try as root";
	case EROFS:
		return "it is on a file system mounted read-only";
	default:
		return strerror(err);
	}
}

/*
 * Whoever starts us with a closed standard output would otherwise have the
 * image opened in its place, and our sentences written into it.
 */
static bool standard_files_are_open(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
		if (fd < 0)
			return false;
	} while (fd <= STDERR_FILENO);
	return close(fd) == 0;
}

int main(int argc, char **argv)
{
	struct options o = {.order = {.kind = ORDER_NONE}};
	struct file_disk file = {.fd = -1};
	const char *container;
	struct policy policy;
	const void *blob;
	size_t len;
	int err, status;

	if (!standard_files_are_open())
		return EXIT_IO; /* and nowhere to say so */
	status = parse_options(argc, argv, &o);
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
			open_text(-err));
		status = EXIT_IO;
		goto out;
	}
	container = image_format_name(&file.disk);
	if (container) {
		fprintf(stderr,
			"loopbreaker: %s is a %s container, not a plain "
			"image; attach the disk in it, for example with "
			"qemu-nbd, and name that.\n",
			o.image, container);
		status = EXIT_BAD_INPUT;
		goto out;
	}
	status = run(&o, &file, &policy);
	if (fflush(stdout) || ferror(stdout)) {
		fputs("loopbreaker: not all of the report could be printed.\n",
			stderr);
		status = EXIT_IO;
	}
out:
	err = file_disk_close(&file);
	if (err < 0) {
		fprintf(stderr, "loopbreaker: cannot close %s: %s.\n", o.image,
			strerror(-err));
		status = EXIT_IO;
	}
	return status;
}
