/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "linux/subverb.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

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

static int parse_options(const struct verb *v, const struct subverbs *s,
	const struct subverb *sub, int argc, char **argv, void *ctx)
{
	struct option longs[SUBVERB_MAX_OPTIONS + 1] = {{.name = NULL}};
	int status = -1;
	int index = 0;
	size_t i;
	int c;

	for (i = 0; i < s->option_count; i++) {
		longs[i].name = s->options[i];
		longs[i].has_arg = required_argument;
	}
	opterr = 0;
	while (status < 0 &&
		(c = getopt_long(argc, argv, ":", longs, &index)) != -1) {
		if (c == '?' || c == ':')
			return command_bad_option(v, c, argv);
		if (!(sub->options & 1u << index))
			return refuse_option(v, sub, longs[index].name);
		status = s->set(ctx, (size_t)index, optarg);
	}
	return status;
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
		status = command_one_file(
			v, s->file, argc - 1, argv + 1, ret_file);
	return status < 0 ? command_finish_output(sub->run(ctx)) : status;
}
