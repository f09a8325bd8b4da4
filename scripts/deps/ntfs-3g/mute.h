/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ntfsrecover and playlog talk to their user with printf(); as a library they
 * have none.  Included before their sources.
 */
#ifndef NTFS_3G_MUTE_H
#define NTFS_3G_MUTE_H

#include <stdio.h>
#include <stdlib.h>

static inline int mute(const char *format, ...)
{
	(void)format;
	return 0;
}

#define printf(...)	 mute(__VA_ARGS__)
#define fprintf(f, ...)	 mute(__VA_ARGS__)
#define vfprintf(f, ...) mute(__VA_ARGS__)
#define perror(text)	 mute(text)

#endif
