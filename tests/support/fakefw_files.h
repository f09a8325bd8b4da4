/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SimpleFileSystem for the fake firmware: some files that can be opened, read
 * and closed, one at a time.  Whoever opens for writing or reads a directory
 * stops the test (Q28, Q30): efi/ does neither.
 */
#ifndef TESTS_SUPPORT_FAKEFW_FILES_H
#define TESTS_SUPPORT_FAKEFW_FILES_H

#include "tests/support/fakefw.h"

/* What is in a file; those that are not listed are empty. */
struct fakefw_content {
	const char *path; /* NULL ends the list */
	const void *bytes;
	size_t len;
};

struct fakefw_volume {
	EFI_FILE_IO_INTERFACE io; /* first member */
	EFI_FILE_PROTOCOL root;
	EFI_FILE_PROTOCOL file;
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

	/* private: the file that is open */
	const struct fakefw_content *present;
	size_t at;
};

/** fakefw_volume_init - a volume with the files @paths ("\EFI\...") */
void fakefw_volume_init(struct fakefw_volume *v, const char *const *paths);

#endif
