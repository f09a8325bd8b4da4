/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What all verbs of the loopbreaker command share: exit statuses, the words for
 * a wrong call, and what a verb is.
 *
 * A new verb is one file linux/verb_NAME.c, with a struct verb at its end that
 * is named below and listed in main.c.
 */
#ifndef LINUX_COMMAND_H
#define LINUX_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

enum exit_code {
	EXIT_DONE = 0,	  /* done, or nothing to do */
	EXIT_REFUSED = 1, /* with the reason */
	EXIT_USAGE = 2,
	EXIT_IO = 3,	   /* a device or the machine failed */
	EXIT_BAD_INPUT = 4 /* what was given is damaged or not supported */
};

struct verb {
	const char *name;
	const char *summary; /* for the list of verbs: a few words */
	const char *help;    /* the manual: "usage: loopbreaker NAME ..." */
	/*
	 * @argv: as of main(), with the verb at 0; getopt_long() has not been
	 * used yet.  "--help" has been answered.  Returns the exit status.
	 */
	int (*run)(const struct verb *v, int argc, char **argv);
};

extern const struct verb verb_plan;
extern const struct verb verb_apply;
extern const struct verb verb_undo;
extern const struct verb verb_evidence;
extern const struct verb verb_policy;
extern const struct verb verb_order;
extern const struct verb verb_keys;
extern const struct verb verb_bitlocker;

/**
 * command_usage - say that the command was called wrongly
 * @verb: or NULL
 * @what, @which: one sentence without its end, in two parts
 *
 * Returns EXIT_USAGE.
 */
int command_usage(const struct verb *verb, const char *what, const char *which);

/**
 * command_bad_option - say what getopt_long() did not like
 * @c: what it returned: '?' or, with a leading ':' in its string, ':'
 *
 * Returns EXIT_USAGE.
 */
int command_bad_option(const struct verb *verb, int c, char *const *argv);

/**
 * command_one_file - the one word that is left when the options are taken
 * @what: "file", "order": what it is called
 *
 * Returns -1 with *@ret_file, or EXIT_USAGE.
 */
int command_one_file(const struct verb *verb, const char *what, int argc,
	char *const *argv, const char **ret_file);

/** command_say_err - "@what: what the code means"; returns the exit status */
int command_say_err(const char *what, int err);

/**
 * command_say_limit - "@what: @limit", a limit of ours with its number
 *
 * Returns the exit status for -ERR_TOO_LARGE.
 */
int command_say_limit(const char *what, const char *limit, ...)
	__attribute__((format(printf, 2, 3)));

/** command_plural - "s" unless it is one */
const char *command_plural(size_t count);

/** command_status_of_err - the exit status for an error code */
int command_status_of_err(int err);

/**
 * command_open_text - what keeps a file from being opened, and what to do
 * @err: a positive errno value
 */
const char *command_open_text(int err);

/**
 * command_read_text - the same of a file that is to be read as a whole
 * @err: EISDIR or EINVAL if it is no regular file
 */
const char *command_read_text(int err);

/**
 * command_finish_output - was all of standard output written?
 *
 * Returns @status, or EXIT_IO after saying that it was not.
 */
int command_finish_output(int status);

#endif
