/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "linux/tool.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "linux/command.h"

extern char **environ;

static int say_not_run(const char *const *argv, const char *package, int err)
{
	if (err == ENOENT)
		fprintf(stderr,
			"loopbreaker: the program %s is needed for this and is "
			"not here; install the package %s.\n",
			argv[0], package);
	else
		fprintf(stderr, "loopbreaker: cannot run %s: %s.\n", argv[0],
			strerror(err));
	return EXIT_IO;
}

static int wait_for(const char *const *argv, pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return EXIT_IO;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	fprintf(stderr, "loopbreaker: %s did not do it (see above).\n",
		argv[0]);
	return EXIT_BAD_INPUT;
}

/* @output: what becomes its standard output, or -1. */
static int start(const char *const *argv, const char *package, int output,
	pid_t *ret_pid)
{
	posix_spawn_file_actions_t actions;
	int err;

	err = posix_spawn_file_actions_init(&actions);
	if (err)
		return say_not_run(argv, package, err);
	if (output >= 0)
		err = posix_spawn_file_actions_adddup2(
			&actions, output, STDOUT_FILENO);
	if (!err)
		/* It takes what it must not change as if it could. */
		err = posix_spawnp(ret_pid, argv[0], &actions, NULL,
			(char *const *)(const void *)argv, environ);
	(void)posix_spawn_file_actions_destroy(&actions);
	return err ? say_not_run(argv, package, err) : 0;
}

int tool_run(const char *const *argv, const char *package)
{
	pid_t pid;
	int status;

	(void)fflush(NULL);
	status = start(argv, package, -1, &pid);
	return status ? status : wait_for(argv, pid);
}

int tool_read(const char *const *argv, const char *package, char **ret_text)
{
	FILE *kept = tmpfile();
	char *text = malloc(TOOL_OUTPUT_BYTES);
	size_t len = 0;
	pid_t pid;
	int status = EXIT_IO;

	if (kept && text)
		status = start(argv, package, fileno(kept), &pid);
	else
		(void)say_not_run(argv, package, errno);
	if (!status)
		status = wait_for(argv, pid);
	if (!status) {
		rewind(kept);
		len = fread(text, 1, TOOL_OUTPUT_BYTES - 1, kept);
		text[len] = '\0';
		*ret_text = text;
		text = NULL;
	}
	free(text);
	if (kept)
		(void)fclose(kept);
	return status;
}
