/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loopbreaker order: for those who have to act for a whole fleet at once.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "linux/command.h"
#include "linux/host_clock.h"
#include "linux/order_tool.h"
#include "linux/signing.h"
#include "linux/whole_file.h"
#include "recovery/platform.h"
#include "storage/err.h"
#include "storage/filetime.h"

#define PATH_BYTES 4096

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

/* --- Check --------------------------------------------------------------- */

static void print_words(
	const char *what, const char *const *words, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		printf("%s%s", i ? ", " : what, words[i]);
	if (count)
		putchar('\n');
}

static void print_order(const struct incident_order *o)
{
	char text[FILETIME_TEXT_BYTES];

	printf("Order %lu: %s\n", (unsigned long)o->serial, o->about);
	printf("Issued: %s\n", filetime_text(o->issued, text));
	printf("Expires: %s\n", filetime_text(o->expires, text));
	printf("Delivered from: %s\n", filetime_text(o->delivered_from, text));
	printf("Delivered until: %s\n",
		filetime_text(o->delivered_until, text));
	print_words("Files: ", o->names, o->name_count);
	if (o->hash_count)
		printf("Contents: %zu\n", o->hash_count);
	print_words("Sites: ", o->sites, o->site_count);
	if (o->share != INCIDENT_ALL_PCS)
		printf("Share of the PCs: %lu per mille\n",
			(unsigned long)o->share);
}

/* 4C4C4544-0035-... as well as without the hyphens. */
static int parse_id(const char *text, uint8_t id[PLATFORM_ID_BYTES])
{
	size_t digits = 0;
	char pair[3] = "";

	for (; *text; text++) {
		if (*text == '-')
			continue;
		if (!strchr("0123456789abcdefABCDEF", *text) ||
			digits == 2 * (size_t)PLATFORM_ID_BYTES)
			return -1;
		pair[digits % 2] = *text;
		if (digits++ % 2)
			id[digits / 2 - 1] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return digits == 2 * (size_t)PLATFORM_ID_BYTES ? 0 : -1;
}

/* What the PC in question knows, as far as we were told. */
static int read_situation(const struct order_options *o,
	struct incident_situation *s, uint8_t id[PLATFORM_ID_BYTES])
{
	long long last = o->last_serial ? order_tool_number("--last-serial",
						  o->last_serial)
					: 0;

	if (last < 0)
		return EXIT_USAGE;
	s->last_serial = (uint32_t)last;
	s->site = o->site;
	s->now = host_clock_now();
	if (!o->machine_id)
		return 0;
	if (parse_id(o->machine_id, id) < 0)
		return command_usage(&verb_order,
			"a machine's id has 32 hexadecimal digits, not ",
			o->machine_id);
	s->machine_id = id;
	s->machine_id_len = PLATFORM_ID_BYTES;
	return 0;
}

static int judge(const struct order_options *o, const void *bytes, size_t len,
	const struct incident_situation *s)
{
	struct incident_order order;
	enum incident_verdict verdict;
	char path[PATH_BYTES];
	void *signature;
	size_t signature_len;

	if (snprintf(path, sizeof(path), "%s.sig", o->file) >=
		(int)sizeof(path))
		return EXIT_IO;
	if (whole_file_read(path, PATH_BYTES, &signature, &signature_len) < 0)
		return EXIT_IO;
	verdict = incident_order_judge(
		bytes, len, signature, signature_len, s, &order);
	free(signature);
	if (order.serial)
		print_order(&order);
	if (verdict == INCIDENT_ACCEPTED) {
		puts(incident_verdict_text(verdict));
		return EXIT_DONE;
	}
	fprintf(stderr, "loopbreaker: %s\n", incident_verdict_text(verdict));
	return verdict <= INCIDENT_MALFORMED ? EXIT_BAD_INPUT : EXIT_REFUSED;
}

static int do_check(const struct order_options *o)
{
	struct incident_situation s = {.now = 0};
	uint8_t id[PLATFORM_ID_BYTES] = {0};
	struct signing_keys keys;
	void *bytes = NULL;
	size_t len;
	int status;

	status = read_situation(o, &s, id);
	if (status)
		return status;
	status = signing_keys_read(o->keys, &keys);
	if (!status && whole_file_read(o->file, INCIDENT_ORDER_MAX_BYTES,
			       &bytes, &len) < 0)
		status = EXIT_IO;
	s.keys = &keys.keys;
	if (!status)
		status = judge(o, bytes, len, &s);
	free(bytes);
	signing_keys_free(&keys);
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
	WORD_NAME,
	WORD_FILE,
	WORD_HASH,
	WORD_SITE,
	WORD_COUNT
};

/* What goes with what; a bit for each word. */
static const struct sub {
	const char *name;
	unsigned int words;
} subs[] = {
	{"make", 1u << WORD_SERIAL | 1u << WORD_ABOUT | 1u << WORD_FROM |
			 1u << WORD_UNTIL | 1u << WORD_EXPIRES |
			 1u << WORD_SHARE | 1u << WORD_NAME | 1u << WORD_FILE |
			 1u << WORD_HASH | 1u << WORD_SITE},
	{"sign", 1u << WORD_KEY},
	{"check", 1u << WORD_KEYS | 1u << WORD_MACHINE_ID |
			  1u << WORD_LAST_SERIAL | 1u << WORD_SITE},
};

static const struct sub *find_sub(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(subs) / sizeof(subs[0]); i++)
		if (!strcmp(subs[i].name, name))
			return &subs[i];
	return NULL;
}

/* False if the list is full. */
static bool set_word(struct order_options *o, enum word which, const char *text)
{
	const char **const single[] = {&o->key, &o->keys, &o->serial, &o->about,
		&o->from, &o->until, &o->expires, &o->share, &o->machine_id,
		&o->last_serial};
	struct order_words *const lists[] = {
		&o->names, &o->files, &o->hashes, &o->sites};
	struct order_words *list;

	if (which == WORD_SITE)
		o->site = text;
	if (which < WORD_NAME) {
		*single[which] = text;
		return true;
	}
	list = lists[which - WORD_NAME];
	if (list->count == INCIDENT_ORDER_MAX_NAMES)
		return false;
	list->words[list->count++] = text;
	return true;
}

static int refuse_option(
	const struct verb *v, const struct sub *sub, const char *option)
{
	fprintf(stderr,
		"loopbreaker: --%s does not go with order %s; see loopbreaker "
		"%s --help.\n",
		option, sub->name, v->name);
	return EXIT_USAGE;
}

static int refuse_too_many(const struct verb *v, const char *option)
{
	fprintf(stderr,
		"loopbreaker: an order has at most %d of --%s; make one more "
		"for the rest; see loopbreaker %s --help.\n",
		INCIDENT_ORDER_MAX_NAMES, option, v->name);
	return EXIT_USAGE;
}

static int parse_options(const struct verb *v, const struct sub *sub, int argc,
	char **argv, struct order_options *o)
{
	static const struct option longs[] = {
		[WORD_KEY] = {"key", required_argument, NULL, 'x'},
		[WORD_KEYS] = {"keys", required_argument, NULL, 'x'},
		[WORD_SERIAL] = {"serial", required_argument, NULL, 'x'},
		[WORD_ABOUT] = {"about", required_argument, NULL, 'x'},
		[WORD_FROM] = {"from", required_argument, NULL, 'x'},
		[WORD_UNTIL] = {"until", required_argument, NULL, 'x'},
		[WORD_EXPIRES] = {"expires", required_argument, NULL, 'x'},
		[WORD_SHARE] = {"share", required_argument, NULL, 'x'},
		[WORD_MACHINE_ID] = {"machine-id", required_argument, NULL,
			'x'},
		[WORD_LAST_SERIAL] = {"last-serial", required_argument, NULL,
			'x'},
		[WORD_NAME] = {"name", required_argument, NULL, 'x'},
		[WORD_FILE] = {"file", required_argument, NULL, 'x'},
		[WORD_HASH] = {"hash", required_argument, NULL, 'x'},
		[WORD_SITE] = {"site", required_argument, NULL, 'x'},
		[WORD_COUNT] = {NULL, 0, NULL, 0},
	};
	int index = 0;
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":", longs, &index)) != -1) {
		if (c == '?' || c == ':')
			return command_bad_option(v, c, argv);
		if (!(sub->words & 1u << index))
			return refuse_option(v, sub, longs[index].name);
		if (!set_word(o, (enum word)index, optarg))
			return refuse_too_many(v, longs[index].name);
	}
	return command_one_file(v, "order", argc, argv, &o->file);
}

static int run_make(const struct verb *v, const struct order_options *o)
{
	if (!o->serial || !o->about || !o->from || !o->until)
		return command_usage(v,
			"make needs --serial, --about, --from and --until", "");
	if (!o->names.count && !o->hashes.count && !o->files.count)
		return command_usage(v,
			"an order names files: --name, --hash or --file", "");
	if (o->hashes.count + o->files.count > INCIDENT_ORDER_MAX_HASHES)
		return command_usage(v,
			"an order has at most 32 of --hash and --file together",
			"");
	return order_tool_make(o);
}

static int run_order(const struct verb *v, int argc, char **argv)
{
	struct order_options o = {.file = NULL};
	const struct sub *sub;
	int status;

	if (argc < 2)
		return command_usage(v, "say make, sign or check", "");
	sub = find_sub(argv[1]);
	if (!sub)
		return command_usage(
			v, "it is make, sign or check, not ", argv[1]);
	status = parse_options(v, sub, argc - 1, argv + 1, &o);
	if (status >= 0)
		return status;
	if (!strcmp(sub->name, "make"))
		status = run_make(v, &o);
	else if (!strcmp(sub->name, "sign"))
		status = o.key ? do_sign(&o)
			       : command_usage(v, "sign needs --key", "");
	else
		status = o.keys ? do_check(&o)
				: command_usage(v, "check needs --keys", "");
	return command_finish_output(status);
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
		"  --machine-id ID  check: the PC's SMBIOS UUID\n"
		"  --last-serial N  check: of the last order it followed\n",
	.run = run_order,
};
