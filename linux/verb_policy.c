/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loopbreaker policy: for those who write policies.
 */
#include <stdio.h>
#include <string.h>

#include "linux/policy_tool.h"
#include "linux/signing.h"
#include "linux/subverb.h"
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

enum word {
	WORD_OUTPUT,
	WORD_KEYS,
	WORD_BASE,
	WORD_MERGED,
	WORD_KEY,
	WORD_RECEIPT,
	WORD_WITHOUT_RECEIPT,
	WORD_UUID,
	WORD_MAC,
	WORD_COUNT
};

static const char *const words[WORD_COUNT] = {"output", "keys", "base",
	"merged", "key", "receipt", "without-receipt", "uuid", "mac"};

#define OVERLAY (1u << WORD_BASE | 1u << WORD_MERGED)

static int set_word(void *ctx, size_t which, const char *text)
{
	struct policy_options *o = ctx;
	const char **const to[WORD_COUNT] = {&o->output, &o->keys, &o->base,
		&o->merged, &o->key, &o->receipt, &o->without_receipt, &o->uuid,
		&o->mac};

	*to[which] = text;
	return -1;
}

static int open_and(const struct policy_options *o,
	int (*run)(const struct policy_options *o,
		const struct policy_tool_file *f))
{
	struct policy_tool_file file;
	int status;

	if (o->merged && !o->base)
		return command_usage(
			&verb_policy, "--merged goes with --base", "");
	status = policy_tool_open(o, &file);
	if (!status)
		status = run(o, &file);
	policy_tool_close(&file);
	return status;
}

static int run_compile(void *ctx)
{
	return open_and(ctx, do_compile);
}

static int run_check(void *ctx)
{
	return open_and(ctx, do_check);
}

static int run_explain(void *ctx)
{
	return open_and(ctx, do_explain);
}

static int run_sign(void *ctx)
{
	const struct policy_options *o = ctx;

	if (!o->key)
		return command_usage(&verb_policy, "--key is missing", "");
	if (!o->receipt == !o->without_receipt)
		return command_usage(&verb_policy,
			"say where the rig's receipt is (--receipt), or why "
			"there is none (--without-receipt)",
			"");
	if (o->without_receipt && !*o->without_receipt)
		return command_usage(
			&verb_policy, "--without-receipt wants the reason", "");
	return open_and(o, policy_tool_sign);
}

static int run_share(void *ctx)
{
	return policy_tool_share(ctx);
}

static const struct subverb list[] = {
	{"compile", OVERLAY | 1u << WORD_OUTPUT, run_compile},
	{"check", OVERLAY | 1u << WORD_KEYS, run_check},
	{"explain", OVERLAY, run_explain},
	{"share", 1u << WORD_UUID | 1u << WORD_MAC, run_share},
	{"sign",
		OVERLAY | 1u << WORD_KEY | 1u << WORD_RECEIPT |
			1u << WORD_WITHOUT_RECEIPT,
		run_sign},
};

static const struct subverbs subverbs = {
	.choice = "compile, check, explain, share or sign",
	.list = list,
	.count = sizeof(list) / sizeof(list[0]),
	.options = words,
	.option_count = WORD_COUNT,
	.file = "file",
	.fileless = "share",
	.set = set_word,
};

static int run_policy(const struct verb *v, int argc, char **argv)
{
	struct policy_options o = {.file = NULL};

	return subverb_run(v, &subverbs, argc, argv, &o, &o.file);
}

const struct verb verb_policy = {
	.name = "policy",
	.summary = "compile, check, explain and sign policies; shares of PCs",
	.help = "usage: loopbreaker policy compile [--output FILE] [OVERLAY] "
		"SOURCE\n"
		"       loopbreaker policy check [--keys FILE] [OVERLAY] "
		"FILE\n"
		"       loopbreaker policy explain [OVERLAY] FILE\n"
		"       loopbreaker policy share [--uuid UUID] [--mac "
		"ADDRESS]\n"
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
		"  share    say the number of one PC, 0 to 999: it is in a "
		"share-per-mille\n"
		"           above that\n"
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
		"  --merged FILE           write what becomes of it\n"
		"  --uuid UUID             of the PC, as Windows shows it\n"
		"  --mac ADDRESS           of the network card that it is "
		"started from\n",
	.run = run_policy,
};
