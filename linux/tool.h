/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Other programs: dtc and openssl do what they do better.
 */
#ifndef LINUX_TOOL_H
#define LINUX_TOOL_H

#include <stddef.h>

#define TOOL_OUTPUT_BYTES (1u << 20)

/**
 * tool_run - run a program of the distribution to its end
 * @argv:    argv[0] is looked for in PATH; ended by NULL.  No shell is involved
 * @package: which package has it, for the message if it is not there
 *
 * Standard error is the caller's, so the program says itself what is wrong.
 * Returns 0; EXIT_IO if it could not be run, EXIT_BAD_INPUT if it failed.
 */
int tool_run(const char *const *argv, const char *package);

/**
 * tool_read - the same, keeping what it prints
 * @ret_text: NUL-terminated; free() it
 */
int tool_read(const char *const *argv, const char *package, char **ret_text);

#endif
