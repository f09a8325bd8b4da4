/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loopbreaker order: for those who have to act for a whole fleet at once.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "linux/order_tool.h"
#include "linux/signing.h"
#include "linux/subverb.h"
#include "linux/whole_file.h"

long long order_tool_number(const char *what, const char *text)
{
	char *end;
	unsigned long long value;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || value > UINT32_MAX) {
		fprintf(stderr, "loopbreaker: %s is a number, not %s.\n", what,
			text);
		return -1;
	}
	return (long long)value;
}

/* --- Sign ---------------------------------------------------------------- */

static int do_sign(const struct order_options *o)
{
	struct incident_order order;
	void *bytes;
	size_t len;
	int status;

	if (whole_file_read(o->file, INCIDENT_ORDER_MAX_BYTES, &bytes, &len) <
		0)
		return EXIT_IO;
	status = incident_order_check(bytes, len, &order) < 0 ? EXIT_BAD_INPUT
							      : 0;
	if (status)
		fprintf(stderr, "loopbreaker: %s is no incident order.\n",
			o->file);
	else
		status = signing_sign(o->key, o->file, bytes, len);
	if (!status)
		printf("Signed: %s.sig\n", o->file);
	free(bytes);
	return status;
}

/* --- Command line -------------------------------------------------------- */

enum word {
	WORD_KEY,
	WORD_KEYS,
	WORD_SERIAL,
	WORD_ABOUT,
	WORD_FROM,
	WORD_UNTIL,
	WORD_EXPIRES,
	WORD_SHARE,
	WORD_MACHINE_ID,
	WORD_LAST_SERIAL,
	WORD_ANY_PC,
	WORD_NAME, /* from here on lists */
	WORD_FILE,
	WORD_HASH,
	WORD_SITE,
	WORD_COUNT
};

static const char *const words[WORD_COUNT] = {"key", "keys", "serial", "about",
	"from", "until", "expires", "share", "machine-id", "last-serial",
	"any-pc", "name", "file", "hash", "site"};

/* Keeps one word of the command line. */
static int set_word(void *ctx, size_t which, const char *text)
{
	struct order_options *o = ctx;
	const char **const single[] = {&o->key, &o->keys, &o->serial, &o->about,
		&o->from, &o->until, &o->expires, &o->share, &o->machine_id,
		&o->last_serial};
	struct order_words *const lists[] = {
		&o->names, &o->files, &o->hashes, &o->sites};
	struct order_words *list;

	if (which == WORD_SITE)
		o->site = text;
	if (which == WORD_ANY_PC) {
		o->is_any_pc = true;
		return -1;
	}
	if (which < WORD_NAME) {
		*single[which] = text;
		return -1;
	}
	list = lists[which - WORD_NAME];
	if (list->count == INCIDENT_ORDER_MAX_NAMES) {
		fprintf(stderr,
			"loopbreaker: an order has at most %d of --%s; make "
			"one more for the rest; see loopbreaker order "
			"--help.\n",
			INCIDENT_ORDER_MAX_NAMES, words[which]);
		return EXIT_USAGE;
	}
	list->words[list->count++] = text;
	return -1;
}

static int run_make(void *ctx)
{
	const struct order_options *o = ctx;

	if (!o->serial || !o->about || !o->from || !o->until)
		return command_usage(&verb_order,
			"make needs --serial, --about, --from and --until", "");
	if (!o->names.count && !o->hashes.count && !o->files.count)
		return command_usage(&verb_order,
			"an order names files: --name, --hash or --file", "");
	if (o->hashes.count + o->files.count > INCIDENT_ORDER_MAX_HASHES)
		return command_usage(&verb_order,
			"an order has at most 32 of --hash and --file together",
			"");
	return order_tool_make(o);
}

static int run_sign(void *ctx)
{
	const struct order_options *o = ctx;

	return o->key ? do_sign(o)
		      : command_usage(&verb_order, "sign needs --key", "");
}

static int run_check(void *ctx)
{
	const struct order_options *o = ctx;

	return o->keys ? order_tool_check(o)
		       : command_usage(&verb_order, "check needs --keys", "");
}

static const struct subverb list[] = {
	{"make",
		1u << WORD_SERIAL | 1u << WORD_ABOUT | 1u << WORD_FROM |
			1u << WORD_UNTIL | 1u << WORD_EXPIRES |
			1u << WORD_SHARE | 1u << WORD_NAME | 1u << WORD_FILE |
			1u << WORD_HASH | 1u << WORD_SITE,
		run_make},
	{"sign", 1u << WORD_KEY, run_sign},
	{"check",
		1u << WORD_KEYS | 1u << WORD_MACHINE_ID |
			1u << WORD_LAST_SERIAL | 1u << WORD_SITE |
			1u << WORD_ANY_PC,
		run_check},
};

static const struct subverbs subverbs = {
	.choice = "make, sign or check",
	.list = list,
	.count = sizeof(list) / sizeof(list[0]),
	.options = words,
	.option_count = WORD_COUNT,
	.flags = 1u << WORD_ANY_PC,
	.file = "order",
	.set = set_word,
};

static int run_order(const struct verb *v, int argc, char **argv)
{
	struct order_options o = {.file = NULL};

	return subverb_run(v, &subverbs, argc, argv, &o, &o.file);
}

const struct verb verb_order = {
	.name = "order",
	.summary = "make, sign and check incident orders",
	.help = "usage: loopbreaker order make --serial N --about TEXT --from "
		"TIME --until TIME\n"
		"                              [OPTION...] FILE\n"
		"       loopbreaker order sign --key KEY FILE\n"
		"       loopbreaker order check --keys FILE [OPTION...] FILE\n"
		"\n"
		"An incident order names bad files, signed by the owner of a "
		"fleet: PCs that\n"
		"trust the key hold them without waiting for more evidence.\n"
		"\n"
		"  make   write an order; TIME is 2024-07-19T04:09:00Z\n"
		"  sign   make FILE.sig\n"
		"  check  would a PC with these keys follow it now?\n"
		"\n"
		"  --serial N       above that of every order before it\n"
		"  --about TEXT     for people\n"
		"  --from, --until  when the files were delivered\n"
		"  --name NAME      the exact name of a file; again for more\n"
		"  --hash SHA256    of a file's content; again for more\n"
		"  --file FILE      the same, of this file\n"
		"  --expires TIME   at most 30 days from now; without: 3 days\n"
		"  --site SITE      only PCs of this site (make: again for "
		"more)\n"
		"  --share N        only N of 1000 PCs\n"
		"  --key KEY        private key (PEM), or pkcs11:...\n"
		"  --keys FILE      a signed loopbreaker.efi, or a public key "
		"(PEM)\n"
		"  --machine-id ID  check: the PC's SMBIOS UUID, as Windows "
		"shows it\n"
		"  --last-serial N  check: of the last order it followed\n"
		"  --any-pc         check: for whichever PCs it is addressed "
		"to\n",
	.run = run_order,
};
