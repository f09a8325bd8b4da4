/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loopbreaker keys: recovery keys of a site, sealed for a technician's stick.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "linux/command.h"
#include "linux/file_source.h"
#include "linux/keys_tool.h"
#include "linux/subverb.h"
#include "storage/bytes.h"
#include "storage/crypto/secret.h"
#include "storage/err.h"

int keys_tool_pin(const struct keys_options *o, bool twice,
	char ret[SECRET_INPUT_BYTES], size_t *ret_len)
{
	const struct secret_input input = {.what = "PIN",
		.file_option = "--pin-file",
		.fd_option = "--pin-fd",
		.file = o->pin_file,
		.fd = o->pin_fd,
		.twice = twice};

	return secret_input_read(&input, ret, ret_len);
}

/* --- List ----------------------------------------------------------------- */

static int compare_starts(const void *a, const void *b)
{
	uint32_t x = le32_get(a);
	uint32_t y = le32_get(b);

	return (x > y) - (x < y);
}

static int print_list(const struct key_pack *p, const char *path)
{
	size_t count = p->header.records;
	uint8_t *list = calloc(count + 1, KEY_ID_START_BYTES);
	size_t i;
	int err;

	if (!list)
		return command_say_err(path, -ERR_NO_MEMORY);
	err = key_pack_list(p, list);
	if (!err) {
		qsort(list, count, KEY_ID_START_BYTES, compare_starts);
		for (i = 0; i < count; i++)
			printf("%08lX\n",
				(unsigned long)le32_get(
					list + i * KEY_ID_START_BYTES));
	}
	free(list);
	return err < 0 ? command_say_err(path, err) : EXIT_DONE;
}

static int unlock(const struct keys_options *o, struct key_pack *p)
{
	char pin[SECRET_INPUT_BYTES];
	size_t len;
	int status = keys_tool_pin(o, false, pin, &len);
	int err;

	if (status)
		return status;
	err = key_pack_unlock(p, pin, len);
	secret_wipe(pin, sizeof(pin));
	if (err == -ERR_UNTRUSTED) {
		fprintf(stderr,
			"loopbreaker: this is not the PIN of %s, or the pack "
			"is damaged.\n",
			o->files[0]);
		return EXIT_REFUSED;
	}
	return err < 0 ? command_say_err(o->files[0], err) : 0;
}

static int list_pack(const struct keys_options *o, struct file_source *f)
{
	struct key_pack p;
	int err = key_pack_open(&p, &f->source);
	int status;

	if (err == -ERR_CORRUPT || err == -ERR_TRUNCATED) {
		fprintf(stderr,
			"loopbreaker: %s is no sealed key pack, or damaged.\n",
			o->files[0]);
		status = EXIT_BAD_INPUT;
	} else if (err == -ERR_TOO_LARGE) {
		status = command_say_limit(o->files[0],
			"a pack has up to %d keys and %d rounds of "
			"derivation, and it says that it has more",
			KEY_PACK_MAX_RECORDS, KEY_PACK_MAX_ROUNDS);
	} else if (err < 0) {
		status = command_say_err(o->files[0], err);
	} else {
		status = unlock(o, &p);
		if (!status)
			status = print_list(&p, o->files[0]);
	}
	key_pack_close(&p);
	return status;
}

static int run_list(void *ctx)
{
	const struct keys_options *o = ctx;
	struct file_source f;
	int status;

	if (o->file_count > 1)
		return command_usage(
			&verb_keys, "one at a time, so not also ", o->files[1]);
	status = file_source_open(&f, o->files[0]);
	if (!status)
		status = list_pack(o, &f);
	file_source_close(&f);
	return status;
}

/* --- Check ---------------------------------------------------------------- */

static int run_check(void *ctx)
{
	const struct keys_options *o = ctx;
	struct keys_collected c;
	int status = keys_collect(&c, o->files, o->file_count);

	if (!status)
		printf("Good: %zu key%s, %zu row%s would be skipped\n", c.count,
			command_plural(c.count), c.skipped,
			command_plural(c.skipped));
	if (!status && (c.skipped || !c.count))
		status = EXIT_BAD_INPUT;
	keys_collect_free(&c);
	return status;
}

/* --- Command line --------------------------------------------------------- */

enum word { WORD_OUTPUT, WORD_PIN_FILE, WORD_PIN_FD, WORD_FORCE, WORD_COUNT };

#define PIN (1u << WORD_PIN_FILE | 1u << WORD_PIN_FD)

static const char *const words[WORD_COUNT] = {
	"output", "pin-file", "pin-fd", "force"};

static int set_word(void *ctx, size_t which, const char *text)
{
	struct keys_options *o = ctx;
	const char **const to[] = {&o->output, &o->pin_file, &o->pin_fd};

	if (which == WORD_FORCE)
		o->force = true;
	else
		*to[which] = text;
	return -1;
}

static void set_files(void *ctx, char *const *files, size_t count)
{
	struct keys_options *o = ctx;

	o->files = files;
	o->file_count = count;
}

static int run_pack(void *ctx)
{
	const struct keys_options *o = ctx;

	if (!o->output)
		return command_usage(
			&verb_keys, "say where the pack goes (--output)", "");
	return keys_pack(o);
}

static const struct subverb list[] = {
	{"pack", 1u << WORD_OUTPUT | 1u << WORD_FORCE | PIN, run_pack},
	{"list", PIN, run_list},
	{"check", 0, run_check},
};

static const struct subverbs subverbs = {
	.choice = "pack, list or check",
	.list = list,
	.count = sizeof(list) / sizeof(list[0]),
	.options = words,
	.option_count = WORD_COUNT,
	.flags = 1u << WORD_FORCE,
	.letters = "o",
	.file = "file",
	.set = set_word,
	.set_files = set_files,
};

static int run_keys(const struct verb *v, int argc, char **argv)
{
	struct keys_options o = {.files = NULL};

	return subverb_run(v, &subverbs, argc, argv, &o, NULL);
}

const struct verb verb_keys = {
	.name = "keys",
	.summary = "seal BitLocker recovery keys for a stick",
	.help = "usage: loopbreaker keys check FILE...\n"
		"       loopbreaker keys pack [OPTION...] -o PACK FILE...\n"
		"       loopbreaker keys list [OPTION...] PACK\n"
		"\n"
		"FILE has recovery keys: an export as CSV (AD, Entra, "
		"KeyID,RecoveryKey), a text\n"
		"that Windows has saved, in whatever encoding, or a startup "
		"key (.BEK).\n"
		"\n"
		"  check  what would be packed?  Rows that cannot be used are "
		"named, and then the\n"
		"         exit status is 4\n"
		"  pack   seal each key for its protector's key ID and a PIN: "
		"who finds the\n"
		"         pack needs the PIN and the disk.  Such rows are "
		"named "
		"and left out;\n"
		"         the exit status is 0 if there is a pack\n"
		"  list   the first eight digits of each key ID in a pack\n"
		"\n"
		"  -o, --output PACK  readable for you alone; not replaced "
		"without --force\n"
		"  --force            replace PACK\n"
		"  --pin-file FILE    its first line is the PIN\n"
		"  --pin-fd N         the same of a descriptor; without these "
		"it is asked for\n"
		"\n"
		"A PIN has at least 12 digits, which every firmware can type, "
		"or 10 characters.\n",
	.run = run_keys,
};
