/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ntfsrecover and playlog talk to their user with printf(); as a library they
 * have none.  Included before their sources.
 */
#ifndef NTFS_3G_MUTE_H
#define NTFS_3G_MUTE_H

#include <stdio.h>
#include <stdlib.h>

/* Not even the words are made up: no argument has an effect that is wanted. */
#define printf(...)	 ((void)0)
#define fprintf(f, ...)	 ((void)0)
#define vfprintf(f, ...) ((void)0)
#define perror(text)	 ((void)0)

#endif
