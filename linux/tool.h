/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Other programs: dtc and openssl do what they do better.
 */
#ifndef LINUX_TOOL_H
#define LINUX_TOOL_H

#include <stddef.h>

#define TOOL_MAX_OUTPUT_BYTES (16u << 20)

/**
 * tool_run - run a program of the distribution to its end
 * @argv:    argv[0] is looked for in PATH; ended by NULL.  No shell is involved
 * @package: which package has it, for the message if it is not there
 *
 * Standard error is the caller's, so the program says itself what is wrong.
 * Returns 0; EXIT_IO if it could not be run or was killed, EXIT_BAD_INPUT if it
 * failed.
 */
int tool_run(const char *const *argv, const char *package);

/**
 * tool_read - the same, keeping what it prints
 * @ret_output: with a NUL behind; free() it
 * @ret_len:    without that NUL
 *
 * EXIT_IO also above TOOL_MAX_OUTPUT_BYTES.
 */
int tool_read(const char *const *argv, const char *package, char **ret_output,
	size_t *ret_len);

#endif
