/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "linux/subverb.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#define FIRST_LONG 0x100 /* no letter */

static const struct subverb *find(const struct subverbs *s, const char *name)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		if (!strcmp(s->list[i].name, name))
			return &s->list[i];
	return NULL;
}

static int refuse_option(
	const struct verb *v, const struct subverb *sub, const char *option)
{
	fprintf(stderr,
		"loopbreaker: --%s does not go with %s %s; see loopbreaker %s "
		"--help.\n",
		option, v->name, sub->name, v->name);
	return EXIT_USAGE;
}

static void list_longs(const struct subverbs *s, struct option *ret)
{
	size_t i;

	for (i = 0; i < s->option_count; i++) {
		ret[i].name = s->options[i];
		ret[i].has_arg =
			s->flags & 1u << i ? no_argument : required_argument;
		/* Were it the same for all, "--pin" would be the first. */
		ret[i].val = FIRST_LONG + (int)i;
	}
}

/* In the form of getopt_long(): ":ab:" if only b wants an argument. */
static void list_letters(const struct subverbs *s, char *ret)
{
	size_t i;

	*ret++ = ':';
	for (i = 0; s->letters && s->letters[i]; i++) {
		*ret++ = s->letters[i];
		if (!(s->flags & 1u << i))
			*ret++ = ':';
	}
	*ret = '\0';
}

static int parse_options(const struct verb *v, const struct subverbs *s,
	const struct subverb *sub, int argc, char **argv, void *ctx)
{
	struct option longs[SUBVERB_MAX_OPTIONS + 1] = {{.name = NULL}};
	char letters[2 * SUBVERB_MAX_OPTIONS + 2];
	int status = -1;
	size_t index;
	int c;

	list_longs(s, longs);
	list_letters(s, letters);
	opterr = 0;
	while (status < 0 &&
		(c = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		if (c == '?' || c == ':')
			return command_bad_option(v, c, argv);
		index = c >= FIRST_LONG
				? (size_t)(c - FIRST_LONG)
				: (size_t)(strchr(s->letters, c) - s->letters);
		if (!(sub->options & 1u << index))
			return refuse_option(v, sub, longs[index].name);
		status = s->set(ctx, index, optarg);
	}
	return status;
}

static int parse_files(const struct verb *v, const struct subverbs *s,
	const struct subverb *sub, int argc, char **argv, void *ctx,
	const char **ret_file)
{
	if (s->fileless && !strcmp(sub->name, s->fileless))
		return argc == optind
			       ? -1
			       : command_usage(v,
					 "no file is wanted: ", argv[optind]);
	if (!s->set_files)
		return command_one_file(v, s->file, argc, argv, ret_file);
	if (argc - optind < 1)
		return command_usage(v, "what is missing is the ", s->file);
	s->set_files(ctx, argv + optind, (size_t)(argc - optind));
	return -1;
}

int subverb_run(const struct verb *v, const struct subverbs *s, int argc,
	char **argv, void *ctx, const char **ret_file)
{
	const struct subverb *sub;
	char wrong[64];
	int status;

	if (argc < 2)
		return command_usage(v, "say ", s->choice);
	sub = find(s, argv[1]);
	if (!sub) {
		(void)snprintf(
			wrong, sizeof(wrong), "it is %s, not ", s->choice);
		return command_usage(v, wrong, argv[1]);
	}
	status = parse_options(v, s, sub, argc - 1, argv + 1, ctx);
	if (status < 0)
		status = parse_files(
			v, s, sub, argc - 1, argv + 1, ctx, ret_file);
	return status < 0 ? command_finish_output(sub->run(ctx)) : status;
}
