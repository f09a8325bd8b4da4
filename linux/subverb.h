/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Verbs that do several things, each with options of its own and files:
 * "loopbreaker policy check --keys FILE FILE".
 */
#ifndef LINUX_SUBVERB_H
#define LINUX_SUBVERB_H

#include "linux/command.h"

#define SUBVERB_MAX_OPTIONS 16

struct subverb {
	const char *name;
	unsigned int options;  /* a bit for each that goes with it */
	int (*run)(void *ctx); /* returns the exit status */
};

struct subverbs {
	const char *choice; /* "make, sign or check" */
	const struct subverb *list;
	size_t count;
	/* Their places are the bits above. */
	const char *const *options;
	size_t option_count;  /* at most SUBVERB_MAX_OPTIONS */
	unsigned int flags;   /* a bit for each that wants no argument */
	const char *letters;  /* short names of the first options, or NULL */
	const char *file;     /* what the file is called in messages */
	const char *fileless; /* the one of the list that takes none, or NULL */
	/* Keep the argument; returns -1 to go on, or the exit status. */
	int (*set)(void *ctx, size_t option, const char *argument);
	/* Keep the files, one at least; NULL: there is only one. */
	void (*set_files)(void *ctx, char *const *files, size_t count);
};

/**
 * subverb_run - do what the command line asks of a verb
 * @argv:     as run() of a verb gets it
 * @ctx:      for set() and run()
 * @ret_file: where the name of the file goes before run(), in @ctx; NULL if
 *	      there is set_files()
 *
 * Returns the exit status; what is wrong with the command line is said.
 */
int subverb_run(const struct verb *v, const struct subverbs *s, int argc,
	char **argv, void *ctx, const char **ret_file);

#endif
