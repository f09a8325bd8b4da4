/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The loopbreaker command: the same core as in the firmware, on disks and
 * images of a Linux host.  Only finds the verb; each has a file of its own.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "linux/command.h"

static const struct verb *const verbs[] = {
	&verb_plan,
	&verb_apply,
	&verb_undo,
	&verb_evidence,
	&verb_policy,
	&verb_order,
	&verb_keys,
	&verb_bitlocker,
};

#define VERB_COUNT (sizeof(verbs) / sizeof(verbs[0]))

static const struct verb *find_verb(const char *name)
{
	size_t i;

	for (i = 0; i < VERB_COUNT; i++)
		if (!strcmp(verbs[i]->name, name))
			return verbs[i];
	return NULL;
}

static void print_help(void)
{
	size_t i;

	puts("usage: loopbreaker VERB [OPTION...] [WORD...]\n"
	     "       loopbreaker VERB --help\n");
	for (i = 0; i < VERB_COUNT; i++)
		printf("  %-10s %s\n", verbs[i]->name, verbs[i]->summary);
	puts("\n  --help, --version\n"
	     "\n"
	     "exit status: 0 done or nothing to do, 1 refused (the reason is "
	     "said),\n"
	     "2 usage, 3 input/output error, 4 damaged or unsupported input");
}

static bool is_help(const char *word)
{
	return !strcmp(word, "--help") || !strcmp(word, "-h");
}

/* Before a "--", behind which words are only words. */
static bool asks_for_help(int argc, char *const *argv)
{
	int i;

	for (i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (is_help(argv[i]))
			return true;
	return false;
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

/* Whatever happens, no key gets into a core file. */
static void forbid_core_files(void)
{
	const struct rlimit none = {0, 0};

	(void)setrlimit(RLIMIT_CORE, &none);
}

int main(int argc, char **argv)
{
	const struct verb *verb;

	if (!standard_files_are_open())
		return EXIT_IO; /* and nowhere to say so */
	forbid_core_files();
	if (argc < 2)
		return command_usage(NULL, "say what to do", "");
	if (is_help(argv[1])) {
		print_help();
		return command_finish_output(EXIT_DONE);
	}
	if (!strcmp(argv[1], "--version")) {
		puts("loopbreaker " LOOPBREAKER_VERSION);
		return command_finish_output(EXIT_DONE);
	}
	verb = find_verb(argv[1]);
	if (!verb)
		return command_usage(
			NULL, "the first word is a verb, and not ", argv[1]);
	if (asks_for_help(argc - 1, argv + 1)) {
		fputs(verb->help, stdout);
		return command_finish_output(EXIT_DONE);
	}
	return verb->run(verb, argc - 1, argv + 1);
}
