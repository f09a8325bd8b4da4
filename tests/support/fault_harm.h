/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What of a volume may be lost when a change of it breaks off, judged by three
 * descriptions (ntfs_peek.h): before the change, after the whole change, now.
 *
 * A file is a record that had content before.  Its content has to be what it
 * was before or is after the change, its names have to be names from there,
 * and entries have to lead to it from the root on.
 */
#ifndef TESTS_SUPPORT_FAULT_HARM_H
#define TESTS_SUPPORT_FAULT_HARM_H

/* Texts: one fact a line. */
struct fault_harm {
	char *others; /* what differs in records that the change leaves alone */
	char *files; /* content and names that come from nowhere, or are gone */
	unsigned int lost_names; /* files to which no entries lead */
};

/** fault_harm_find - fault_harm_free() frees what it returns */
void fault_harm_find(const char *before, const char *after, const char *now,
	struct fault_harm *ret);

void fault_harm_free(struct fault_harm *h);

#endif
