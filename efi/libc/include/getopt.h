/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Command lines: there are none, see unsupported.c. */
#ifndef LIBC_GETOPT_H
#define LIBC_GETOPT_H

struct option {
	const char *name;
	int has_arg;
	int *flag;
	int val;
};

#define no_argument	  0
#define required_argument 1
#define optional_argument 2

extern char *optarg;
extern int optind;
extern int opterr;

int getopt_long(int argc, char *const argv[], const char *short_options,
	const struct option *long_options, int *long_index);

#endif
