/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A generation folder: content that is only valid as a whole.  When it was
 * delivered is the newest time of what lies in it, because the folder's own
 * times also change when a file is taken out of it.
 */
#ifndef QUARANTINE_GENERATION_H
#define QUARANTINE_GENERATION_H

#include "quarantine/content.h"

/* More of either in one generation: -ERR_TOO_LARGE. */
#define GENERATION_MAX_ENTRIES 1024 /* files and folders, all levels */
#define GENERATION_MAX_DEPTH   4    /* levels of folders, itself included */

struct generation {
	size_t files;
	uint64_t newest; /* FILETIME; 0 without a file */
	uint64_t size_bytes;
	bool is_barred; /* holds a file that the rule never holds */
};

/**
 * generation_read - look through the folder @ref
 * @content: of the rule; its "never" and "drivers" bar the whole folder
 *
 * Reads only.  Returns 0; -ERR_TOO_LARGE; -ERR_CORRUPT; -ERR_IO;
 * -ERR_NO_MEMORY.
 */
int generation_read(struct volume *v, uint64_t ref,
	const struct content *content, struct generation *ret);

#endif
