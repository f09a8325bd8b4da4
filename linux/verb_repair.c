/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loopbreaker plan, apply, undo: one run of the core on a disk of this host.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "linux/ask_secret.h"
#include "linux/command.h"
#include "linux/file_disk.h"
#include "linux/host.h"
#include "linux/image_format.h"
#include "linux/named_file.h"
#include "linux/signing.h"
#include "recovery/policy_in_force.h"
#include "recovery/run.h"
#include "storage/err.h"

struct options {
	struct order order;
	const char *image;
	const char *keys; /* to check what follows */
	struct host host;
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
	if (o->host.order && (hold || o->order.kind == ORDER_UNDO))
		return command_usage(v, "--order does not go with ",
			hold ? "--hold" : "undo");
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
		{"policy", required_argument, NULL, 'P'},
		{"order", required_argument, NULL, 'O'},
		{"keys", required_argument, NULL, 'K'},
		{"bcd", required_argument, NULL, 'B'},
		{"bitlocker-keys", required_argument, NULL, 'b'},
		{NULL, 0, NULL, 0},
	};
	const char *hold = NULL;
	const char *path = NULL;
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":", longs, NULL)) != -1) {
		switch (c) {
		case 'j':
			o->host.is_json = true;
			break;
		case 'H':
			hold = optarg;
			break;
		case 'p':
			path = optarg;
			break;
		case 'P':
			o->host.policy = optarg;
			break;
		case 'O':
			o->host.order = optarg;
			break;
		case 'K':
			o->keys = optarg;
			break;
		case 'B':
			o->host.bcd = optarg;
			break;
		case 'b':
			if (o->host.key_file_count == HOST_MAX_KEY_FILES)
				return command_usage(v,
					"this is one file with keys too many: ",
					optarg);
			o->host.key_files[o->host.key_file_count++] = optarg;
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

/* With the files that were named; without any, the built-in policy. */
static int choose_policy(struct platform *p, struct policy_in_force *ret)
{
	const struct record no_record = {.hold_id = 0};
	const struct host *h = p->ctx;
	struct policy_offer nothing = {.keys = &ret->keys};
	size_t i;
	int err;

	if (h->policy)
		return policy_in_force_open(p, &no_record, ret);
	memset(ret, 0, sizeof(*ret));
	for (i = 0; i < POLICY_SLOT_COUNT; i++)
		nothing.files[i].err = -ERR_NOT_FOUND;
	err = policy_choose(&nothing, &ret->choice);
	if (err < 0)
		fprintf(stderr,
			"loopbreaker: the built-in policy is broken: %s.\n",
			err_text(err));
	return err;
}

static int run(const struct options *o, struct file_disk *file,
	const struct signing_keys *keys)
{
	struct host host = o->host;
	struct disk *disks[] = {&file->disk};
	struct platform platform = {
		.ops = &host_ops,
		.ctx = &host,
		.disks = disks,
		.disk_count = 1,
		.origin = POLICY_ORIGIN_INSTALLED,
		.key_place = "into a file and name it with "
			     "--bitlocker-keys FILE",
		.may_ask_secrets = ask_secret_can(),
		.may_ask_pin = ask_secret_can(),
		.keys = keys->bytes,
		.keys_len = keys->bytes_len,
	};
	struct policy_in_force policy;
	struct outcome outcome = {0};
	int status = EXIT_IO;

	if (!choose_policy(&platform, &policy)) {
		recovery_run(
			&platform, &o->order, &policy.choice.policy, &outcome);
		if (!host.is_json && !outcome.err && !outcome.is_applied)
			puts("Nothing was written.");
		status = exit_status(&outcome);
	}
	policy_in_force_close(&policy);
	return status;
}

static int run_on_file(const struct options *o, struct file_disk *file,
	const struct signing_keys *keys)
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
	return command_finish_output(run(o, file, keys));
}

static int run_on_image(
	const struct options *o, const struct signing_keys *keys)
{
	struct file_disk file = {.fd = -1};
	int status = EXIT_IO;
	int err;

	err = file_disk_open(&file, o->image, !o->order.is_dry_run);
	if (err < 0)
		fprintf(stderr, "loopbreaker: cannot open %s: %s.\n", o->image,
			command_open_text(-err));
	else
		status = run_on_file(o, &file, keys);
	err = file_disk_close(&file);
	if (err < 0) {
		fprintf(stderr, "loopbreaker: cannot close %s: %s.\n", o->image,
			strerror(-err));
		status = EXIT_IO;
	}
	return status;
}

/* The keys, what is checked with them, and what nobody signs. */
static int read_named(const struct options *o, struct signing_keys *keys)
{
	int status = o->keys ? signing_keys_read(o->keys, keys) : 0;

	if (!status && o->host.policy)
		status = named_file_check_policy(o->host.policy, keys);
	if (!status && o->host.order)
		status = named_file_check_order(o->host.order, keys);
	if (!status && o->host.bcd)
		status = named_file_check_bcd(o->host.bcd);
	for (size_t i = 0; !status && i < o->host.key_file_count; i++)
		status = named_file_check_keys(o->host.key_files[i]);
	return status;
}

static int run_repair(const struct verb *v, int argc, char **argv)
{
	struct options o = {.order = order_of(v)};
	struct signing_keys keys = {.bytes = NULL};
	int status;

	status = parse_options(v, argc, argv, &o);
	if (status >= 0)
		return status;
	if (!o.keys != !(o.host.policy || o.host.order))
		return command_usage(
			v, "--policy and --order are checked with --keys", "");
	status = read_named(&o, &keys);
	if (!status)
		status = run_on_image(&o, &keys);
	signing_keys_free(&keys);
	return status;
}

/* --- The verbs ------------------------------------------------------------ */

#define IMAGE_HELP                                                             \
	"\n"                                                                   \
	"IMAGE is a whole disk, a disk image or a single NTFS volume that "    \
	"no\nrunning system uses.\n"

#define POLICY_HELP                                                            \
	"  --policy FILE  a policy; its signature FILE.sig is beside it\n"

#define KEYS_HELP                                                              \
	"  --keys FILE    what signatures are checked with: a signed "         \
	"loopbreaker.efi,\n"                                                   \
	"                 or a public key (PEM)\n"

#define SIGNED_HELP                                                            \
	POLICY_HELP                                                            \
	"  --order FILE   an incident order; its signature FILE.sig is "       \
	"beside it\n" KEYS_HELP

#define BCD_HELP                                                               \
	"  --bcd FILE     the boot configuration of the PC, which tells its "  \
	"Windows from\n"                                                       \
	"                 another; with its logs FILE.LOG... beside it\n"

#define BITLOCKER_HELP                                                         \
	"  --bitlocker-keys FILE  keys of encrypted volumes: a table, a "      \
	"text, "                                                               \
	"a\n"                                                                  \
	"                 startup key or a sealed pack; may be given again\n"

#define JSON_HELP                                                              \
	"  --json         print the report as JSON lines instead of "          \
	"sentences\n"

const struct verb verb_plan = {
	.name = "plan",
	.summary = "say what was found and what apply would do",
	.help = "usage: loopbreaker plan [OPTION...] IMAGE\n"
		"\n"
		"Says what was found and what apply would do.  Writes "
		"nothing.\n" IMAGE_HELP "\n"
		"  --hold PATH    as if this file were to be held\n" SIGNED_HELP
			BCD_HELP BITLOCKER_HELP JSON_HELP,
	.run = run_repair,
};

const struct verb verb_apply = {
	.name = "apply",
	.summary = "put content that makes Windows crash on hold",
	.help = "usage: loopbreaker apply [OPTION...] IMAGE\n"
		"\n"
		"Puts the content that makes Windows crash on hold (renamed, "
		"never\ndeleted), as --hold or --order says: what IMAGE shows "
		"is not enough,\nfor nobody here remembers a "
		"repair.\n" IMAGE_HELP "\n"
		"  --hold PATH    hold exactly this file, on your "
		"order\n" SIGNED_HELP BCD_HELP BITLOCKER_HELP JSON_HELP,
	.run = run_repair,
};

const struct verb verb_undo = {
	.name = "undo",
	.summary = "give content on hold its names back",
	.help = "usage: loopbreaker undo [OPTION...] IMAGE\n"
		"\n"
		"Gives the vendors' content on hold its names "
		"back.\n" IMAGE_HELP "\n"
		"  --path PATH    undo only this file, wherever it "
		"is\n" POLICY_HELP KEYS_HELP BCD_HELP BITLOCKER_HELP JSON_HELP,
	.run = run_repair,
};
