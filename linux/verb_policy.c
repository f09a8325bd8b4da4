/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loopbreaker policy: for those who write policies.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "linux/command.h"
#include "linux/policy_tool.h"
#include "linux/signing.h"
#include "linux/whole_file.h"

#define PATH_BYTES 4096

/* --- Compile and check --------------------------------------------------- */

/* site.dts becomes site.dtb; false if it has another name. */
static bool name_output(const char *source, char *ret)
{
	size_t len = strlen(source);

	if (len < 5 || len >= PATH_BYTES ||
		strcmp(source + len - 4, ".dts") != 0)
		return false;
	memcpy(ret, source, len + 1);
	ret[len - 1] = 'b';
	return true;
}

static int do_compile(
	const struct policy_options *o, const struct policy_tool_file *f)
{
	char path[PATH_BYTES];
	const char *output = o->output;

	if (!output && !name_output(o->file, path))
		return command_usage(&verb_policy,
			"name the output (--output): this is no .dts: ",
			o->file);
	if (!output)
		output = path;
	if (whole_file_write(output, f->bytes, f->len) < 0)
		return EXIT_IO;
	printf("Compiled: %s, serial %lu, %zu bytes\n", output,
		(unsigned long)f->policy.serial, f->len);
	return EXIT_DONE;
}

static int do_check(
	const struct policy_options *o, const struct policy_tool_file *f)
{
	struct signing_keys keys;
	int status = 0;

	if (o->keys) {
		status = signing_keys_read(o->keys, &keys);
		if (!status)
			status =
				signing_check(&keys, o->file, f->bytes, f->len);
		signing_keys_free(&keys);
	}
	if (!status)
		printf("Good: %s, serial %lu%s\n", o->file,
			(unsigned long)f->policy.serial,
			o->keys ? ", signed" : "");
	return status;
}

static int do_explain(
	const struct policy_options *o, const struct policy_tool_file *f)
{
	(void)o;
	policy_tool_explain(&f->policy);
	return EXIT_DONE;
}

/* --- Command line -------------------------------------------------------- */

static const struct sub {
	const char *name;
	int (*run)(const struct policy_options *o,
		const struct policy_tool_file *f);
} subs[] = {
	{"compile", do_compile},
	{"check", do_check},
	{"explain", do_explain},
	{"sign", policy_tool_sign},
};

static const struct sub *find_sub(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(subs) / sizeof(subs[0]); i++)
		if (!strcmp(subs[i].name, name))
			return &subs[i];
	return NULL;
}

/* Returns -1 to go on, or the exit status. */
static int parse_options(
	const struct verb *v, int argc, char **argv, struct policy_options *o)
{
	static const struct option longs[] = {
		{"output", required_argument, NULL, 'o'},
		{"keys", required_argument, NULL, 'K'},
		{"base", required_argument, NULL, 'b'},
		{"merged", required_argument, NULL, 'm'},
		{"key", required_argument, NULL, 'k'},
		{"receipt", required_argument, NULL, 'r'},
		{"without-receipt", required_argument, NULL, 'w'},
		{NULL, 0, NULL, 0},
	};
	const char **const to[] = {&o->output, &o->keys, &o->base, &o->merged,
		&o->key, &o->receipt, &o->without_receipt};
	int index = 0;
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":", longs, &index)) != -1) {
		if (c == '?' || c == ':')
			return command_bad_option(v, c, argv);
		*to[index] = optarg;
	}
	return command_one_file(v, "file", argc, argv, &o->file);
}

/* Which options go with what. */
static int check_options(const struct verb *v, const struct sub *sub,
	const struct policy_options *o)
{
	bool is_sign = !strcmp(sub->name, "sign");

	if (is_sign != (o->key != NULL))
		return command_usage(v,
			is_sign ? "--key is missing" : "--key goes with sign",
			"");
	if (!is_sign && (o->receipt || o->without_receipt))
		return command_usage(v, "receipts go with sign", "");
	if (is_sign && !o->receipt == !o->without_receipt)
		return command_usage(v,
			"say where the rig's receipt is (--receipt), or why "
			"there is none (--without-receipt)",
			"");
	if (o->without_receipt && !*o->without_receipt)
		return command_usage(
			v, "--without-receipt wants the reason", "");
	if (o->output && strcmp(sub->name, "compile") != 0)
		return command_usage(v, "--output goes with compile", "");
	if (o->keys && strcmp(sub->name, "check") != 0)
		return command_usage(v, "--keys goes with check", "");
	if (o->merged && !o->base)
		return command_usage(v, "--merged goes with --base", "");
	return -1;
}

static int run_policy(const struct verb *v, int argc, char **argv)
{
	struct policy_options o = {.file = NULL};
	struct policy_tool_file file;
	const struct sub *sub;
	int status;

	if (argc < 2)
		return command_usage(
			v, "say compile, check, explain or sign", "");
	sub = find_sub(argv[1]);
	if (!sub)
		return command_usage(v,
			"it is compile, check, explain or sign, not ", argv[1]);
	status = parse_options(v, argc - 1, argv + 1, &o);
	if (status < 0)
		status = check_options(v, sub, &o);
	if (status >= 0)
		return status;
	status = policy_tool_open(&o, &file);
	if (!status)
		status = sub->run(&o, &file);
	policy_tool_close(&file);
	return command_finish_output(status);
}

const struct verb verb_policy = {
	.name = "policy",
	.summary = "compile, check, explain and sign policies",
	.help = "usage: loopbreaker policy compile [--output FILE] [OVERLAY] "
		"SOURCE\n"
		"       loopbreaker policy check [--keys FILE] [OVERLAY] "
		"FILE\n"
		"       loopbreaker policy explain [OVERLAY] FILE\n"
		"       loopbreaker policy sign --key KEY --receipt FILE "
		"[OVERLAY] POLICY\n"
		"       loopbreaker policy sign --key KEY --without-receipt "
		"WHY [OVERLAY] POLICY\n"
		"\n"
		"FILE is device-tree source or a compiled tree.  If it is an "
		"overlay, OVERLAY is\n"
		"--base POLICY [--merged FILE].\n"
		"\n"
		"  compile  make a tree of the source with dtc, if nothing is "
		"wrong with it\n"
		"  check    find what is wrong, and where: unknown properties, "
		"values out of\n"
		"           bounds, patterns that mean files of Windows, rules "
		"that overlap;\n"
		"           with --keys also its signature, FILE.sig\n"
		"  explain  say in sentences what the policy would do\n"
		"  sign     make POLICY.sig, and POLICY.sig.json about it\n"
		"\n"
		"  --keys FILE             a signed loopbreaker.efi, or a "
		"public "
		"key (PEM)\n"
		"  --key KEY               private key (PEM), or pkcs11:...\n"
		"  --receipt FILE          of the test rig, for this very "
		"tree\n"
		"  --without-receipt WHY   sign all the same; WHY is written "
		"down\n"
		"  --base POLICY           for an overlay: the policy it "
		"changes\n"
		"  --merged FILE           write what becomes of it\n",
	.run = run_policy,
};
