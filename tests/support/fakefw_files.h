/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SimpleFileSystem for the fake firmware: some files that can be opened and
 * closed.  Whoever opens for writing or reads a directory stops the test (Q28,
 * Q30): efi/ does neither.
 */
#ifndef TESTS_SUPPORT_FAKEFW_FILES_H
#define TESTS_SUPPORT_FAKEFW_FILES_H

#include "tests/support/fakefw.h"

struct fakefw_volume {
	EFI_FILE_IO_INTERFACE io; /* first member */
	EFI_FILE_PROTOCOL root;
	EFI_FILE_PROTOCOL file;
	const char *const *paths;  /* ended by NULL */
	bool may_not_be_opened;	   /* it would stall or lie: Q33, Q34 */
	unsigned int changes_left; /* opens that say "medium changed": Q31 */
	int open_files;
};

/** fakefw_volume_init - a volume with the files @paths ("\EFI\...") */
void fakefw_volume_init(struct fakefw_volume *v, const char *const *paths);

#endif
