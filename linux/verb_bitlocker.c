/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loopbreaker bitlocker: look at encrypted volumes, and into them.
 */
#include "linux/bitlocker_tool.h"
#include "linux/command.h"
#include "linux/subverb.h"

enum word {
	WORD_JSON,
	WORD_OUT,
	WORD_FORCE,
	WORD_PARTITION,
	WORD_KEY_ID,
	WORD_RECOVERY_PASSWORD_FILE,
	WORD_PASSWORD_FILE,
	WORD_STARTUP_KEY,
	WORD_KEY_FD,
	WORD_COUNT
};

static const char *const words[WORD_COUNT] = {"json", "out", "force",
	"partition", "key-id", "recovery-password-file", "password-file",
	"startup-key", "key-fd"};

static int set_word(void *ctx, size_t which, const char *text)
{
	struct bitlocker_options *o = ctx;
	const char **const to[WORD_COUNT] = {
		[WORD_OUT] = &o->output,
		[WORD_PARTITION] = &o->partition,
		[WORD_KEY_ID] = &o->key_id_text,
		[WORD_RECOVERY_PASSWORD_FILE] = &o->recovery_password_file,
		[WORD_PASSWORD_FILE] = &o->password_file,
		[WORD_STARTUP_KEY] = &o->startup_key,
		[WORD_KEY_FD] = &o->key_fd,
	};

	if (which == WORD_JSON)
		o->is_json = true;
	else if (which == WORD_FORCE)
		o->may_replace = true;
	else
		*to[which] = text;
	return -1;
}

static int run_info(void *ctx)
{
	return bitlocker_info(ctx);
}

static int run_decrypt(void *ctx)
{
	struct bitlocker_options *o = ctx;

	if (!o->output)
		return command_usage(
			&verb_bitlocker, "--out is missing: where to?", "");
	if (bitlocker_key_count(o) > 1)
		return command_usage(
			&verb_bitlocker, "name one key, not several", "");
	if (o->key_id_text &&
		!bitlocker_key_id_parse(o->key_id_text, o->key_id))
		return command_usage(&verb_bitlocker,
			"a key ID is a GUID or its first eight digits, not ",
			o->key_id_text);
	return bitlocker_decrypt(o);
}

static const struct subverb list[] = {
	{"info", 1u << WORD_JSON, run_info},
	{"decrypt", ((1u << WORD_COUNT) - 1) & ~(1u << WORD_JSON), run_decrypt},
};

static const struct subverbs subverbs = {
	.choice = "info or decrypt",
	.list = list,
	.count = sizeof(list) / sizeof(list[0]),
	.options = words,
	.option_count = WORD_COUNT,
	.flags = 1u << WORD_JSON | 1u << WORD_FORCE,
	.file = "image",
	.set = set_word,
};

static int run_bitlocker(const struct verb *v, int argc, char **argv)
{
	struct bitlocker_options o = {.image = NULL};

	return subverb_run(v, &subverbs, argc, argv, &o, &o.image);
}

const struct verb verb_bitlocker = {
	.name = "bitlocker",
	.summary = "look at encrypted volumes, and into them",
	.help = "usage: loopbreaker bitlocker info [--json] IMAGE\n"
		"       loopbreaker bitlocker decrypt --out FILE [OPTION...] "
		"IMAGE\n"
		"\n"
		"IMAGE is a BitLocker volume, or a disk or disk image with "
		"one.  It is only read.\n"
		"\n"
		"  info     method, state, key IDs, and whether it can be read "
		"and written\n"
		"  decrypt  write what is in it to FILE, which only its owner "
		"may read\n"
		"\n"
		"The key is one of these; a volume whose protection is "
		"suspended needs none.\n"
		"Without them it is asked for on the terminal.\n"
		"\n"
		"  --recovery-password-file FILE  the 48 digits\n"
		"  --password-file FILE           a password, UTF-8\n"
		"  --startup-key FILE             a startup key (.BEK)\n"
		"  --key-fd N                     48 digits or a password, "
		"from a descriptor\n"
		"\n"
		"Of a file and a descriptor the first line counts.\n"
		"\n"
		"  --out FILE      the plain volume; sparse\n"
		"  --force         replace FILE if it is there\n"
		"  --partition N   which one, if there are several\n"
		"  --key-id ID     try only this key protector: the whole ID, "
		"in braces or not,\n"
		"                  or its first eight digits as Windows shows "
		"them\n"
		"  --json          print JSON lines instead of text\n",
	.run = run_bitlocker,
};
