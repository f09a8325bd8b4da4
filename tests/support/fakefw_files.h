/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SimpleFileSystem for the fake firmware: some files that can be opened, read
 * and closed, one at a time.  Whoever opens for writing, or reads a directory
 * of a volume that has none to be read, stops the test (Q28, Q30).
 */
#ifndef TESTS_SUPPORT_FAKEFW_FILES_H
#define TESTS_SUPPORT_FAKEFW_FILES_H

#include "tests/support/fakefw.h"

/* What is in a file; those that are not listed are empty. */
struct fakefw_content {
	const char *path; /* NULL ends the list */
	const void *bytes;
	size_t len;
	UINT64 attributes; /* in a directory; EFI_FILE_DIRECTORY: it is one */
};

/* What reading a directory of it does. */
enum fakefw_listing {
	FAKEFW_LISTING_NONE, /* nobody may */
	FAKEFW_LISTING_GOOD,
	FAKEFW_LISTING_ENDLESS,	  /* from its start, again and again: Q28 */
	FAKEFW_LISTING_TOO_SMALL, /* wants a larger buffer, for ever: Q28 */
	FAKEFW_LISTING_FAILS,	  /* after the first entry */
	FAKEFW_LISTING_NONSENSE	  /* an entry without an end */
};

struct fakefw_volume {
	EFI_FILE_IO_INTERFACE io; /* first member */
	EFI_FILE_PROTOCOL root;
	EFI_FILE_PROTOCOL file;
	EFI_FILE_PROTOCOL directory;
	const char *const *paths;  /* ended by NULL */
	bool may_not_be_opened;	   /* it would stall or lie: Q33, Q34 */
	unsigned int changes_left; /* opens that say "medium changed": Q31 */
	int open_files;

	const struct fakefw_content *contents; /* or NULL */
	size_t piece;		/* the most one Read gives; 0: all */
	EFI_STATUS open_status; /* what Open says instead of success */
	EFI_STATUS read_status; /* what Read says instead */
	bool never_ends;	/* Read always gives what was asked for */
	unsigned int opens;	/* of files, also of those that are not there */
	enum fakefw_listing listing;
	unsigned int listed;	 /* entries that were read */
	unsigned int reads_left; /* until one says "medium changed"; 0: never */

	/* private: the file that is open, the directory that is */
	const struct fakefw_content *present;
	size_t at;
	const char *folder; /* "\\EFI\\Rescue"; "" is the root */
	size_t next;
};

/** fakefw_volume_init - a volume with the files @paths ("\EFI\...") */
void fakefw_volume_init(struct fakefw_volume *v, const char *const *paths);

#endif
