/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "linux/tool.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "linux/command.h"
#include "storage/err.h"

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

static int say(const char *const *argv, const char *what)
{
	fprintf(stderr, "loopbreaker: %s %s.\n", argv[0], what);
	return EXIT_IO;
}

static int wait_for(const char *const *argv, pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return say(argv, "was run, but nothing tells how it "
					 "ended");
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (!WIFEXITED(status))
		return say(argv, "was killed");
	(void)say(argv, "did not do it (see above)");
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

/* Whoever ignores dead children hands that down, and then nobody can wait. */
static void wait_for_children(void)
{
	(void)signal(SIGCHLD, SIG_DFL);
}

int tool_run(const char *const *argv, const char *package)
{
	pid_t pid;
	int status;

	wait_for_children();
	(void)fflush(NULL);
	status = start(argv, package, -1, &pid);
	return status ? status : wait_for(argv, pid);
}

/* All that was written to @kept. */
static int read_kept(
	const char *const *argv, FILE *kept, char **ret_output, size_t *ret_len)
{
	struct stat st;
	char *bytes;
	size_t len;

	if (fstat(fileno(kept), &st) < 0)
		return say(argv, "has printed what cannot be read");
	if (st.st_size > TOOL_MAX_OUTPUT_BYTES)
		return say(argv, "has printed too much");
	len = (size_t)st.st_size;
	bytes = malloc(len + 1);
	if (!bytes)
		return command_say_err(argv[0], -ERR_NO_MEMORY);
	rewind(kept);
	if (fread(bytes, 1, len, kept) != len) {
		free(bytes);
		return say(argv, "has printed what cannot be read");
	}
	bytes[len] = '\0';
	*ret_output = bytes;
	*ret_len = len;
	return 0;
}

int tool_read(const char *const *argv, const char *package, char **ret_output,
	size_t *ret_len)
{
	FILE *kept = tmpfile();
	pid_t pid;
	int status;

	if (!kept) {
		perror("loopbreaker: cannot make a temporary file");
		return EXIT_IO;
	}
	wait_for_children();
	status = start(argv, package, fileno(kept), &pid);
	if (!status)
		status = wait_for(argv, pid);
	if (!status)
		status = read_kept(argv, kept, ret_output, ret_len);
	(void)fclose(kept);
	return status;
}
